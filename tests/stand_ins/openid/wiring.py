"""What a Django project sets so that unmodified allauth speaks to the stand-in.

Pure functions of the stand-in's address: it need not run yet. That matters for Google, whose
addresses allauth reads from the settings only once, when its Google module is first imported.
Apple's addresses are class attributes of allauth's adapter and no setting reaches them.
"""

from __future__ import annotations

from typing import Any

from tests.stand_ins.openid.keys import apple_client_key_pem

# Constants, and fine to publish: they open nothing but this stand-in.
GOOGLE_CLIENT_ID = "stand-in.apps.googleusercontent.com"
GOOGLE_CLIENT_SECRET = "stand-in-google-secret"
GOOGLE_ISSUER = "https://accounts.google.com"
APPLE_SERVICES_ID = "com.example.stand-in.signin"
APPLE_TEAM_ID = "STANDINTEA"
APPLE_KEY_ID = "STANDINKEY"
APPLE_ISSUER = "https://appleid.apple.com"

_GOOGLE_VIEWS = "allauth.socialaccount.providers.google.views"
_APPLE_VIEWS = "allauth.socialaccount.providers.apple.views"


def google_settings(base_url: str, *, issuer: str = GOOGLE_ISSUER) -> dict[str, Any]:
    """For SOCIALACCOUNT_PROVIDERS["google"]: the app and the addresses, not scopes or PKCE.

    Those stay as production has them, so that tests try what production does.
    """
    return {
        "APPS": [{"client_id": GOOGLE_CLIENT_ID, "secret": GOOGLE_CLIENT_SECRET, "key": ""}],
        "AUTHORIZE_URL": f"{base_url}/google/o/oauth2/v2/auth",
        "ACCESS_TOKEN_URL": f"{base_url}/google/token",
        "IDENTITY_URL": f"{base_url}/google/oauth2/v2/userinfo",
        "CERTS_URL": f"{base_url}/google/oauth2/v1/certs",
        "ID_TOKEN_ISSUER": issuer,
    }


def google_revoke_url(base_url: str) -> str:
    return f"{base_url}/google/revoke"


def apple_app() -> dict[str, Any]:
    """One entry for SOCIALACCOUNT_PROVIDERS["apple"]["APPS"]; allauth's names mislead:
    ``secret`` is the key id and ``key`` the team id."""
    return {
        "client_id": APPLE_SERVICES_ID,
        "secret": APPLE_KEY_ID,
        "key": APPLE_TEAM_ID,
        "settings": {"certificate_key": apple_client_key_pem()},
    }


def apple_settings(base_url: str) -> dict[str, Any]:
    """For SOCIALACCOUNT_PROVIDERS["apple"]. allauth reads APPS only and ignores the addresses:
    they are here for the project's own start-up code, which sets ``apple_adapter_attributes``."""
    addresses = apple_adapter_attributes(base_url)
    return {
        "APPS": [apple_app()],
        "AUTHORIZE_URL": addresses["authorize_url"],
        "ACCESS_TOKEN_URL": addresses["access_token_url"],
        "PUBLIC_KEY_URL": addresses["public_key_url"],
        "REVOKE_URL": apple_revoke_url(base_url),
    }


def apple_revoke_url(base_url: str) -> str:
    return f"{base_url}/apple/auth/revoke"


def apple_adapter_attributes(base_url: str) -> dict[str, str]:
    """Class attributes for allauth's own AppleOAuth2Adapter: a subclass is not enough, since
    allauth reads ``public_key_url`` from the base class whichever adapter is in use."""
    return {
        "authorize_url": f"{base_url}/apple/auth/authorize",
        "access_token_url": f"{base_url}/apple/auth/token",
        "public_key_url": f"{base_url}/apple/auth/keys",
    }


def allauth_attributes(base_url: str, *, issuer: str = GOOGLE_ISSUER) -> dict[str, str]:
    """Dotted name to value, for ``monkeypatch.setattr``: moves an allauth that is already
    imported, settings read and all, to a stand-in on whatever port."""
    google = google_settings(base_url, issuer=issuer)
    moved = {
        f"{_GOOGLE_VIEWS}.GoogleOAuth2Adapter.authorize_url": google["AUTHORIZE_URL"],
        f"{_GOOGLE_VIEWS}.GoogleOAuth2Adapter.access_token_url": google["ACCESS_TOKEN_URL"],
        f"{_GOOGLE_VIEWS}.GoogleOAuth2Adapter.identity_url": google["IDENTITY_URL"],
        f"{_GOOGLE_VIEWS}.CERTS_URL": google["CERTS_URL"],
        f"{_GOOGLE_VIEWS}.ID_TOKEN_ISSUER": google["ID_TOKEN_ISSUER"],
    }
    for name, address in apple_adapter_attributes(base_url).items():
        moved[f"{_APPLE_VIEWS}.AppleOAuth2Adapter.{name}"] = address
    return moved
