from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import cast

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.crypto import constant_time_compare
from django.utils.functional import SimpleLazyObject

from accounts.models import Profile, User
from accounts.models.session import CONFINED
from oo.lib.words import written_as


class SignedInMiddleware(AuthenticationMiddleware):
    """Django's, without its query: the session has brought the person along."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        request.user = cast("User", SimpleLazyObject(lambda: find_person(request)))


def find_person(request: HttpRequest) -> AbstractBaseUser | AnonymousUser:
    """As django.contrib.auth.get_user, which answers whatever is not plainly in order."""
    session = request.session
    if not request.path.startswith(session.get(CONFINED, "")):
        return AnonymousUser()
    user_id = session.get(SESSION_KEY)
    person: User | None = getattr(session, "person", None)
    if (
        person is not None
        and person.is_active
        and str(person.pk) == user_id
        and session.get(BACKEND_SESSION_KEY) in settings.AUTHENTICATION_BACKENDS
        and constant_time_compare(session.get(HASH_SESSION_KEY, ""), person.get_session_auth_hash())
    ):
        return person
    return get_user(request)


class PersonMiddleware:
    """Answers in the person's own zone, language and formats; costs a visitor nothing.

    Needs SignedInMiddleware before it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        profile = find_profile(request)
        if profile is None:
            return self.get_response(request)
        with as_read_by(profile):
            response = self.get_response(request)
            # LocaleMiddleware is further out and would name the browser's language instead.
            response.headers.setdefault("Content-Language", translation.get_language() or "")
        return response


@contextmanager
def as_read_by(profile: Profile) -> Iterator[None]:
    """In the person's own zone, language and formats, until the end."""
    with (
        timezone.override(profile.zone),
        translation.override(profile.locale),
        written_as(profile.formats),
    ):
        yield


def find_profile(request: HttpRequest) -> Profile | None:
    # Asked of the cookie first: a look at the session makes an answer vary by cookie.
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return None
    return getattr(request.user, "profile", None)
