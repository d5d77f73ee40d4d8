"""What every account gets when its person arrives."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils import translation

from accounts.models import Profile, User
from accounts.privacy.catalogue import IMPLIED
from accounts.privacy.consents import grant
from accounts.profile.zones import find_zone

ZONE_COOKIE = "tz"  # written by static/js/zone.js


def zone_of(request: HttpRequest) -> str:
    """The IANA zone that the browser told, or "" when it told none that there is."""
    return find_zone(request.COOKIES.get(ZONE_COOKIE, "")) or ""


def language_of_answer() -> str:
    """A key of settings.LANGUAGES: the language in which the request is being answered."""
    try:
        return translation.get_supported_language_variant(translation.get_language() or "")
    except LookupError:
        return settings.LANGUAGE_CODE


def welcome(user: User, *, language: str, zone: str, at: datetime) -> None:
    """Make the profile and record the consents that signing in means. Idempotent.

    language  only for a profile that is made now
    zone      kept unless the person or a browser has told one before; "" for none
    """
    with transaction.atomic():
        profile, _made = Profile.objects.get_or_create(user=user, defaults={"locale": language})
        if zone and not profile.zone_is_known:
            profile.time_zone, profile.zone_is_known = zone, True
            profile.save(update_fields=["time_zone", "zone_is_known", "updated_at"])
        for key in IMPLIED:
            grant(user.pk, key, by="sign-in", at=at)
