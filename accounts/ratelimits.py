"""How often one client address may knock at the doors of sign-in, and one person ask for much.

allauth's own limiter lets every GET pass, and providers send people back with a GET. What any page
can make a browser ask for (an image, a form that posts itself) is not counted: it would lock out
everybody who comes from the same address.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.socialaccount.internal.statekit import get_states
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

View = Callable[..., HttpResponseBase]


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` requests of one client in each window of `window_s` seconds."""

    name: str
    most: int
    window_s: int

    def wait_s(self, client: str, *, at: datetime) -> int:
        """Counts one request; 0 when it may pass, else the seconds until the window ends."""
        window, passed_s = divmod(int(at.timestamp()), self.window_s)
        key = self._key(client, window)
        cache.add(key, 0, timeout=self.window_s)
        try:
            count = cache.incr(key)
        except ValueError:  # it expired between the two calls
            return 0
        return self.window_s - passed_s if count > self.most else 0

    def keys(self, client: str, *, at: datetime) -> list[str]:
        """Where their requests may still be counted: a count that began late in its window is kept
        through the next one."""
        window = int(at.timestamp()) // self.window_s
        return [self._key(client, each) for each in (window - 1, window)]

    def _key(self, client: str, window: int) -> str:
        return f"limit:{self.name}:{client}:{window}"


STARTS = Limit("sign-in-start", most=30, window_s=300)
RETURNS = Limit("sign-in-return", most=60, window_s=300)
# Beyond these Apple's posts keep nothing, and are let through: see accounts.sign_in.apple.
APPLE_POSTS = Limit("apple-post", most=60, window_s=300)
# Of one person, by the page and the API: each reads everything that there is about them.
EXPORTS = Limit("export", most=10, window_s=3600)
# All that count by a person's id: the eraser forgets these counts.
OF_PEOPLE = (EXPORTS,)


def client_of(request: HttpRequest) -> str:
    """The client's address, behind ALLAUTH_TRUSTED_PROXY_COUNT proxies; IPv6 by its /64."""
    try:
        address = ip_address(get_adapter(request).get_client_ip(request))
    except (ImproperlyConfigured, PermissionDenied, ValueError):
        return "unknown"  # came past the proxies: one bucket for all of these
    if isinstance(address, IPv6Address):
        address = address.ipv4_mapped or address
    if isinstance(address, IPv6Address):
        return str(ip_network((address, 64), strict=False).network_address)
    return str(address)


def is_post(request: HttpRequest) -> bool:
    """With the token of our form: Django has looked before any view is asked."""
    return request.method == "POST"


def is_expected(request: HttpRequest) -> bool:
    """Brings back a `state` that this browser was sent to a provider with. Whatever does not costs
    nothing: it is refused before the provider is asked."""
    return request.GET.get("state") in get_states(request)


def limited(limit: Limit, counts: Callable[[HttpRequest], bool]) -> Callable[[View], View]:
    """`counts`: whether it is counted, and may be refused, at all."""

    def decorate(view: View) -> View:
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            wait_s = 0
            if counts(request):
                wait_s = limit.wait_s(client_of(request), at=timezone.now())
            why = _("There were more sign-ins from your network than oO takes at once.")
            return too_many(request, wait_s, why) if wait_s else view(request, *args, **kwargs)

        return checked

    return decorate


def exports_limited(view: View) -> View:
    """Whoever is signed out is left to the view, which sends them away."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        who = request.user.pk if request.user.is_authenticated and request.method == "POST" else ""
        wait_s = EXPORTS.wait_s(str(who), at=timezone.now()) if who else 0
        why = _("You have asked for all of your data several times within an hour.")
        return too_many(request, wait_s, why) if wait_s else view(request, *args, **kwargs)

    return checked


def too_many(request: HttpRequest, wait_s: int, why: str) -> HttpResponseBase:
    context = {"wait_min": -(-wait_s // 60), "why": why}
    response = render(request, "accounts/too_many.html", context, status=429)
    response["Retry-After"] = str(wait_s)
    return response
