"""How each part of an installation is, asked now. What cannot be asked is a finding, no error."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from time import perf_counter
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.db.models import Max
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from adminconsole.looking.tools import BY_KEY, look_at
from adminconsole.models import Counted
from agents.models import ModelCall, Sweep
from events.models import EventRecord
from integrations.models import Connection
from integrations.registry import SOURCES
from oo.celery import app as celery
from oo.lib.measures import seconds_since
from oo.observe.tasks import QUEUED_AT

QUEUES = ("interactive", "sync", "sweep", "llm")
# A counted day is written every quarter of an hour: whoever is later was not reminded by beat.
BEAT_LATE = timedelta(minutes=20)
LATELY = timedelta(minutes=15)
LONG_QUEUE, LONG_WAIT_S, LAG_S = 1_000, 60.0, 300.0
ANSWERS_IN_S = 0.7


class State(StrEnum):
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"
    NONE = "none"  # not set up, or nothing to say


@dataclass(frozen=True, slots=True)
class Part:
    name: str
    state: State
    says: str
    runbook: str = ""  # below docs/runbooks/


def look(*, at: datetime) -> Iterator[Part]:
    """Every part, in the order of the page. Takes up to a second, which workers need to answer."""
    for name, probe in PROBES.items():
        try:
            found = [*probe(at)]
        except Exception as error:  # whatever a driver raises
            found = [Part(name, State.BAD, _("no answer (%s)") % type(error).__name__)]
        yield from (replace(part, runbook=name) for part in found)


def _database(at: datetime) -> Iterable[Part]:
    began = perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("select 1 from django_migrations limit 1")
    ms = (perf_counter() - began) * 1000
    version = ".".join(map(str, connection.get_database_version()))
    words = _("%(kind)s %(version)s, answers in %(ms)s ms")
    told = {
        "kind": connection.display_name,
        "version": version,
        "ms": number_format(ms, decimal_pos=1),
    }
    yield Part(_("Database"), State.GOOD if ms < 100 else State.WARN, words % told)


def _cache(at: datetime) -> Iterable[Part]:
    key, value = "adminconsole.probe", at.isoformat()
    cache.set(key, value, 10)
    if cache.get(key) == value:
        yield Part(_("Cache"), State.GOOD, _("keeps what it is given"))
    else:
        yield Part(_("Cache"), State.BAD, _("forgets at once: limits and shared tokens fail open"))


def _queues(at: datetime) -> Iterable[Part]:
    with celery.connection_for_read() as broker:
        broker.ensure_connection(max_retries=0, timeout=1)
        channel: Any = broker.default_channel  # of AMQP's class, says Kombu, whatever it is
        for queue in QUEUES:
            waiting = channel.queue_declare(queue=queue, passive=False).message_count or 0
            age_s = oldest_s(channel, queue, at)
            is_long = waiting >= LONG_QUEUE or age_s >= LONG_WAIT_S
            told = {"count": number_format(waiting), "age": number_format(age_s, 0)}
            says = ngettext(
                "%(count)s message waits, for %(age)s seconds",
                "%(count)s messages wait, the oldest for %(age)s seconds",
                waiting,
            )
            state = State.WARN if is_long else State.GOOD
            name = _("Queue %(name)s") % {"name": queue}
            yield Part(name, state, says % told if waiting else _("nothing waits"))


def oldest_s(channel: Any, queue: str, at: datetime) -> float:
    """How long the message has waited that is next; 0 for none, and where the broker is not Redis,
    which alone can be looked into without taking it."""
    client = getattr(channel, "client", None)
    raw = client.lindex(queue, -1) if client is not None else None
    queued_at = json.loads(raw)["headers"].get(QUEUED_AT) if raw else None
    return max(0.0, at.timestamp() - queued_at) if queued_at else 0.0


def _workers(at: datetime) -> Iterable[Part]:
    if not can_call_all():
        last = last_sign()
        if last is None:
            yield Part(_("Workers"), State.NONE, _("have not done anything yet"))
            return
        minutes = int(seconds_since(last, at=at) // 60)
        state = State.GOOD if last > at - BEAT_LATE else State.BAD
        says = ngettext(
            "last seen %(count)s minute ago", "last seen %(count)s minutes ago", minutes
        )
        yield Part(
            _("Workers"), state, says % {"count": minutes} if minutes else _("last seen just now")
        )
        return
    answers = celery.control.ping(timeout=ANSWERS_IN_S) or []
    names = sorted(name for answer in answers for name in answer)
    if names:
        yield Part(_("Workers"), State.GOOD, ", ".join(names))
    else:
        yield Part(_("Workers"), State.BAD, _("none answers: nothing is synced, made or sent"))


def last_sign() -> datetime | None:
    """When a worker was last seen to do something. Two queries. A sweep is begun whenever beat says
    so; before the first, a source is read. Tips tell nothing: pages make them, too."""
    signs = (
        Sweep.objects.aggregate(at=Max("began_at")),
        Connection.objects.aggregate(at=Max("synced_at")),
    )
    return max((sign["at"] for sign in signs if sign["at"]), default=None)


def can_call_all() -> bool:
    """Whether all workers hear one message: not by the files of a laptop."""
    with celery.connection_for_read() as broker:
        return "fanout" in broker.transport.implements.exchange_type


def _beat(at: datetime) -> Iterable[Part]:
    newest = Counted.objects.order_by("-at").values_list("at", flat=True).first()
    if newest is None:
        yield Part(_("Beat"), State.NONE, _("has not counted anything yet"))
        return
    minutes = int(seconds_since(newest, at=at) // 60)
    state = State.GOOD if newest > at - BEAT_LATE else State.BAD
    says = ngettext("counted %(count)s minute ago", "counted %(count)s minutes ago", minutes)
    yield Part(_("Beat"), state, says % {"count": minutes} if minutes else _("counted just now"))


def _mirror(at: datetime) -> Iterable[Part]:
    if not settings.NATS_URL:
        yield Part("JetStream", State.NONE, _("no mirror is set up"))
        return
    first = EventRecord.objects.waiting().values_list("at", flat=True).first()
    lag_s = seconds_since(first, at=at)
    state = State.GOOD if lag_s < LAG_S else State.WARN
    says = _("%(count)s seconds behind") % {"count": number_format(lag_s, 0)}
    yield Part("JetStream", state, says)


def _models(at: datetime) -> Iterable[Part]:
    by_alias = ModelCall.objects.outcomes_since(at - LATELY)
    if not by_alias:
        yield Part(_("Language models"), State.NONE, _("none was asked in a quarter of an hour"))
    for alias, (count, away) in by_alias.items():
        state = State.GOOD if away * 10 < count else State.WARN
        if away * 2 > count:
            state = State.BAD
        told = {"away": number_format(away), "count": number_format(count)}
        says = _("%(away)s of %(count)s questions were not answered in a quarter of an hour") % told
        yield Part(alias, state, says)


def _sources(at: datetime) -> Iterable[Part]:
    for source, (count, troubled, late) in Connection.objects.health(at=at).items():
        share = (troubled + late) / count if count else 0
        state = State.GOOD if share < 0.05 else State.WARN if share < 0.25 else State.BAD
        told = {
            "count": number_format(count),
            "troubled": number_format(troubled),
            "late": number_format(late),
        }
        says = _("%(count)s connected, %(troubled)s with errors, %(late)s overdue") % told
        yield Part(SOURCES.title(source), state, says)


def _tools(at: datetime) -> Iterable[Part]:
    """The one that something of oO's may rest on; the others are looked at on a page of theirs."""
    found = look_at(BY_KEY["mlflow"])
    if found.is_well is not None:
        state = State.GOOD if found.is_well else State.WARN
        yield Part(found.tool.title, state, found.says)


# By the name of the runbook that says what to do.
PROBES: dict[str, Callable[[datetime], Iterable[Part]]] = {
    "database": _database,
    "cache": _cache,
    "queues": _queues,
    "workers": _workers,
    "beat": _beat,
    "mirror": _mirror,
    "models": _models,
    "sources": _sources,
    "tools": _tools,
}
