"""Finding the person that staff means."""

from __future__ import annotations

from uuid import UUID

from accounts.models import User

NOBODY = UUID(int=0)


def find(given: str) -> User | None:
    """By key or e-mail address, as somebody types it. At most one query."""
    typed = given.replace("\x00", "").strip()
    if not typed:
        return None
    try:
        return User.objects.filter(pk=UUID(typed)).first()
    except ValueError:
        return User.objects.filter(email=typed.lower()).first()


def key_of(given: str) -> UUID:
    """As `find`; somebody who is not here any more by their key, nobody by the nil UUID."""
    typed = given.replace("\x00", "").strip()
    try:
        return UUID(typed)
    except ValueError:
        person = find(typed)
        return person.pk if person else NOBODY
