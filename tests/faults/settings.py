"""Production as it is, in which a minute is two seconds; nothing else differs."""

from __future__ import annotations

from tests.production.settings import *
from tests.production.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.faults.hurry.Hurry"]
