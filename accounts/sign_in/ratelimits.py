"""How often one client address may knock at the doors of sign-in.

allauth's own limiter lets every GET pass, and providers send people back with a GET.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

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
        key = f"limit:{self.name}:{client}:{window}"
        cache.add(key, 0, timeout=self.window_s)
        try:
            count = cache.incr(key)
        except ValueError:  # it expired between the two calls
            return 0
        return self.window_s - passed_s if count > self.most else 0


STARTS = Limit("sign-in-start", most=30, window_s=300)
RETURNS = Limit("sign-in-return", most=60, window_s=300)


def client_of(request: HttpRequest) -> str:
    """The client's address, behind ALLAUTH_TRUSTED_PROXY_COUNT proxies; IPv6 by its /64."""
    try:
        address = ip_address(get_adapter(request).get_client_ip(request))
    except (ImproperlyConfigured, PermissionDenied, ValueError):
        return "unknown"  # came past the proxies: one bucket for all of these
    if isinstance(address, IPv6Address):
        return str(ip_network((address, 64), strict=False).network_address)
    return str(address)


def limited(limit: Limit) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            wait_s = limit.wait_s(client_of(request), at=timezone.now())
            return too_many(request, wait_s) if wait_s else view(request, *args, **kwargs)

        return checked

    return decorate


def too_many(request: HttpRequest, wait_s: int) -> HttpResponseBase:
    response = render(request, "accounts/too_many.html", {"wait_min": -(-wait_s // 60)}, status=429)
    response["Retry-After"] = str(wait_s)
    return response
