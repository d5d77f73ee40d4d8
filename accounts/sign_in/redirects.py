"""Where a person goes after signing in or out: never to somebody else's site."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme


def is_local(url: str) -> bool:
    """Whether it is a path of this site. An absolute address is refused even when it is ours."""
    return url.startswith("/") and url_has_allowed_host_and_scheme(url, allowed_hosts=None)


def find_next(request: HttpRequest) -> str:
    """The page that was asked for with `next`, or "" when there was none that is ours."""
    asked = request.POST.get("next") or request.GET.get("next", "")
    return asked if is_local(asked) else ""


def next_or_home(request: HttpRequest) -> str:
    return find_next(request) or resolve_url(settings.LOGIN_REDIRECT_URL)
