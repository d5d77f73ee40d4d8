"""True everywhere. What differs by place is in local.py, test.py and production.py."""

from __future__ import annotations

import logging
import warnings
from pathlib import Path
from typing import Any
from urllib.parse import quote

import environ
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from oo.settings.console import UNFOLD as UNFOLD

ROOT = Path(__file__).resolve().parent.parent.parent
VAR = ROOT / "var"


def unreadable(var: str) -> ImproperlyConfigured:
    """Without the value, which may be a secret."""
    return ImproperlyConfigured(
        f"{var} has a value that cannot be read; .env.example says what it may be."
    )


class Env(environ.FileAwareEnv):  # type: ignore[misc]
    """Also reads NAME_FILE, the way container secrets arrive. A space at the end of a line, or
    after a comma, is nobody's wish: a host or a key with one is refused far from where it is."""

    KNOWN = (*environ.Env.BOOLEAN_TRUE_STRINGS, "false", "off", "no", "n", "")

    def get_value(self, var: str, *args: Any, **more: Any) -> Any:
        """Raises ImproperlyConfigured, which names the variable."""
        try:
            return super().get_value(var, *args, **more)
        except ValueError:
            raise unreadable(var) from None

    def db(self, var: str, **more: Any) -> dict[str, Any]:
        """Raises ImproperlyConfigured. environ may only warn, and say the password."""
        with warnings.catch_warnings():
            warnings.simplefilter("error", UserWarning)
            try:
                found: dict[str, Any] = super().db(var, **more)
            except (UserWarning, ValueError):
                raise unreadable(var) from None
        if found["ENGINE"] not in self.DB_SCHEMES.values():
            raise unreadable(var)
        return found

    @classmethod
    def parse_value(cls, value: str, cast: Any) -> Any:
        value = value.strip()
        # To environ, whatever it does not know is False: "Ture" would switch something off.
        if cast is bool and not value.lstrip("+-").isdecimal() and value.lower() not in cls.KNOWN:
            raise ValueError(value)
        if cast is float:
            return float(value)  # environ leaves out what is no digit: "5x" would be 5
        parsed = super().parse_value(value, cast)
        if isinstance(parsed, list):
            return [word for part in parsed if (word := part.strip())]
        return parsed


def level(name: str) -> str:
    """Of logging. Raises ValueError."""
    if name.upper() not in logging.getLevelNamesMapping():
        raise ValueError(name)
    return name.upper()


env = Env()
env.read_env(ROOT / ".env")

DEBUG = False
ALLOWED_HOSTS: list[str] = env.list("OO_ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
# The address under which people reach this installation; links in mails, OAuth callbacks.
OO_BASE_URL: str = env.str("OO_BASE_URL", default="http://localhost:8000").rstrip("/")
# Who runs this installation and how to reach them: named on the pages under /legal/.
OO_OPERATOR_NAME: str = env.str("OO_OPERATOR_NAME", default="")
OO_OPERATOR_CONTACT: str = env.str("OO_OPERATOR_CONTACT", default="")

INSTALLED_APPS = [
    "adminconsole.apps.AdminconsoleConfig",
    "tips",
    "agents",
    "integrations",
    "notifier",
    "accounts",
    "events",
    "oo",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.google",
    "allauth.socialaccount.providers.apple",
    "django_htmx",
    "template_partials",
    "rest_framework",
    "drf_spectacular",
    "drf_standardized_errors",
    "csp",
    "unfold.apps.BasicAppConfig",  # before the admin, whose templates it replaces
    "adminconsole.apps.ConsoleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "oo.middleware.QuietHeadersMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "oo.health.HealthMiddleware",
    "oo.observe.requests.RequestMiddleware",
    "oo.middleware.KnownLengthMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "accounts.middleware.SignedInMiddleware",
    "accounts.middleware.PersonMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "oo.middleware.OwnPagesMiddleware",
]

ROOT_URLCONF = "oo.urls"
WSGI_APPLICATION = "oo.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

FORM_RENDERER = "oo.lib.forms.Renderer"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
            ],
        },
    }
]

# ---- data -----------------------------------------------------------------------------------

DATABASES: dict[str, Any] = {
    # Quoted: the folder that oO is in may have any character in its name.
    "default": env.db("DATABASE_URL", default=f"sqlite:///{quote(str(VAR / 'oo.sqlite3'))}")
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # WAL lets readers go on while one writes; IMMEDIATE queues writers instead of failing them.
    # What is deleted is overwritten: else it stays in the file until its page is used again.
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
        "PRAGMA foreign_keys=ON; PRAGMA cache_size=-16000; PRAGMA secure_delete=ON;",
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 600
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    # A host that swallows packets is a database that is away, not one to wait minutes for.
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)

