"""Is the process up, and can it work? For the supervisor, the proxy and the orchestrator."""

from __future__ import annotations

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
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
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"ready": False, "database": False}, status=503)
    return JsonResponse({"ready": True, "database": True})
