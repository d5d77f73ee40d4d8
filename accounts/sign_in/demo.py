"""A made-up person, so that oO can be seen before any provider is configured."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.conf import settings
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from accounts.models import User
from accounts.redirects import next_or_home
from accounts.sign_in.adapter import greet

# No mail reaches .invalid (RFC 2606), so no provider can ever vouch for this address.
DEMO_EMAIL = "demo@oo.invalid"

Furnish = Callable[[UUID], None]
_furnishings: list[Furnish] = []


def register_furnishing(furnish: Furnish) -> None:
    """What the made-up person finds when they come in. From AppConfig.ready; again is once."""
    if furnish not in _furnishings:
        _furnishings.append(furnish)


def demo_sign_in(request: HttpRequest) -> HttpResponse:
    if not settings.OO_DEMO_SIGN_IN:
        raise Http404
    return sign_in_demo_person(request)


@require_POST
def sign_in_demo_person(request: HttpRequest) -> HttpResponse:
    user, _made = User.objects.get_or_create(email=DEMO_EMAIL, defaults={"name": "Demo"})
    greet(request, user)
    login(request, user, backend="accounts.backend.PersonBackend")
    for furnish in _furnishings:
        furnish(user.pk)
    return redirect(next_or_home(request))
