"""Codes and tokens: single-use codes, rotating refresh tokens, a minute's grace, replay."""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from .clock import Clock
from .errors import Json, oauth_failure

ACCESS_S = 3600
LEGACY_S = 315_360_000
GRACE = timedelta(seconds=60)
_CODE_LIFE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class App:
    """A registered application. `redirect_uris` empty: any is taken. `legacy`: no rotation."""

    client_id: str
    client_secret: str
    name: str = "oO"
    redirect_uris: tuple[str, ...] = ()
    legacy: bool = False
    active: bool = True


@dataclass(frozen=True, slots=True)
class Grant:
    """What a person allowed. `public`: the code was redeemed by PKCE, without the secret."""

    user_id: str
    client_id: str
    scopes: frozenset[str]
    public: bool = False


@dataclass(frozen=True, slots=True)
class Code:
    grant: Grant
    redirect_uri: str
    expires_at: datetime
    challenge: str | None


@dataclass(frozen=True, slots=True)
class Access:
    grant: Grant
    expires_at: datetime


@dataclass(slots=True)
class Refresh:
    grant: Grant
    consumed_at: datetime | None = None
    replacement: str | None = None


class Authority:
    """Who holds which token. It knows the apps by client id."""

    def __init__(self, clock: Clock, app: App) -> None:
        self.apps = {app.client_id: app}
        self._clock = clock
        self._codes: dict[str, Code] = {}
        self._access: dict[str, Access] = {}
        self._refresh: dict[str, Refresh] = {}

    def find_grant(self, access_token: str) -> Grant | None:
        access = self._access.get(access_token)
        alive = access is not None and self._clock.now() < access.expires_at
        return access.grant if access and alive else None

    def make_code(self, grant: Grant, redirect_uri: str, challenge: str | None = None) -> str:
        code = secrets.token_hex(20)
        expires_at = self._clock.now() + _CODE_LIFE
        self._codes[code] = Code(grant, redirect_uri, expires_at, challenge)
        return code

    def redeem(self, args: Json, app: App, *, knows_secret: bool) -> Json:
        """A code is worth one try: it is gone even when the try fails."""
        code = self._codes.pop(str(args.get("code")), None)
        given_uri = args.get("redirect_uri", code.redirect_uri if code else "")
        if code is None or code.grant.client_id != app.client_id:
            raise oauth_failure("bad_authorization_code")
        if self._clock.now() >= code.expires_at or given_uri != code.redirect_uri:
            raise oauth_failure("bad_authorization_code")
        if code.challenge is not None:
            _check_verifier(str(args.get("code_verifier", "")), code.challenge)
        elif not knows_secret:
            raise oauth_failure("incorrect_application_credentials")
        grant = Grant(code.grant.user_id, app.client_id, code.grant.scopes, not knows_secret)
        return self.make_tokens(grant)

    def make_tokens(self, grant: Grant) -> Json:
        legacy = self.apps[grant.client_id].legacy
        seconds = LEGACY_S if legacy else ACCESS_S
        answer = self._answer(self._make_access(grant, seconds), grant, seconds)
        if legacy:
            return answer
        refresh_token = secrets.token_hex(32)
        self._refresh[refresh_token] = Refresh(grant)
        return answer | {"refresh_token": refresh_token}

    def refresh(self, args: Json, app: App, *, knows_secret: bool) -> Json:
        """A new pair for a fresh refresh token.

        For one that was used less than a minute ago: the same access token again, alone. For one
        used earlier: everything that this person gave the app is revoked. The former access
        token of a pair stays good until it expires.
        """
        held = self._refresh.get(str(args.get("refresh_token")))
        if held is None or held.grant.client_id != app.client_id:
            raise oauth_failure("invalid_grant")
        if not knows_secret and not held.grant.public:
            raise oauth_failure("invalid_client", 401)
        grant = _narrowed(held.grant, args.get("scope"))
        if held.consumed_at is None:
            return self._rotate(held, grant)
        return self._repeat(held)

    def _rotate(self, held: Refresh, grant: Grant) -> Json:
        answer = self.make_tokens(grant)
        held.consumed_at, held.replacement = self._clock.now(), answer["access_token"]
        return answer

    def _repeat(self, held: Refresh) -> Json:
        assert held.consumed_at is not None
        access = self._access.get(held.replacement or "")
        if access is None or self._clock.now() - held.consumed_at > GRACE:
            self.revoke_all(held.grant.user_id, held.grant.client_id)
            raise oauth_failure("invalid_grant")
        left = int((access.expires_at - self._clock.now()).total_seconds())
        return self._answer(held.replacement or "", access.grant, left)

    def revoke(self, token: str, client_id: str) -> None:
        """The token alone. Only a refresh token takes its person's other tokens for the app along:
        the sterner reading, so that a client must give back both."""
        access, held = self._access.get(token), self._refresh.get(token)
        if access and access.grant.client_id == client_id:
            del self._access[token]
        if held and held.grant.client_id == client_id:
            self.revoke_all(held.grant.user_id, client_id)

    def revoke_all(self, user_id: str, client_id: str) -> None:
        gone = (user_id, client_id)
        self._access = {t: a for t, a in self._access.items() if _owner(a.grant) != gone}
        self._refresh = {t: r for t, r in self._refresh.items() if _owner(r.grant) != gone}

    def _make_access(self, grant: Grant, seconds: int) -> str:
        token = secrets.token_hex(20)
        self._access[token] = Access(grant, self._clock.now() + timedelta(seconds=seconds))
        return token

    def _answer(self, access_token: str, grant: Grant, seconds: int) -> Json:
        return {
            "access_token": access_token,
            "token_type": "Bearer",
            "expires_in": seconds,
            "scope": ",".join(sorted(grant.scopes)),
        }


def _owner(grant: Grant) -> tuple[str, str]:
    return grant.user_id, grant.client_id


def _narrowed(grant: Grant, scope: str | None) -> Grant:
    if not scope:
        return grant
    asked = frozenset(scope.split(","))
    if not asked <= grant.scopes:
        raise oauth_failure("invalid_scope")
    return Grant(grant.user_id, grant.client_id, asked, grant.public)


def _check_verifier(verifier: str, challenge: str) -> None:
    digest = hashlib.sha256(verifier.encode()).digest()
    if base64.urlsafe_b64encode(digest).decode().rstrip("=") != challenge:
        raise oauth_failure("bad_authorization_code")
