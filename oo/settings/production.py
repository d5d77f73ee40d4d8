"""Everything from the environment. What is unsafe is refused by `manage.py check --deploy`."""

from __future__ import annotations

from urllib.parse import urlsplit

from oo.settings.base import *
from oo.settings.base import LOGGING, OO_BASE_URL, OO_LOG_LEVEL, env

SECRET_KEY = env.str("OO_SECRET_KEY")
SECRET_KEY_FALLBACKS: list[str] = env.list("OO_SECRET_KEY_FALLBACKS", default=[])
OO_ENCRYPTION_KEYS = env.list("OO_ENCRYPTION_KEYS")
ALLOWED_HOSTS = env.list("OO_ALLOWED_HOSTS", default=[urlsplit(OO_BASE_URL).hostname or ""])
CSRF_TRUSTED_ORIGINS = [OO_BASE_URL]

# Caddy ends TLS and says so; nothing else can reach the web process.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("OO_TRUSTED_PROXIES", default=1)
SECURE_SSL_REDIRECT = env.bool("OO_SSL_REDIRECT", default=True)
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = env.int("OO_HSTS_SECONDS", default=63_072_000)
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-session"
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_NAME = "__Host-csrf"
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https"

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
LOGGING["formatters"]["plain"] = {"()": "oo.lib.tracing.JsonFormatter"}
# By a level of its own, whatever `--loglevel` says to Celery, which sets that of the root.
LOGGING["loggers"]["oo.observe"] = {"level": OO_LOG_LEVEL}
