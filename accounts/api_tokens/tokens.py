"""Personal tokens for the API: made once, shown once, kept as a digest.

A token is 32 random bytes, so a plain SHA-256 is enough (there is nothing to guess), and looking
it up by its digest leaks no part of it through time.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, MethodNotAllowed, Throttled
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from accounts.models import ApiToken, User
from accounts.ratelimits import Limit, client_of

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise
    from rest_framework.views import APIView

PREFIX = "oo_"
MOST_TOKENS = 25  # a person's usable ones
FAILURES = Limit("api-token-failure", most=60, window_s=300)
USE_NOTED_EVERY = timedelta(hours=1)
DEAD_KEPT_FOR = timedelta(days=30)

SCOPES: dict[str, _StrPromise] = {
    "tip:read": _("see your tip and why it was chosen"),
    "tip:react": _("answer your tip"),
    "account:read": _("read your profile and consents, and export your data"),
    "account:write": _("change your profile and consents"),
    "connections:read": _("see which apps are connected"),
    "devices:read": _("see on which devices oO speaks up"),
    "devices:write": _("add and remove such devices"),
}


def make_token(
    user_id: UUID, *, name: str, scopes: list[str], expires_at: datetime | None, at: datetime
) -> tuple[ApiToken, str]:
    """The row, and the token itself, which nobody can read again."""
    secret = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        user_id=user_id,
        name=name,
        digest=_digest(secret),
        hint=secret[-4:],
        scopes=sorted(scopes),
        created_at=at,
        expires_at=expires_at,
    )
    return token, secret


def revoke_token(user_id: UUID, pk: int, *, at: datetime) -> bool:
    """False when this person has no such token. One that was revoked keeps its moment."""
    mine = ApiToken.objects.filter(user_id=user_id, pk=pk)
    return bool(mine.filter(revoked_at=None).update(revoked_at=at)) or mine.exists()


def forget_dead_api_tokens(*, at: datetime) -> int:
    """Delete those that have not worked for a month; until then the export shows what became of
    them. Returns how many."""
    long_ago = at - DEAD_KEPT_FOR
    dead = Q(revoked_at__lte=long_ago) | Q(expires_at__lte=long_ago)
    return ApiToken.objects.filter(dead).delete()[0]


class PersonalTokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer oo_…`. One query, which brings the person and the profile along.

    A token that does not exist, was revoked or has run out is one and the same answer after the
    same work.
    """

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        now = timezone.now()
        usable = ApiToken.objects.usable(at=now).select_related("user__profile")
        token = usable.filter(digest=_digest(secret.strip())).first()
        if token is None:
            if wait_s := FAILURES.wait_s(client_of(request._request), at=now):
                raise Throttled(wait_s)
            raise AuthenticationFailed(_("This token does not work: it is wrong, old or revoked."))
        _note_use(token, at=now)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="oO"'


class HasScope(BasePermission):
    """Whether the token may do this. A person who is signed in with a session may do all.

    A view says `required_scopes = {"GET": "tip:read"}`; for a method that it does not name no
    token is good enough.
    """

    message = _("This token may not do this: it lacks the scope.")

    def has_permission(self, request: Request, view: APIView) -> bool:
        if isinstance(request.user, AnonymousUser) or not request.user.is_authenticated:
            return False
        if not isinstance(request.auth, ApiToken):
            return True
        required: dict[str, str] = getattr(view, "required_scopes", {})
        asked = request.method or ""
        if not hasattr(view, asked.lower()):
            raise MethodNotAllowed(asked)  # which no scope would change
        return required.get("GET" if asked in SAFE_METHODS else asked) in request.auth.scopes


def _digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


def _note_use(token: ApiToken, *, at: datetime) -> None:
    """At most one write an hour: a token that asks every second is not a write every second."""
    stale = Q(last_used_at=None) | Q(last_used_at__lte=at - USE_NOTED_EVERY)
    if token.last_used_at is None or token.last_used_at <= at - USE_NOTED_EVERY:
        ApiToken.objects.filter(stale, pk=token.pk).update(last_used_at=at)


def describe(scopes: list[str]) -> list[Any]:
    return [SCOPES[scope] for scope in scopes if scope in SCOPES]
