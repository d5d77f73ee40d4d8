"""Where sources tell that something has changed: one address each, open to whoever signs.

Answered by queuing; nothing outside is asked, and of what is not signed nothing is kept.
"""

from __future__ import annotations

from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from integrations import tasks
from integrations.base import SignalSource
from integrations.registry import SOURCES
from integrations.sync import hints
from oo.lib.configuration import value_of
from oo.lib.queue import look_now

MOST_BYTES = 1024 * 1024


@csrf_exempt
@require_POST
def hear(request: HttpRequest, source: str) -> HttpResponse:
    """Whatever is signed gets a 200, for nobody here too: else the source would tell it again."""
    heard_by = _listener(source)
    body = request.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        return HttpResponse(status=413)
    heard = heard_by.hear(request.headers, body)
    if heard is None:
        return HttpResponse(status=403)
    at = timezone.now()
    if heard.account and hints.take(source, heard, at=at):
        _tell_workers(at)
    return HttpResponse()


def _tell_workers(at: datetime) -> None:
    """When the burst is over. One message of a burst tells of all its accounts."""
    look_now(
        tasks.sync_told,
        at.isoformat(),
        countdown_s=hints.SETTLES.total_seconds(),
        expires_s=60,
        once_in_s=hints.TOGETHER.total_seconds(),
    )


def _listener(key: str) -> SignalSource:
    """Raises Http404 for a source that tells nothing, or whose signature cannot be seen here."""
    source = SOURCES.get(key)
    secret = source.manifest.webhook_secret if source else None
    if source is None or secret is None or not value_of(secret):
        raise Http404
    return source
