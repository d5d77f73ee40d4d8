"""Where a person goes after signing in or out: never to somebody else's site."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

View = Callable[..., HttpResponseBase]


def is_local(url: str) -> bool:
    """Whether it is a path of this site. An absolute address is refused even when it is ours."""
    return url.startswith("/") and url_has_allowed_host_and_scheme(url, allowed_hosts=None)


def find_next(request: HttpRequest) -> str:
    """The page that was asked for with `next`, or "" when there was none that is ours."""
    asked = request.POST.get("next") or request.GET.get("next", "")
    return asked if is_local(asked) else ""


def next_or_home(request: HttpRequest) -> str:
    return find_next(request) or resolve_url(settings.LOGIN_REDIRECT_URL)


def place_of_form(request: HttpRequest) -> str:
    """The page that asks; of a form that was sent, the page that had it, or "": it was not ours."""
    if request.method in ("GET", "HEAD"):
        return request.get_full_path()
    came = urlsplit(request.headers.get("Referer", ""))
    path = came._replace(scheme="", netloc="", fragment="").geturl()
    return path if came.netloc == request.get_host() and is_local(path) else ""


def login_required(view: View) -> View:
    """Django's, but a form leads back to its page: the address that it goes to may take no GET."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            return view(request, *args, **kwargs)
        # Scripts keep what they could not send, or have nothing to keep.
        if request.method == "POST" and "text/html" in request.headers.get("Accept", ""):
            messages.warning(
                request, _("You were signed out, so this was not saved. Please do it again.")
            )
        return redirect_to_login(place_of_form(request) or resolve_url(settings.LOGIN_REDIRECT_URL))

    return checked
