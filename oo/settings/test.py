"""A laptop, made faster and tight: nothing leaves the process, nothing is shared."""

from __future__ import annotations

from oo.settings.base import *
from oo.settings.base import DATABASES, VAR

SECRET_KEY = "only-for-tests-" + "x" * 50
OO_ENCRYPTION_KEYS = ["dGVzdC1rZXktdGVzdC1rZXktdGVzdC1rZXktdGVzdCE="]
ALLOWED_HOSTS = ["*"]
OO_DEMO_SIGN_IN = True
OO_TESTING = True
OO_STAFF_PASSKEYS = False
ADMIN_SEED_EMAIL = ADMIN_TOKEN = ""
OO_METRICS_TOKEN = SENTRY_DSN = ""
LITELLM_URL = OLLAMA_URL = LOCAL_MODEL_URL = NATS_URL = ""
CELERY_BROKER_URL = "memory://"
CELERY_TASK_ALWAYS_EAGER = False
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_AUTOREFRESH = True
STATIC_ROOT = VAR / "static-of-tests"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # whitenoise warns of a folder that is missing
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["NAME"] = ":memory:"
    DATABASES["default"]["OPTIONS"].pop("init_command", None)
