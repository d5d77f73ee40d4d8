"""A laptop: SQLite, a broker made of files, secrets made on first use, a demo person."""

from __future__ import annotations

import os
import secrets

from oo.lib.crypto import generate_key
from oo.settings.base import *
from oo.settings.base import CACHES, CELERY_BROKER_TRANSPORT_OPTIONS, CELERY_BROKER_URL, VAR, env


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


DEBUG = env.bool("OO_DEBUG", default=True)
SECRET_KEY = env.str("OO_SECRET_KEY", default="") or local_secret(
    "secret-key", secrets.token_urlsafe(50)
)
OO_ENCRYPTION_KEYS = env.list("OO_ENCRYPTION_KEYS", default=[]) or [
    local_secret("encryption-key", generate_key())
]
CACHES["fragments"] = {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}
OO_DEMO_SIGN_IN = env.bool("OO_DEMO_SIGN_IN", default=DEBUG)

if not CELERY_BROKER_URL:
    CELERY_BROKER_URL = "file://localhost"
    CELERY_BROKER_TRANSPORT = "oo.lib.file_broker:Transport"
    CELERY_BROKER_TRANSPORT_OPTIONS |= {"folder": str(VAR / "broker"), "polling_interval": 0.2}
