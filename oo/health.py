"""Is the process up, and can it work? For the supervisor, the proxy and the orchestrator.

`HealthMiddleware` answers before anything looks at who asks: a cookie in the request would have
another middleware ask the database, which may be what is missing.
"""

from __future__ import annotations

from collections.abc import Callable

from django.db import Error, connection
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"up": True})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Ready when the database answers; the broker may be away, the page does not need it."""
    try:
        with connection.cursor() as cursor:
            # Of a table: SQLite makes an empty file of one that is missing, and answers from it.
            cursor.execute("SELECT 1 FROM django_migrations LIMIT 1")
    except (Error, OSError):
        return JsonResponse({"ready": False, "database": False}, status=503)
    return JsonResponse({"ready": True, "database": True})


VIEWS: dict[str, Callable[[HttpRequest], JsonResponse]] = {"/healthz": healthz, "/readyz": readyz}


class HealthMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return VIEWS.get(request.path_info, self.get_response)(request)
