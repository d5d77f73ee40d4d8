"""What must be true of the rows, of the source, of the browsers and of the streams afterwards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from time import monotonic

from agents.models import LookSchedule
from events.catalog import TipReacted, TipReactionUndone
from events.models import EventRecord, Recall
from integrations.models import Completion, Connection, Task
from notifier.models import Delivery
from tests import jetstream
from tests.faults.people import Person
from tips.models import Tip, TipSchedule

MIRRORED_WITHIN_S = 30.0  # on a machine that is busy with other tests


def find_work(*, at: datetime) -> dict[str, int]:
    """What is due and not done, by kind; empty when oO has caught up."""
    left = {
        "to complete": Completion.objects.waiting().count(),
        "to read": Connection.objects.due(at=at).count(),
        "to look at": LookSchedule.objects.due(at=at).count(),
        "to decide": TipSchedule.objects.due(at=at).count(),
        "to send": Delivery.objects.due(at=at).count(),
        "to mirror": EventRecord.objects.waiting().count() + Recall.objects.count(),
    }
    return {kind: count for kind, count in left.items() if count}


def find_faults(people: Iterable[Person], nats_url: str, *, at: datetime) -> list[str]:
    """One line for each thing that is not as it must be."""
    faults: list[str] = []
    for person in people:
        name = person.user.email.partition("@")[0]
        for check in (_answers, _closings, _notifications, _tips):
            faults += [f"{name}: {fault}" for fault in check(person, at)]
    return faults + list(_mirror(nats_url))


def _answers(person: Person, at: datetime) -> Iterator[str]:
    """Each that was heard is kept, and none is on record twice."""
    tips = {tip.pk: tip for tip in Tip.objects.filter(user=person.user)}
    for tip_id, reaction in person.said.items():
        if tips[tip_id].reaction not in (reaction, person.from_afar.get(tip_id)):
            yield f"said {reaction}, on record: {tips[tip_id].reaction or 'nothing'}"
    told = Counter(_tips_of(person, TipReacted.subject))
    taken_back = Counter(_tips_of(person, TipReactionUndone.subject))
    for tip in tips.values():
        events = told[str(tip.pk)] - taken_back[str(tip.pk)]
        if events != bool(tip.reaction):
            yield f"{events} events of an answer {tip.reaction or 'that there is not'}"


def _tips_of(person: Person, subject: str) -> list[str]:
    records = EventRecord.objects.filter(user_id=person.user.pk, subject=subject)
    return [str(body["tip_id"]) for body in records.values_list("body", flat=True)]


def _closings(person: Person, at: datetime) -> Iterator[str]:
    """Each task that oO was to close is closed at the source, once."""
    there = Counter(str(done.task["id"]) for done in person.account.completions)
    ours: Counter[str] = Counter()
    for row in Completion.objects.filter(user=person.user).select_related("task"):
        if row.state == Completion.State.DONE:
            ours[row.task.external_id] += 1
        elif row.state != Completion.State.CANCELLED:
            yield f"a completion is {row.state}: {row.last_error}"
    tasks = [done.task for done in person.account.completions]
    recurring = {str(task["id"]) for task in tasks if task["due"]["is_recurring"]}
    for task_id, times in there.items():
        if task_id not in recurring and times > 1:
            yield f"a task was closed {times} times"
        if times > ours[task_id] + person.closed[task_id]:
            yield f"closed {times} times, asked {ours[task_id]} and ticked {person.closed[task_id]}"
    yield from (f"never closed: {task}" for task in ours if not there[task])


def _notifications(person: Person, at: datetime) -> Iterator[str]:
    for topic, times in Counter(each.topic for each in person.browser.taken).items():
        if times > 1:
            yield f"the same notification {times} times ({topic})"


def _tips(person: Person, at: datetime) -> Iterator[str]:
    """What may be on the page is true: of an open task of this person."""
    open_ones = set(Task.objects.open().filter(user=person.user).values_list("pk", flat=True))
    for tip in Tip.objects.live().filter(user=person.user, expires_at__gt=at):
        rows = [each["id"] for each in tip.evidence if each["model"] == "task"]
        if not set(rows) <= open_ones:
            yield f"a tip about a task that is not open ({tip.state})"


def _mirror(nats_url: str) -> Iterator[str]:
    """Of the events up to now: workers and beat go on, and the relay is behind them by moments."""
    logged = {str(key) for key in EventRecord.objects.values_list("event_id", flat=True)}
    ends, found = monotonic() + MIRRORED_WITHIN_S, Counter[str]()
    while logged - found.keys() and monotonic() < ends:
        found = Counter(message.id for message in jetstream.read(nats_url))
    doubled = sum(times - 1 for times in found.values())
    if doubled:
        yield f"{doubled} events are in the streams twice"
    if missing := logged - found.keys():
        yield f"{len(missing)} events of the log are not in the streams"
    if extra := found.keys() - logged:
        yield f"{len(extra)} events of the streams are not in the log"


def count(people: Iterable[Person]) -> dict[str, int]:
    """How much happened, so that a day on which nothing did is seen."""
    closings = Completion.objects.filter(state=Completion.State.DONE)
    return {
        "answers heard": sum(len(person.said) for person in people),
        "answers on record": Tip.objects.exclude(reaction="").count(),
        "closed by oO": closings.count(),
        "notifications": sum(len(person.browser.taken) for person in people),
        "events": EventRecord.objects.count(),
        "live tips": Tip.objects.live().count(),
    }
