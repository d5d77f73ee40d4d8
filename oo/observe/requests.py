"""Each request belongs to a trace, and says one line when it ends."""

from __future__ import annotations

import logging
from collections.abc import Callable
from time import perf_counter
from typing import Any

from django.db import connection
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from oo.lib.tracing import continued, within
from oo.observe.counts import counts

log = logging.getLogger(__name__)

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class RequestMiddleware:
    """Stands behind what answers probes and files, of which nobody wants to read.

    The trace goes on from the request's traceparent. That is said in no answer: a reader needs it
    in logs, where who asks has no business.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.counts = counts()

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with within(continued(request.META.get("HTTP_TRACEPARENT", ""))):
            if self.counts or log.isEnabledFor(logging.INFO):
                return self._told(request)
            return self.get_response(request)

    def _told(self, request: HttpRequest) -> HttpResponseBase:
        began, queries = perf_counter(), Queries()
        with connection.execute_wrapper(queries):
            response = self.get_response(request)
        took_s = perf_counter() - began
        route, method, status = route_of(request), method_of(request), response.status_code
        told = {"method": method, "route": route, "status": status}
        log.info("request", extra=told | {"ms": in_ms(took_s), "queries": queries.count})
        if self.counts:
            self.counts.request(route, method, status, took_s)
        return response


class Queries:
    """Counts those of one connection while it is wrapped around them."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(
        self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any
    ) -> Any:
        self.count += 1
        return execute(sql, params, many, context)


def in_ms(seconds: float) -> float:
    return round(seconds * 1000, 1)


def route_of(request: HttpRequest) -> str:
    """The pattern that the address fits, or "". In the address itself stand ids and tokens."""
    return f"/{request.resolver_match.route}" if request.resolver_match else ""


def method_of(request: HttpRequest) -> str:
    """One of HTTP's: a client may send any word."""
    return request.method if request.method in METHODS else "OTHER"
