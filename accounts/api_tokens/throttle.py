"""How often the API may be asked. Apart from the views, which read the settings that name this."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.throttling import UserRateThrottle

from accounts.ratelimits import client_of


class CallsThrottle(UserRateThrottle):
    """Who is known is counted by themselves, others by where they come from. Where that is, what
    they say in a header does not decide: see OO_TRUSTED_PROXIES."""

    def get_ident(self, request: Request) -> str:
        return client_of(request._request)
