"""The providers with which one can sign in here."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.urls import reverse


@dataclass(frozen=True, slots=True)
class Way:
    key: str
    title: str

    @property
    def url(self) -> str:
        return reverse(f"{self.key}_login")


WAYS = {"google": Way("google", "Google"), "apple": Way("apple", "Apple")}


def find_way(key: str) -> Way | None:
    return WAYS.get(key)


def configured_ways() -> list[Way]:
    """Those for which this installation has a client id, in the order of the buttons."""
    found = settings.SOCIALACCOUNT_PROVIDERS
    return [way for key, way in WAYS.items() if found.get(key, {}).get("APPS")]


def ways_of(user_id: UUID) -> list[Way]:
    """Those by which the person has signed in, or has added."""
    keys = set(SocialAccount.objects.filter(user_id=user_id).values_list("provider", flat=True))
    return [way for key, way in WAYS.items() if key in keys]
