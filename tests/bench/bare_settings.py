from __future__ import annotations

from tests.bench.settings import *
from tests.bench.settings import INSTALLED_APPS

ROOT_URLCONF = "tests.bench.bare"
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
SESSION_ENGINE = "django.contrib.sessions.backends.db"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
INSTALLED_APPS = [
    "tests.bench.apps.WithoutMiddleware" if app == "allauth.account" else app
    for app in [*INSTALLED_APPS, "django.contrib.sessions"]
]
