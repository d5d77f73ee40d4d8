"""A laptop: SQLite, a broker made of files, secrets made on first use, a demo person."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from oo.lib.crypto import generate_key
from oo.lib.sqlite_files import keep_private
from oo.settings.base import *
from oo.settings.base import (
    CACHES,
    CELERY_BROKER_TRANSPORT_OPTIONS,
    CELERY_BROKER_URL,
    DATABASES,
    STATIC_ROOT,
    VAR,
    env,
)


def local_secret(name: str, value: str) -> str:
    """The secret of this checkout, made once; of two processes at once, one makes it."""
    folder = VAR / "secrets"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / name
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(value)
    except FileExistsError:
        pass
    return path.read_text().strip()


if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    _file = str(DATABASES["default"]["NAME"])
    if _file != ":memory:" and not _file.startswith("file:"):
        keep_private(Path(_file), folder=VAR)

DEBUG = env.bool("OO_DEBUG", default=True)
SECRET_KEY = env.str("OO_SECRET_KEY", default="") or local_secret(
    "secret-key", secrets.token_urlsafe(50)
)
OO_ENCRYPTION_KEYS = env.list("OO_ENCRYPTION_KEYS", default=[]) or [
    local_secret("encryption-key", generate_key())
]
OO_VAPID_KEY = env.str("OO_VAPID_KEY", default="") or local_secret("vapid-key", generate_key())
CACHES["fragments"] = {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}
# Nobody collects them here; without this they are found while debugging alone.
WHITENOISE_USE_FINDERS = True
STATIC_ROOT.mkdir(exist_ok=True)  # whitenoise warns of a folder that is missing
OO_STAFF_PASSKEYS = env.bool("OO_STAFF_PASSKEYS", default=not DEBUG)
OO_DEMO_SIGN_IN = env.bool("OO_DEMO_SIGN_IN", default=DEBUG)

if not CELERY_BROKER_URL:
    CELERY_BROKER_URL = "file://localhost"
    CELERY_BROKER_TRANSPORT = "oo.lib.file_broker:Transport"
    CELERY_BROKER_TRANSPORT_OPTIONS |= {"folder": str(VAR / "broker"), "polling_interval": 0.2}
