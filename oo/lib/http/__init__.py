"""The one way out by HTTP: time limits, size limits, and every failure as an ApiError.

`Api` speaks to a service that we chose, `fetch_public` reads an address that a person typed.
"""

from __future__ import annotations

from oo.lib.http.agent import agent, browser_agent
from oo.lib.http.client import Api, fetch_public, web_address
from oo.lib.http.errors import (
    ApiError,
    NotReached,
    RateLimited,
    Refused,
    TooLarge,
    Unauthorized,
    Unexpected,
    Unreachable,
)
from oo.lib.http.exchange import Fetched
from oo.lib.http.limits import Limits

__all__ = [
    "Api",
    "ApiError",
    "Fetched",
    "Limits",
    "NotReached",
    "RateLimited",
    "Refused",
    "TooLarge",
    "Unauthorized",
    "Unexpected",
    "Unreachable",
    "agent",
    "browser_agent",
    "fetch_public",
    "web_address",
]
