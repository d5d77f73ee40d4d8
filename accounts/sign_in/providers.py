"""The providers with which one can sign in here."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.urls import reverse


@dataclass(frozen=True, slots=True)
class Provider:
    key: str
    title: str

    @property
    def url(self) -> str:
        return reverse(f"{self.key}_login")


PROVIDERS = {"google": Provider("google", "Google"), "apple": Provider("apple", "Apple")}


def find_provider(key: str) -> Provider | None:
    return PROVIDERS.get(key)


def configured_providers() -> list[Provider]:
    """Those for which this installation has a client id, in the order of the buttons."""
    found = settings.SOCIALACCOUNT_PROVIDERS
    return [provider for key, provider in PROVIDERS.items() if found.get(key, {}).get("APPS")]


def providers_of(user_id: UUID) -> list[Provider]:
    """Those by which the person has signed in, or has added."""
    keys = set(SocialAccount.objects.filter(user_id=user_id).values_list("provider", flat=True))
    return [provider for key, provider in PROVIDERS.items() if key in keys]
