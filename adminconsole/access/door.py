"""What each page of the console asks of a session, when it is known to be staff's."""

from __future__ import annotations

from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from adminconsole.access.recent import (
    View,
    came_by_token,
    is_old,
    is_proved,
    place_of_form,
    way_to_proof,
    way_to_sign_in,
)

LOOKING = ("GET", "HEAD", "OPTIONS")


def before_proof(view: View) -> View:
    """For the page where passkeys are shown: after a sign-in of these days, by a person."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        refuse_token(request, may_look=False)
        if is_old(request, timezone.now()):
            return redirect(way_to_sign_in(place_of_form(request)))
        return view(request, *args, **kwargs)

    return checked


def after_proof(view: View, *, by_token: bool = False) -> View:
    """by_token  whether a program may look at it that has signed in with ADMIN_TOKEN"""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        refuse_token(request, may_look=by_token)
        if is_old(request, timezone.now()):
            return redirect(way_to_sign_in(place_of_form(request)))
        if not is_proved(request):
            return redirect(way_to_proof(place_of_form(request)))
        return view(request, *args, **kwargs)

    return checked


def refuse_token(request: HttpRequest, *, may_look: bool) -> None:
    looks = may_look and request.method in LOOKING
    if came_by_token(request) and not looks:
        raise PermissionDenied(_("Access by token is read-only."))
