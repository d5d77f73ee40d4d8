"""The people who can sign in at the stand-in."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

RELAY_DOMAIN = "privaterelay.appleid.com"


@dataclass(frozen=True, slots=True)
class Person:
    """``email`` is the real address; with ``private_relay`` Apple shows another one instead."""

    sub: str
    email: str
    name: str
    email_verified: bool = True
    private_relay: bool = False
    locale: str = "en"

    @property
    def given_name(self) -> str:
        return self.name.partition(" ")[0]

    @property
    def family_name(self) -> str:
        return self.name.partition(" ")[2]

    @property
    def apple_email(self) -> str:
        if not self.private_relay or self.email.endswith(f"@{RELAY_DOMAIN}"):
            return self.email
        return f"{hashlib.sha256(self.sub.encode()).hexdigest()[:10]}@{RELAY_DOMAIN}"


CAST = (
    Person("alice-sub", "alice@example.com", "Alice Arden"),
    Person("bob-sub", "bob@example.com", "Bob Birch", locale="nl"),
    Person("charlie-sub", "charlie@example.com", "Charlie Chestnut", private_relay=True),
)
