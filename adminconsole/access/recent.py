"""How long ago, in this session, somebody signed in and showed a passkey."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from accounts import redirects
from accounts.models.session import CONFINED

View = Callable[..., HttpResponse]

SIGNED_IN, PROVED, TOKEN = "signed_in_at", "passkey_at", "by_token"
RECENT = timedelta(minutes=10)


def note_sign_in(request: HttpRequest, *, at: datetime) -> None:
    """Whoever signs in anew shows a passkey anew, and is a person again where a token was."""
    for key in (PROVED, TOKEN, CONFINED):
        request.session.pop(key, None)
    request.session[SIGNED_IN] = at.timestamp()


def note_proof(request: HttpRequest, *, at: datetime) -> None:
    request.session.cycle_key()  # what was known of the session before opens nothing now
    request.session[PROVED] = at.timestamp()


def note_token(request: HttpRequest) -> None:
    """After the sign-in; outside the console the session is nobody's."""
    request.session[TOKEN] = True
    request.session[CONFINED] = reverse("admin:index")


def came_by_token(request: HttpRequest) -> bool:
    return TOKEN in request.session


def is_proved(request: HttpRequest) -> bool:
    """Enough for looking."""
    return not settings.OO_STAFF_PASSKEYS or PROVED in request.session or came_by_token(request)


def is_old(request: HttpRequest, at: datetime) -> bool:
    """Whether the console wants a new sign-in."""
    moment = _moment(request, SIGNED_IN)
    longest = timedelta(hours=settings.OO_STAFF_SESSION_HOURS)
    return moment is None or at - moment >= longest


def is_recent(request: HttpRequest, at: datetime) -> bool:
    """Whether they have shown a passkey within ten minutes; where passkeys are off, signed in."""
    moment = _moment(request, PROVED if settings.OO_STAFF_PASSKEYS else SIGNED_IN)
    return not came_by_token(request) and moment is not None and at - moment < RECENT


class ProofWanted(Exception):
    """This changes or reveals something, and they have not proved themselves lately."""


def proved_lately(view: View) -> View:
    """For what changes or reveals something by POST: others prove themselves and ask again."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if is_recent(request, timezone.now()):
            return view(request, *args, **kwargs)
        return sent_to_proof(request)

    return checked


def sent_to_proof(request: HttpRequest) -> HttpResponse:
    """The answer to a form that did nothing yet: away to prove it, and back to the form."""
    if came_by_token(request):
        raise PermissionDenied(_("Access by token is read-only."))
    messages.warning(request, _("Nothing was done yet: first show that it is you, then ask again."))
    return redirect(way_to_proof(place_of_form(request)))


def way_to_proof(back: str) -> str:
    """Where one proves oneself, and comes back from to `back`."""
    if settings.OO_STAFF_PASSKEYS:
        return f"{reverse('admin:prove')}?{urlencode({'next': back})}"
    return way_to_sign_in(back)


def way_to_sign_in(back: str) -> str:
    return f"{reverse('accounts:sign-in')}?{urlencode({'again': '1', 'next': back})}"


def place_of_form(request: HttpRequest) -> str:
    return redirects.place_of_form(request) or reverse("admin:index")


def _moment(request: HttpRequest, key: str) -> datetime | None:
    found = request.session.get(key)
    return None if found is None else datetime.fromtimestamp(found, UTC)
