"""What one provider has handed out: codes, tokens and consents."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from tests.stand_ins.openid.people import Person

CODE_LIFE_S = 300
ACCESS_LIFE_S = 3600


@dataclass(frozen=True, slots=True)
class Authorization:
    """One person's yes to one question. ``at`` is in Unix seconds."""

    person: Person
    scopes: frozenset[str]
    redirect_uri: str
    at: float
    nonce: str = ""
    challenge: str = ""
    wants_refresh: bool = False


@dataclass(slots=True)
class Ledger:
    """``revoked`` lists, in order, every token that a client gave back."""

    codes: dict[str, Authorization] = field(default_factory=dict)
    access: dict[str, tuple[Authorization, float]] = field(default_factory=dict)
    refresh: dict[str, Authorization] = field(default_factory=dict)
    consented: set[str] = field(default_factory=set)
    revoked: list[str] = field(default_factory=list)

    def make_code(self, authorization: Authorization) -> str:
        code = f"code-{secrets.token_urlsafe(24)}"
        self.codes[code] = authorization
        return code

    def spend_code(self, code: str, at: float) -> Authorization | None:
        """The first try takes the code away, whether or not it succeeds."""
        authorization = self.codes.pop(code, None)
        if authorization is None or at - authorization.at > CODE_LIFE_S:
            return None
        return authorization

    def make_access(self, authorization: Authorization, at: float) -> str:
        token = f"access-{secrets.token_urlsafe(24)}"
        self.access[token] = (authorization, at + ACCESS_LIFE_S)
        return token

    def make_refresh(self, authorization: Authorization) -> str:
        token = f"refresh-{secrets.token_urlsafe(24)}"
        self.refresh[token] = authorization
        return token

    def find_access(self, token: str, at: float) -> Authorization | None:
        authorization, until = self.access.get(token, (None, 0.0))
        return authorization if at < until else None

    def revoke(self, token: str) -> bool:
        """Ends the person's whole grant, whichever of its tokens is given. False if unknown."""
        known = self.refresh.get(token) or self.access.get(token, (None, 0.0))[0]
        if known is None:
            return False
        self.revoked.append(token)
        self.forget(known.person.sub)
        return True

    def forget(self, sub: str) -> None:
        """The person withdraws consent: tokens die, and the next sign-in is a first one."""
        self.consented.discard(sub)
        self.access = {t: held for t, held in self.access.items() if held[0].person.sub != sub}
        self.refresh = {t: a for t, a in self.refresh.items() if a.person.sub != sub}
