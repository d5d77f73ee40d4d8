from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import get_resolver

# What a page could ask a browser for, and no page of oO does.
POWERS = (
    "accelerometer",
    "browsing-topics",
    "camera",
    "display-capture",
    "geolocation",
    "gyroscope",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "usb",
    "xr-spatial-tracking",
)
PERMISSIONS_POLICY = ", ".join(f"{power}=()" for power in POWERS)
PRIVATE = "private, no-store"


class QuietHeadersMiddleware:
    """Gives up powers that no page uses, and lets nobody keep a copy unless the view says so."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.headers.setdefault("Cache-Control", PRIVATE)
        return response


class KnownLengthMiddleware:
    """Refuses a body that does not say how long it is (411).

    WSGI reads as much as Content-Length says, so that such a body would be taken for an empty one.
    Of a body in chunks Caddy says no length either, although it holds all of it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        sent = request.META
        if "HTTP_TRANSFER_ENCODING" in sent and not sent.get("CONTENT_LENGTH"):
            return _length_required(request)
        return self.get_response(request)


def _length_required(request: HttpRequest) -> HttpResponse:
    if not request.path_info.startswith("/api/"):
        return HttpResponse(render_to_string("400.html"), status=411)
    error = {
        "code": "length_required",
        "detail": "Send the body with a Content-Length, not in chunks.",
        "attr": None,
    }
    return JsonResponse({"type": "client_error", "errors": [error]}, status=411)


class OwnPagesMiddleware:
    """A wrong address gets the page that it gets in production, also while debugging.

    Django's own page of DEBUG lists every address there is: of no use to who typed a wrong one.
    Where only forms lead, Django has no page at all. Stands last, next to the views.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        # What no view was found for, Django has answered before process_exception is asked.
        if settings.DEBUG and response.status_code == 404 and request.resolver_match is None:
            return not_found(request, Http404(request.path))
        if response.status_code == 405 and "text/html" in request.headers.get("Accept", ""):
            return not_allowed(request, response)
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponseBase | None:
        return not_found(request, error) if isinstance(error, Http404) else None


def not_found(request: HttpRequest, error: Exception) -> HttpResponse:
    page: Any = get_resolver().resolve_error_handler(404)
    response: HttpResponse = page(request, exception=error)
    return response


def not_allowed(request: HttpRequest, answer: HttpResponseBase) -> HttpResponse:
    response = render(request, "405.html", status=405)
    response.headers["Allow"] = answer.headers["Allow"]
    return response