CACHES: dict[str, Any] = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    # Pieces of templates that are the same for everybody, kept in each process.
    "fragments": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "fragments",
    },
}
REDIS_URL: str = env.str("REDIS_URL", default="")
if REDIS_URL:
    CACHES["default"] = {
        "BACKEND": "oo.lib.away_cache.AwayRedisCache",
        "LOCATION": REDIS_URL,
        # Named after its form: what older versions pickled is never read.
        "KEY_PREFIX": "oo-json",
        "OPTIONS": {"socket_timeout": 0.2, "socket_connect_timeout": 0.2},
    }

# Newest first: the first key writes, every key reads. `manage.py rotate_keys` re-encrypts.
OO_ENCRYPTION_KEYS: list[str] = env.list("OO_ENCRYPTION_KEYS", default=[])
# host:port entries to which a URL that a person typed may lead although they are private.
OO_PRIVATE_HOSTS_ALLOWED: frozenset[str] = frozenset(
    env.list("OO_PRIVATE_HOSTS_ALLOWED", default=[])
)

# ---- work -----------------------------------------------------------------------------------

CELERY_BROKER_URL: str = env.str("CELERY_BROKER_URL", default=REDIS_URL)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 300
CELERY_TASK_SOFT_TIME_LIMIT = 240
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {
    # A message may wait unacknowledged for longer than the longest task takes.
    "visibility_timeout": 3600,
    # A connection may be lost without a word. Without limits worker and beat wait for it for ever.
    "socket_connect_timeout": 5,
    "socket_timeout": 10,
    "health_check_interval": 10,
}
CELERY_TASK_DEFAULT_QUEUE = "interactive"
CELERY_TASK_ROUTES = {
    "integrations.tasks.*": {"queue": "sync"},
    "notifier.tasks.*": {"queue": "sync"},
    "agents.tasks.read_with_model": {"queue": "llm"},
    "agents.tasks.*": {"queue": "sweep"},
    "tips.tasks.polish": {"queue": "llm"},
}
CELERY_TIMEZONE = "UTC"

# ---- tips and notifications -----------------------------------------------------------------

# How long decisions, views and deliveries are kept. How people took notifications is read for four
# weeks, so less would be too little.
OO_HISTORY_KEPT_DAYS: int = env.int("OO_HISTORY_KEPT_DAYS", default=30)

# ---- events ---------------------------------------------------------------------------------

# How long events are kept. What is learnt from answers looks back four weeks.
OO_EVENTS_KEPT_DAYS: int = env.int("OO_EVENTS_KEPT_DAYS", default=30)
# NATS, into whose streams `manage.py relay` mirrors events. Empty: there is no mirror.
NATS_URL: str = env.str("NATS_URL", default="")

# ---- who ------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backend.PersonBackend"]
SESSION_ENGINE = "accounts.sessions"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True  # scripts take the token from the page
LOGIN_URL = "accounts:sign-in"
LOGIN_REDIRECT_URL = "tips:now"

ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_EMAIL_VERIFICATION = "none"  # SOCIALACCOUNT_ONLY demands it; the adapter checks instead
ACCOUNT_EMAIL_NOTIFICATIONS = False
ACCOUNT_LOGOUT_REDIRECT_URL = "accounts:sign-in"
ACCOUNT_ADAPTER = "accounts.sign_in.adapter.AccountAdapter"
ACCOUNT_SESSION_REMEMBER = True
SOCIALACCOUNT_ONLY = True
SOCIALACCOUNT_EMAIL_VERIFICATION = "none"
SOCIALACCOUNT_AUTO_SIGNUP = True
SOCIALACCOUNT_STORE_TOKENS = False  # allauth would store them in clear; accounts keeps its own
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False  # one address at two providers: prove both
SOCIALACCOUNT_ADAPTER = "accounts.sign_in.adapter.SocialAccountAdapter"
ALLAUTH_TRUSTED_PROXY_COUNT: int = env.int("OO_TRUSTED_PROXIES", default=0)

