"""A laptop's settings, on a file that the test names; this checkout's broker hears nothing."""

from __future__ import annotations

from oo.settings.local import *

ALLOWED_HOSTS = ["*"]
CELERY_BROKER_URL = "memory://"
