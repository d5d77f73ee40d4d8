from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from io import StringIO
from typing import Any
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from events import bus
from events.bus import publish, subscribe, subscribers
from events.catalog import (
    CompletionRequested,
    ConsentGranted,
    Event,
    ProfileChanged,
    TaskCompleted,
    TipReacted,
)
from events.models import EventRecord
from events.replaying import Fed, NobodyOfThatName, read, replay
from oo.lib.tracing import traceparent, within
from tests.clock import NOON

ALICE = UUID(int=1)
HOUR = timedelta(hours=1)
NAME = "events.hear"
TRACE = f"00-{'a' * 32}-{'b' * 16}-01"

pytestmark = pytest.mark.django_db

heard: list[Event] = []


def hear(event: Event) -> None:
    heard.append(event)


def hear_too(event: Event) -> None:
    raise AssertionError("nobody has named me")


@pytest.fixture(autouse=True)
def _two_subscribers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bus, "_subscribers", defaultdict(list))
    heard.clear()
    for kind in (TaskCompleted, ProfileChanged):
        subscribe(kind, hear)
        subscribe(kind, hear_too)


def completed(task_id: int, *, hours: int = 0) -> TaskCompleted:
    return TaskCompleted(user_id=ALICE, at=NOON + hours * HOUR, task_id=task_id, by="oo")


def happened(*events: Event) -> None:
    """In the past: a transaction of a test ends without its subscribers."""
    with transaction.atomic():
        for event in events:
            publish(event)


def test_what_one_hears_in_a_time_is_told_to_that_one_alone() -> None:
    granted = ConsentGranted(user_id=ALICE, at=NOON, key="tasks", wording="1")
    profile = ProfileChanged(user_id=ALICE, at=NOON + HOUR, fields=("time_zone", "name"))
    happened(completed(3, hours=2), completed(1, hours=-1), granted, completed(2), profile)

    assert replay(NAME, begin=NOON, end=NOON + 2 * HOUR) == Fed(told=2)
    assert heard == [completed(2), profile]


@pytest.mark.parametrize(
    "event",
    [
        CompletionRequested(user_id=ALICE, at=NOON, key=UUID(int=4), not_before=NOON + HOUR),
        ProfileChanged(user_id=ALICE, at=NOON, fields=()),
        TipReacted(
            user_id=ALICE,
            at=NOON,
            tip_id=UUID(int=5),
            candidate="task:17",
            reaction="done",
            answered_at=NOON,
            dwell_s=None,
            reward=1.0,
        ),
    ],
)
def test_what_was_published_is_read_as_it_was(event: Event) -> None:
    happened(event)
    assert read(EventRecord.objects.get()) == event


def test_what_has_another_schema_today_is_counted_and_left_out() -> None:
    happened(completed(1), completed(2), completed(3))
    EventRecord.objects.filter(body__task_id=1).update(version=99)
    EventRecord.objects.filter(body__task_id=3).update(body={"task_id": 3})

    assert replay(NAME, begin=NOON, end=NOON + HOUR) == Fed(told=1, unreadable=2)
    assert heard == [completed(2)]


def test_one_that_fails_at_an_event_is_told_the_others(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    happened(completed(1))

    assert replay("events.hear_too", begin=NOON, end=NOON + HOUR) == Fed(failed=1)
    assert "events.hear_too failed" in caplog.text


def test_nobody_of_that_name_is_told_nothing() -> None:
    with pytest.raises(NobodyOfThatName, match=r"events\.hear, events\.hear_too"):
        replay("tips.nobody", begin=NOON, end=NOON + HOUR)


def run(*words: str) -> str:
    out = StringIO()
    call_command("replay", *words, stdout=out)
    return out.getvalue()


def test_the_command_says_how_many_and_takes_utc_and_offsets() -> None:
    happened(completed(1))
    begin = NOON.astimezone(None).isoformat()
    end = (NOON + HOUR).replace(tzinfo=None).isoformat()

    said = run("--subscriber", NAME, "--from", begin, "--to", end)
    assert said == f"{NAME} was told 1 events again.\n"
    assert heard == [completed(1)]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"--subscriber": "tips.nobody"}, "There are: events.hear"),
        ({"--from": "yesterday"}, "no moment"),
        ({"--to": "2000-01-01"}, "before --to"),
        ({"--subscriber": "events.hear_too"}, "failed at 1"),
    ],
)
def test_the_command_refuses_what_makes_no_sense(changes: dict[str, str], words: str) -> None:
    happened(completed(1))
    given: dict[str, Any] = {
        "--subscriber": NAME,
        "--from": NOON.isoformat(),
        "--to": (NOON + HOUR).isoformat(),
        **changes,
    }
    with pytest.raises(CommandError, match=words):
        run(*[word for pair in given.items() for word in pair])
    assert heard == []


def test_subscribers_are_known_by_app_and_function() -> None:
    assert subscribers() == {
        NAME: {TaskCompleted: hear, ProfileChanged: hear},
        "events.hear_too": {TaskCompleted: hear_too, ProfileChanged: hear_too},
    }


def test_what_is_told_again_belongs_to_the_trace_of_the_event() -> None:
    there: list[str] = []
    subscribe(ConsentGranted, lambda _event: there.append(traceparent()))
    with transaction.atomic(), within(TRACE):
        publish(ConsentGranted(user_id=ALICE, at=NOON, key="tasks", wording="2026-11"))
        publish(ConsentGranted(user_id=ALICE, at=NOON, key="tasks", wording="2026-11"))
    EventRecord.objects.filter(pk=EventRecord.objects.earliest("pk").pk).update(trace=None)

    assert replay("events.<lambda>", begin=NOON, end=NOON + HOUR) == Fed(told=2)

    assert there[1] == TRACE != there[0]
