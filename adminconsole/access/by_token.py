"""POST /api/auth/token: a program looks at the console, in the name of ADMIN_SEED_EMAIL."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from accounts.models import User
from accounts.ratelimits import Limit, client_of
from adminconsole.access.recent import note_token
from adminconsole.audit.noted import Noted
from adminconsole.audit.recording import record
from oo.checks import SHORTEST_TOKEN

LIFE = timedelta(minutes=15)
KNOCKS = Limit("console-token", most=10, window_s=300)


@csrf_exempt  # a page of somebody else's does not know the token
@never_cache
def sign_in_by_token(request: HttpRequest) -> HttpResponse:
    if len(settings.ADMIN_TOKEN) < SHORTEST_TOKEN or request.method != "POST":
        raise Http404
    at = timezone.now()
    if wait_s := KNOCKS.wait_s(client_of(request), at=at):
        return _refusal(_("Too many sign-ins at once."), 429, {"Retry-After": str(wait_s)})
    given = request.headers.get("Authorization", "")
    if not constant_time_compare(given, f"Bearer {settings.ADMIN_TOKEN}"):
        return _refusal(_("This token opens nothing."), 401, {"WWW-Authenticate": "Bearer"})
    staff = User.objects.filter(
        email=settings.ADMIN_SEED_EMAIL, is_active=True, is_staff=True
    ).first()
    if staff is None:
        words = _("ADMIN_SEED_EMAIL names nobody who is staff: they sign in first.")
        return _refusal(words, 409)
    return _signed_in(request, staff, at)


def _signed_in(request: HttpRequest, staff: User, at: datetime) -> HttpResponse:
    """Lasts until a fixed moment, however much it is used."""
    ends = at + LIFE
    request.session.flush()  # what it knew of a person is not for a program
    login(request, staff, backend="accounts.backend.PersonBackend")
    note_token(request)
    request.session.set_expiry(ends)
    record(staff, Noted.TOKEN, at=at)
    return JsonResponse(
        {"session": settings.SESSION_COOKIE_NAME, "expires_at": ends.isoformat(timespec="seconds")}
    )


def _refusal(words: str, status: int, headers: dict[str, str] | None = None) -> HttpResponse:
    return JsonResponse({"words": words}, status=status, headers=headers)