GOOGLE_CLIENT_ID: str = env.str("GOOGLE_CLIENT_ID", default="")
GOOGLE_CLIENT_SECRET: str = env.str("GOOGLE_CLIENT_SECRET", default="")
APPLE_CLIENT_ID: str = env.str("APPLE_CLIENT_ID", default="")
APPLE_TEAM_ID: str = env.str("APPLE_TEAM_ID", default="")
APPLE_KEY_ID: str = env.str("APPLE_KEY_ID", default="")
APPLE_PRIVATE_KEY: str = env.str("APPLE_PRIVATE_KEY", default="", multiline=True)
SOCIALACCOUNT_PROVIDERS: dict[str, Any] = {
    "google": {
        "APPS": [{"client_id": GOOGLE_CLIENT_ID, "secret": GOOGLE_CLIENT_SECRET, "key": ""}]
        if GOOGLE_CLIENT_ID
        else [],
        "SCOPE": ["openid", "email", "profile"],
        # Offline for the one token that revoking needs: an access token is dead within the hour.
        "AUTH_PARAMS": {"access_type": "offline", "prompt": "select_account"},
        "OAUTH_PKCE_ENABLED": True,
    },
    "apple": {
        "APPS": [
            {
                "client_id": APPLE_CLIENT_ID,
                "secret": APPLE_KEY_ID,
                "key": APPLE_TEAM_ID,
                "settings": {"certificate_key": APPLE_PRIVATE_KEY},
            }
        ]
        if APPLE_CLIENT_ID
        else [],
    },
}
GOOGLE_REVOKE_URL: str = env.str(
    "GOOGLE_REVOKE_URL", default="https://oauth2.googleapis.com/revoke"
)
APPLE_REVOKE_URL: str = env.str("APPLE_REVOKE_URL", default="https://appleid.apple.com/auth/revoke")
# Sign in as a made-up person without any provider. Refused outside DEBUG by a system check.
OO_DEMO_SIGN_IN = False
OO_TESTING = False

# ---- staff: adminconsole.access -------------------------------------------------------------

# Whether the console asks for a passkey after sign-in.
OO_STAFF_PASSKEYS: bool = env.bool("OO_STAFF_PASSKEYS", default=True)
# After so long the console wants a new sign-in.
OO_STAFF_SESSION_HOURS: int = env.int("OO_STAFF_SESSION_HOURS", default=12)
# Who becomes admin by signing in with this verified address, while nobody is.
ADMIN_SEED_EMAIL: str = env.str("ADMIN_SEED_EMAIL", default="").strip().lower()
# Whoever brings it looks at the console as that person. Empty: there is no such way in.
ADMIN_TOKEN: str = env.str("ADMIN_TOKEN", default="")

# ---- tips -----------------------------------------------------------------------------------

# Which policy chooses what is said: the key of one of tips/policies, or of an installed package.
OO_POLICY: str = env.str("OO_POLICY", default="good_sense")

# ---- language models: workers ask them, by oo.lib.llm ----------------------------------------

# Where a LiteLLM proxy is; empty: workers ask the models of the file themselves.
LITELLM_URL: str = env.str("LITELLM_URL", default="")
LITELLM_KEY: str = env.str("LITELLM_KEY", default="")
OLLAMA_URL: str = env.str("OLLAMA_URL", default="")
# Where a server of OpenAI's protocol on a machine of one's own is; `manage.py run` says so of its
# own to the processes that it starts.
LOCAL_MODEL_URL: str = env.str("LOCAL_MODEL_URL", default="")
OO_LITELLM_FILE: Path = ROOT / env.str("OO_LITELLM_FILE", default="litellm.yaml")
# Of one question, retries and other models included.
OO_MODEL_TIMEOUT_S: float = env.float("OO_MODEL_TIMEOUT_S", default=20.0)
# Tokens, asked and answered, of one person and of everybody, within 24 hours. 0: no model at all.
OO_MODEL_TOKENS_PERSON: int = env.int("OO_MODEL_TOKENS_PERSON", default=40_000)
OO_MODEL_TOKENS_ALL: int = env.int("OO_MODEL_TOKENS_ALL", default=4_000_000)
# What clouds may cost for everybody within 24 hours. 0: no cloud at all.
OO_MODEL_USD_ALL: float = env.float("OO_MODEL_USD_ALL", default=1.0)
# A model that has no skill to read is let read tasks too, and what it reads decides nothing: it is
# compared with what the rules read, in the console.
OO_MODEL_READS_IN_SHADOW: bool = env.bool("OO_MODEL_READS_IN_SHADOW", default=False)
# How long it is kept what models were asked and answered, in days. 0: not at all.
OO_TRANSCRIPTS_KEPT_DAYS: int = env.int("OO_TRANSCRIPTS_KEPT_DAYS", default=14)
# The model that `make model` fetches and `manage.py run` serves.
OO_MODEL_FOLDER: Path = VAR / "models"
OO_MODEL_FILE_URL: str = env.str("OO_MODEL_FILE_URL", default="")
OO_MODEL_PORT: int = env.int("OO_MODEL_PORT", default=8011)
# More only where the machine has nothing else to do: two threads that share their cores with a
# busy web server are slower than one.
OO_MODEL_THREADS: int = env.int("OO_MODEL_THREADS", default=1)

