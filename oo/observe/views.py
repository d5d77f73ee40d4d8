from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare


def metrics(request: HttpRequest) -> HttpResponse:
    """For Prometheus, which brings the token; for everybody else there is nothing here."""
    token: str = settings.OO_METRICS_TOKEN
    given = request.headers.get("Authorization", "")
    if not token or not constant_time_compare(given, f"Bearer {token}") or request.method != "GET":
        raise Http404
    from oo.observe.scraping import scrape

    page = scrape(settings.OO_METRICS_FOLDER, at=timezone.now())
    return HttpResponse(page, content_type="text/plain; version=0.0.4; charset=utf-8")
