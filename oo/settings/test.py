"""A laptop, made faster and tight: nothing leaves the process, nothing is shared."""

from __future__ import annotations

from oo.settings.base import *
from oo.settings.base import CONTENT_SECURITY_POLICY, DATABASES, SOCIALACCOUNT_PROVIDERS, VAR, env
from tests.stand_ins.openid import wiring

SECRET_KEY = "only-for-tests-" + "x" * 50
OO_ENCRYPTION_KEYS = ["dGVzdC1rZXktdGVzdC1rZXktdGVzdC1rZXktdGVzdCE="]
ALLOWED_HOSTS = ["*"]
OO_DEMO_SIGN_IN = True
OO_TESTING = True
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

# The stand-in for Google and Apple. Tests in this process move allauth on to one of their own;
# an address that is fixed serves a server in a process of its own.
OO_TEST_IDP = env.str("OO_TEST_IDP", default="http://127.0.0.1:9977")
SOCIALACCOUNT_PROVIDERS["google"] |= wiring.google_settings(OO_TEST_IDP)
SOCIALACCOUNT_PROVIDERS["apple"] |= wiring.apple_settings(OO_TEST_IDP)
GOOGLE_REVOKE_URL = wiring.google_revoke_url(OO_TEST_IDP)
APPLE_REVOKE_URL = wiring.apple_revoke_url(OO_TEST_IDP)
CONTENT_SECURITY_POLICY["DIRECTIVES"]["form-action"].append(OO_TEST_IDP)
