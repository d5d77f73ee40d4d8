"""Codes and tokens: single-use codes, refresh tokens that stay, grants that die as a whole."""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.stand_ins.todoist.clock import Clock

from .errors import Json, oauth_failure

ACCESS_S = 3599
MOST_REFRESH = 100
_CODE_LIFE = timedelta(minutes=10)
DEAD = "Token has been expired or revoked."


@dataclass(frozen=True, slots=True)
class Grant:
    """What one person, known by the address, allowed."""

    person: str
    scopes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Code:
    grant: Grant
    redirect_uri: str
    expires_at: datetime
    challenge: str
    wants_refresh: bool


class Authority:
    """Who holds which token. There is one client."""

    def __init__(self, clock: Clock) -> None:
        self.revoked: list[str] = []
        self._clock = clock
        self._codes: dict[str, Code] = {}
        self._access: dict[str, tuple[Grant, datetime]] = {}
        self._refresh: dict[str, Grant] = {}
        self._consented: dict[str, frozenset[str]] = {}

    def find_grant(self, access_token: str) -> Grant | None:
        grant, until = self._access.get(access_token, (None, self._clock.now()))
        return grant if self._clock.now() < until else None

    def consented(self, person: str) -> frozenset[str]:
        return self._consented.get(person, frozenset())

    def make_code(
        self, grant: Grant, redirect_uri: str, challenge: str, *, wants_refresh: bool
    ) -> str:
        self._consented[grant.person] = self.consented(grant.person) | grant.scopes
        code = f"4/{secrets.token_urlsafe(24)}"
        until = self._clock.now() + _CODE_LIFE
        self._codes[code] = Code(grant, redirect_uri, until, challenge, wants_refresh)
        return code

    def redeem(self, code: str, redirect_uri: str, verifier: str) -> Json:
        """A code is worth one try: it is gone even when the try fails."""
        held = self._codes.pop(code, None)
        if held is None or self._clock.now() >= held.expires_at:
            raise oauth_failure("invalid_grant", "Malformed auth code.")
        if redirect_uri != held.redirect_uri:
            raise oauth_failure("redirect_uri_mismatch", "Bad Request")
        if not proves(verifier, held.challenge):
            raise oauth_failure("invalid_grant", "Invalid code verifier.")
        return self.make_tokens(held.grant, with_refresh=held.wants_refresh)

    def make_tokens(self, grant: Grant, *, with_refresh: bool) -> Json:
        answer = self._answer(grant)
        if with_refresh:
            answer["refresh_token"] = self._make_refresh(grant)
        return answer

    def refresh(self, refresh_token: str) -> Json:
        """The same refresh token is good again and again, and is not repeated in the answer."""
        grant = self._refresh.get(refresh_token)
        if grant is None:
            raise oauth_failure("invalid_grant", DEAD)
        return self._answer(grant)

    def revoke(self, token: str) -> None:
        """Ends the person's whole grant, whichever of its tokens is given."""
        grant = self._refresh.get(token) or self.find_grant(token)
        if grant is None:
            raise oauth_failure("invalid_token", "Token expired or revoked")
        self.revoked.append(token)
        self.forget(grant.person)

    def forget(self, person: str) -> None:
        """The person withdraws it: tokens and codes die, and the next consent is a first one."""
        self._consented.pop(person, None)
        self._codes = {c: held for c, held in self._codes.items() if held.grant.person != person}
        self._access = {t: held for t, held in self._access.items() if held[0].person != person}
        self._refresh = {t: g for t, g in self._refresh.items() if g.person != person}

    def _make_refresh(self, grant: Grant) -> str:
        """The oldest one dies without a word when a person has too many."""
        self._consented[grant.person] = self.consented(grant.person) | grant.scopes
        mine = [token for token, held in self._refresh.items() if held.person == grant.person]
        for token in mine[: max(0, len(mine) - MOST_REFRESH + 1)]:
            del self._refresh[token]
        token = f"1//{secrets.token_urlsafe(32)}"
        self._refresh[token] = grant
        return token

    def _answer(self, grant: Grant) -> Json:
        token = f"ya29.{secrets.token_urlsafe(32)}"
        self._access[token] = (grant, self._clock.now() + timedelta(seconds=ACCESS_S))
        return {
            "access_token": token,
            "expires_in": ACCESS_S,
            "scope": " ".join(sorted(grant.scopes)),
            "token_type": "Bearer",
        }


def proves(verifier: str, challenge: str) -> bool:
    """A verifier without a challenge is refused too: the client has lost something on its way."""
    if not challenge or not verifier:
        return challenge == verifier
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=") == challenge
