"""Giving a sign-in back to its provider, so that it forgets that oO was ever allowed anything."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import jwt
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import ProviderToken
from oo.lib.http import Api, ApiError, Limits
from oo.lib.personal_data import Revocation

log = logging.getLogger(__name__)
APPLE_AUDIENCE = "https://appleid.apple.com"
SECRET_LIFE = timedelta(minutes=5)


class NotConfigured(Exception):
    """This installation cannot speak to the provider (any more)."""


def revoke_identity(token: ProviderToken) -> Revocation:
    """Ask the provider to end the permission that `token` stands for. One HTTP call at most.

    Never raises for what the provider does: when it could not be ended, the note tells the person
    how to end it by hand.
    """
    try:
        _post(*_request(token, at=timezone.now()))
    except (ApiError, NotConfigured, jwt.PyJWTError, ValueError) as error:
        log.warning("%s: not revoked, %s", token.provider, type(error).__name__)
        return Revocation(token.provider, revoked=False, note=note_for(token.provider))
    return Revocation(token.provider, revoked=True)


def revoke_all(user_id: UUID) -> Iterator[Revocation]:
    """Of every way in of the person; one whose token is gone comes with the note."""
    held = {(t.provider, t.uid): t for t in ProviderToken.objects.filter(user_id=user_id)}
    for account in SocialAccount.objects.filter(user_id=user_id):
        if (account.provider, account.uid) not in held:
            yield Revocation(account.provider, revoked=False, note=note_for(account.provider))
    for token in held.values():
        yield revoke_identity(token)


def note_for(provider: str) -> str:
    """How a person ends the permission by hand."""
    if provider == "google":
        return _(
            "Google could not be told. To end it yourself: open myaccount.google.com/connections, "
            "choose oO and delete the connection."
        )
    if provider == "apple":
        return _(
            "Apple could not be told. To end it yourself: open account.apple.com, choose Sign-In "
            "and Security, then Sign in with Apple, then oO, and stop using it."
        )
    return _("This provider could not be told. Remove oO in the settings of your account there.")


def _request(token: ProviderToken, *, at: datetime) -> tuple[str, str, Mapping[str, str]]:
    """Service, address and form."""
    if token.provider == "google":
        return "google", settings.GOOGLE_REVOKE_URL, {"token": token.token}
    if token.provider != "apple":
        raise NotConfigured(token.provider)
    app = _apple_app()
    form = {
        "client_id": app["client_id"],
        "client_secret": build_apple_secret(app, at=at),
        "token": token.token,
        "token_type_hint": token.kind,
    }
    return "apple", settings.APPLE_REVOKE_URL, form


def _post(service: str, url: str, form: Mapping[str, str]) -> None:
    base, _slash, path = url.rpartition("/")
    with Api(service, base, limits=Limits(timeout_s=5.0, deadline_s=10.0)) as api:
        api.send("POST", path, form=form)


def _apple_app() -> Mapping[str, Any]:
    apps = settings.SOCIALACCOUNT_PROVIDERS["apple"]["APPS"]
    if not apps:
        raise NotConfigured("apple")
    # A comma separates the ids of several clients; the first is the one of this site.
    return {**apps[0], "client_id": apps[0]["client_id"].split(",")[0]}


def build_apple_secret(app: Mapping[str, Any], *, at: datetime) -> str:
    """The client secret: a JWT that our key signs. In allauth's words secret is the key's id and
    key the team's.

    source  developer.apple.com/documentation/accountorganizationaldatasharing, "Creating a client
            secret"
    """
    claims = {
        "iss": app["key"],
        "sub": app["client_id"],
        "aud": APPLE_AUDIENCE,
        "iat": int(at.timestamp()),
        "exp": int((at + SECRET_LIFE).timestamp()),
    }
    key = app["settings"]["certificate_key"]
    return jwt.encode(claims, key, algorithm="ES256", headers={"kid": app["secret"]})
