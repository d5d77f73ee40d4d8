"""The tests' own settings for processes of their own: their database, and a broker they share."""

from __future__ import annotations

from tests.settings import *
from tests.settings import DATABASES, env

CELERY_BROKER_URL = env.str("OO_TEST_BROKER", default="memory://")
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # As `make run` has it, and not in memory: two processes share it.
    DATABASES["default"]["NAME"] = env.str("OO_TEST_SQLITE")
    DATABASES["default"]["OPTIONS"]["init_command"] = (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;"
    )
# The tests' settings know of no mirror, whatever stands in .env.
NATS_URL = env.str("OO_TEST_NATS_URL", default="")
