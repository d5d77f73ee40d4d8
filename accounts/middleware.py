from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from accounts.models import Profile


class PersonMiddleware:
    """Answers in the person's own time zone and language; costs a visitor without session nothing.

    Needs AuthenticationMiddleware before it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        profile = find_profile(request)
        if profile is None:
            return self.get_response(request)
        with timezone.override(usable_zone(profile)), translation.override(profile.locale):
            response = self.get_response(request)
            # LocaleMiddleware is further out and would name the browser's language instead.
            response.headers.setdefault("Content-Language", translation.get_language() or "")
        return response


def find_profile(request: HttpRequest) -> Profile | None:
    # Asked of the cookie first: a look at the session makes an answer vary by cookie.
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return None
    return getattr(request.user, "profile", None)


def usable_zone(profile: Profile) -> ZoneInfo:
    """UTC for a zone that the machine's time zone data no longer has."""
    try:
        return profile.zone
    except (ValueError, OSError, LookupError):
        return ZoneInfo("UTC")
