"""The mail addresses by which other apps know a person."""

from __future__ import annotations

from allauth.account.models import EmailAddress

from accounts.models import User


def own_addresses(user: User) -> frozenset[str]:
    """In small letters: the one they sign in with, and others that are proven. One query."""
    proven = EmailAddress.objects.filter(user_id=user.pk, verified=True)
    found = {user.email, *proven.values_list("email", flat=True)}
    return frozenset(address.lower() for address in found if address)
