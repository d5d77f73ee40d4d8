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
from oo.lib.words import AS_THE_LANGUAGE, Formats

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


# Where English, or any other language, is written with twelve hours, and the month before the day.
_TWELVE_HOURS = {"US", "CA", "AU", "NZ", "IN", "PH", "PK", "EG", "MY", "CO", "MX"}
_MONTH_FIRST = {"US", "PH"}


def formats_of(request: HttpRequest) -> Formats:
    """As they write where the browser's first language is from; it may name no place."""
    first = request.headers.get("Accept-Language", "").split(",")[0].split(";")[0]
    place = next((part.upper() for part in first.split("-")[1:] if len(part.strip()) == 2), "")
    if not place:
        return Formats()
    clock = "12" if place.strip() in _TWELVE_HOURS else "24"
    return Formats(clock, "mdy" if place.strip() in _MONTH_FIRST else "dmy")


def welcome(
    user: User, *, language: str, zone: str, at: datetime, formats: Formats = AS_THE_LANGUAGE
) -> None:
    """Make the profile and record the consents that signing in means. Idempotent.

    language, formats  only for a profile that is made now
    zone      kept unless the person or a browser has told one before; "" for none
    """
    with transaction.atomic():
        made = {"locale": language, "clock": formats.clock, "dates": formats.dates}
        profile, _made = Profile.objects.get_or_create(user=user, defaults=made)
        if zone and not profile.zone_is_known:
            profile.time_zone, profile.zone_is_known = zone, True
            profile.save(update_fields=["time_zone", "zone_is_known", "updated_at"])
        for key in IMPLIED:
            grant(user.pk, key, by="sign-in", at=at)
