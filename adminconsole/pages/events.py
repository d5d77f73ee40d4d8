from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from adminconsole.base import Action, Asked, ConsolePage, Order, PageManifest, Refused, Section
from adminconsole.looking.people import key_of
from events.bus import subscribers
from events.catalog import BY_SUBJECT
from events.models import EventRecord
from events.replaying import replay_one

SHOWN = 500
EVERY_S = 3
# How far back is searched: the log is large, and has no index by subject alone.
HOURS = (1, 24, 24 * 7)


class Events(ConsolePage):
    manifest = PageManifest(
        key="stream",
        title=_("Event stream"),
        says=_("What happens right now, and what came of it?"),
        icon="stream",
        section=Section.MACHINE,
        rank=3,
        has_period=False,
    )

    def context(self, asked: Asked) -> Mapping[str, Any]:
        """Two queries."""
        return {**_tail(asked.request), "every_s": EVERY_S}

    @property
    def actions(self) -> tuple[Action, ...]:
        return (
            Action(
                key="replay",
                title=_("Tell it again"),
                says=_("One subscriber hears this event again. That is safe to do twice."),
                run=tell_again,
            ),
        )

    def more_urls(self) -> list[URLPattern]:
        return [path("tail/", show_tail, name="stream_tail")]


@never_cache
@require_GET
def show_tail(request: HttpRequest) -> HttpResponseBase:
    """Asked again and again: 204 while there is nothing new."""
    context = _tail(request)
    if request.GET.get("newest", "") == str(context["newest"]):
        return HttpResponse(status=204)
    return render(request, "adminconsole/pages/stream_tail.html", context)


def _tail(request: HttpRequest) -> dict[str, Any]:
    given = {name: request.GET.get(name, "").strip()[:80] for name in ("subject", "person")}
    hours = request.GET.get("hours", "")
    span = int(hours) if hours in map(str, HOURS) else HOURS[1]
    rows = _matching(given, since_h=span).order_by("-pk")[:SHOWN]
    events = list(rows)
    return {
        "events": events,
        "newest": events[0].pk if events else 0,
        "given": given,
        "hours": span,
        "spans": HOURS,
        "subjects": sorted(BY_SUBJECT),
        "chosen": _chosen(request, events),
        "listeners": sorted(subscribers()),
    }


def _matching(given: Mapping[str, str], *, since_h: int) -> QuerySet[EventRecord]:
    found = EventRecord.objects.filter(at__gt=timezone.now() - timedelta(hours=since_h))
    if given["subject"] in BY_SUBJECT:
        found = found.filter(subject=given["subject"])
    if given["person"]:
        found = found.filter(user_id=key_of(given["person"]))
    return found


def _chosen(request: HttpRequest, events: list[EventRecord]) -> dict[str, Any] | None:
    """The event that the address names, with its body as JSON and the others of its trace that
    are listed."""
    key = request.GET.get("event", "")
    if not key.isdecimal() or len(key) > 18:
        return None
    row = EventRecord.objects.filter(pk=int(key)).first()
    if row is None:
        raise Http404
    trace = (row.trace or "")[3:35]
    beside = [e for e in events if trace and (e.trace or "")[3:35] == trace and e.pk != row.pk]
    heard_by = [
        name for name, handlers in subscribers().items() if BY_SUBJECT.get(row.subject) in handlers
    ]
    body = json.dumps(row.body, indent=2, ensure_ascii=False, sort_keys=True)
    return {"row": row, "body": body, "trace": trace, "beside": beside, "heard_by": heard_by}


def tell_again(order: Order) -> str:
    """`target` is the key of the event and the name of the subscriber, with a space between."""
    key, _space, name = order.target.partition(" ")
    row = EventRecord.objects.filter(pk=int(key)).first() if key.isdecimal() else None
    if row is None or name not in subscribers():
        raise Refused(gettext("There is no such event any more, or nobody of that name."))
    if not replay_one(name, row):
        raise Refused(gettext("%(name)s could not hear it: see its log.") % {"name": name})
    return gettext("%(name)s was told again.") % {"name": name}