# ---- words, time, files ---------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch")]  # each as its readers call it
LOCALE_PATHS = [ROOT / "oo" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "static/"
STATIC_ROOT = ROOT / "staticfiles"
STATICFILES_DIRS = [ROOT / "static"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# ---- browsers -------------------------------------------------------------------------------

X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
# Chromium applies form-action to the redirects that follow a form: signing in leaves us. Connecting
# does too, and its page says where to.
FORM_TARGETS: list[str] = ["https://accounts.google.com", "https://appleid.apple.com"]
CONTENT_SECURITY_POLICY: dict[str, Any] = {
    # Staff pages of the Django admin carry their own policy needs and stay under this one.
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "form-action": [SELF, *FORM_TARGETS],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

# ---- API ------------------------------------------------------------------------------------

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.api_tokens.tokens.PersonalTokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["accounts.api_tokens.tokens.HasScope"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["oo.lib.json_body.JSONBody"],
    "DEFAULT_SCHEMA_CLASS": "drf_standardized_errors.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "drf_standardized_errors.handler.exception_handler",
    "DEFAULT_THROTTLE_CLASSES": ["accounts.api_tokens.throttle.CallsThrottle"],
    "DEFAULT_THROTTLE_RATES": {"user": "600/min"},
}
DRF_STANDARDIZED_ERRORS = {"EXCEPTION_HANDLER_CLASS": "oo.api.TypedErrors"}
_TEXT_ERRORS = [
    "invalid",
    "max_length",
    "null",
    "null_characters_not_allowed",
    "required",
    "surrogate_characters_not_allowed",
]
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "oO",
    "DESCRIPTION": "One tip. Right now.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    # Errors share their sets of codes; a set that has no name here would be named by its hash.
    "ENUM_NAME_OVERRIDES": {
        **{
            name: f"drf_standardized_errors.openapi_serializers.{name}.choices"
            for name in ("ValidationErrorEnum", "ClientErrorEnum", "ServerErrorEnum")
        },
        "ObjectErrorAttrEnum": ["non_field_errors"],
        "NameErrorAttrEnum": ["name"],
        "ObjectErrorCodeEnum": ["invalid", "null"],
        "ChoiceErrorCodeEnum": ["invalid_choice", "null", "required"],
        "TextErrorCodeEnum": ["blank", *_TEXT_ERRORS],
        "BlankableTextErrorCodeEnum": _TEXT_ERRORS,
    },
}

# ---- watching -------------------------------------------------------------------------------

# Who brings it may read /metrics. Empty: nothing is counted, and there is no such page.
OO_METRICS_TOKEN: str = env.str("OO_METRICS_TOKEN", default="")
# Where the processes of this installation leave what they have counted.
OO_METRICS_FOLDER: Path = ROOT / env.str("OO_METRICS_FOLDER", default="var/metrics")
# Who is told what fails, without anybody's words. Empty: nobody.
SENTRY_DSN: str = env.str("SENTRY_DSN", default="")

# The tools beside: where browsers find each (empty: it is not set up), and where it is asked how it
# is, from inside; both are addresses of whoever runs this, so they may be private.
OO_TOOL_MLFLOW_URL: str = env.str("OO_TOOL_MLFLOW_URL", default="")
OO_TOOL_MLFLOW_ASK_URL: str = env.str("OO_TOOL_MLFLOW_ASK_URL", default="http://mlflow:5000")
OO_TOOL_GRAFANA_URL: str = env.str("OO_TOOL_GRAFANA_URL", default="")
OO_TOOL_GRAFANA_ASK_URL: str = env.str("OO_TOOL_GRAFANA_ASK_URL", default="http://grafana:3000")
OO_TOOL_FLOWER_URL: str = env.str("OO_TOOL_FLOWER_URL", default="")
OO_TOOL_FLOWER_ASK_URL: str = env.str("OO_TOOL_FLOWER_ASK_URL", default="http://flower:5555")
OO_TOOL_WEBUI_URL: str = env.str("OO_TOOL_WEBUI_URL", default="")
OO_TOOL_WEBUI_ASK_URL: str = env.str("OO_TOOL_WEBUI_ASK_URL", default="http://open-webui:8080")
OO_TOOL_NOTEBOOK_URL: str = env.str("OO_TOOL_NOTEBOOK_URL", default="")
OO_TOOL_NOTEBOOK_ASK_URL: str = env.str("OO_TOOL_NOTEBOOK_ASK_URL", default="http://notebook:2718")

# ---- logs -----------------------------------------------------------------------------------

OO_LOG_LEVEL: str = env.get_value("OO_LOG_LEVEL", cast=level, default="INFO")
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": OO_LOG_LEVEL},
    # httpx writes whole addresses, calendar secrets in their paths included, at INFO.
    "loggers": {
        "httpx": {"level": "WARNING"},
        "httpcore": {"level": "WARNING"},
        "django.request": {"level": "ERROR"},
        # The values of every query, at DEBUG.
        "django.db.backends": {"level": "INFO"},
        # A line for each request and task: for production, see there.
        "oo.observe": {"level": "WARNING"},
    },
}
