"""Production as it is, on the bench's database, spoken to without TLS."""

from __future__ import annotations

import os

os.environ.setdefault("OO_SSL_REDIRECT", "false")

from oo.settings.production import *  # after the environment is set

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = False
SESSION_COOKIE_NAME = "session"
ALLOWED_HOSTS = ["127.0.0.1"]
