"""The smallest Django site with unmodified allauth: the client that the stand-in is tried with.

Run as a process of its own, so that its settings meet no others:
    python -m tests.stand_ins.openid.allauth_site --idp http://127.0.0.1:18310 --folder /tmp/x
Its first line is its address. ``/`` tells, as JSON, who is signed in. The stand-in itself never
imports this module.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import django
from django.conf import settings

from tests.stand_ins.openid.wiring import apple_adapter_attributes, apple_settings, google_settings


def build_settings(idp: str, folder: Path) -> dict[str, Any]:
    return {
        "SECRET_KEY": "for tests only",
        "ALLOWED_HOSTS": ["127.0.0.1", "localhost"],
        "DATABASES": {
            "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": folder / "site.sqlite3"}
        },
        "USE_TZ": True,
        "INSTALLED_APPS": [
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "django.contrib.messages",
            "allauth",
            "allauth.account",
            "allauth.socialaccount",
            "allauth.socialaccount.providers.google",
            "allauth.socialaccount.providers.apple",
        ],
        "MIDDLEWARE": [
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
            "allauth.account.middleware.AccountMiddleware",
        ],
        "AUTHENTICATION_BACKENDS": ["allauth.account.auth_backends.AuthenticationBackend"],
        "TEMPLATES": [
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
            }
        ],
        "LOGIN_REDIRECT_URL": "/",
        "SESSION_COOKIE_SAMESITE": "Lax",
        **build_allauth_settings(idp),
    }


def build_allauth_settings(idp: str) -> dict[str, Any]:
    return {
        "SOCIALACCOUNT_ONLY": True,
        "ACCOUNT_EMAIL_VERIFICATION": "none",
        "SOCIALACCOUNT_EMAIL_VERIFICATION": "none",
        "ACCOUNT_LOGIN_METHODS": {"email"},
        "ACCOUNT_SIGNUP_FIELDS": ["email*"],
        "SOCIALACCOUNT_REQUESTS_TIMEOUT": 2,
        "SOCIALACCOUNT_PROVIDERS": {
            "google": {
                "SCOPE": ["openid", "email", "profile"],
                "AUTH_PARAMS": {"access_type": "offline", "prompt": "consent"},
                "OAUTH_PKCE_ENABLED": True,
                **google_settings(idp),
            },
            "apple": apple_settings(idp),
        },
    }


def prepare(idp: str, folder: Path) -> None:
    settings.configure(**build_settings(idp, folder))
    django.setup()
    from allauth.socialaccount.providers.apple.views import AppleOAuth2Adapter
    from django.core.management import call_command
    from django.urls import include, path

    for name, address in apple_adapter_attributes(idp).items():
        setattr(AppleOAuth2Adapter, name, address)
    settings.ROOT_URLCONF = (path("accounts/", include("allauth.urls")), path("", who_is_here))
    # Standard output is for the address alone.
    call_command("check", stdout=sys.stderr)
    call_command("migrate", verbosity=0)


def who_is_here(request: Any) -> Any:
    from allauth.account.models import EmailAddress
    from allauth.socialaccount.models import SocialAccount
    from django.http import JsonResponse

    if not request.user.is_authenticated:
        return JsonResponse({"signed_in": False})
    addresses = EmailAddress.objects.filter(user=request.user).values("email", "verified")
    accounts = SocialAccount.objects.filter(user=request.user)
    return JsonResponse(
        {
            "signed_in": True,
            "user": request.user.pk,
            "first_name": request.user.first_name,
            "emails": {each["email"]: each["verified"] for each in addresses},
            "accounts": {each.provider: each.uid for each in accounts},
        }
    )


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _QuietHandler(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--idp", required=True)
    parser.add_argument("--folder", type=Path, required=True)
    chosen = parser.parse_args()
    prepare(chosen.idp, chosen.folder)
    from django.core.wsgi import get_wsgi_application

    site = make_server("127.0.0.1", 0, get_wsgi_application(), _Server, _QuietHandler)
    sys.stdout.write(f"http://localhost:{site.server_port}\n")
    sys.stdout.flush()
    site.serve_forever()


if __name__ == "__main__":
    main()
