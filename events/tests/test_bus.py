from __future__ import annotations

import json
import re
from collections import defaultdict
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction

from events import bus, catalog
from events.bus import publish, subscribe
from events.catalog import ConsentGranted, Event, TaskCompleted
from events.models import EventRecord
from events.tasks import purge
from oo.lib.tracing import traceparent, within
from tests.clock import NOON

SOMEBODY = UUID(int=1)
GRANTED = ConsentGranted(user_id=SOMEBODY, at=NOON, key="tasks", wording="2026-11")
TRACE = f"00-{'a' * 32}-{'b' * 16}-01"


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[Event]:
    """What a subscriber to ConsentGranted hears, and nobody else."""
    monkeypatch.setattr(bus, "_subscribers", defaultdict(list))
    events: list[Event] = []
    subscribe(ConsentGranted, events.append)
    return events


def test_an_event_is_a_row_with_its_subject_and_body(db: None) -> None:
    with transaction.atomic():
        publish(GRANTED)
    row = EventRecord.objects.get()
    assert (row.subject, row.user_id, row.at) == ("accounts.consent.granted", SOMEBODY, NOON)
    assert row.body == {"key": "tasks", "wording": "2026-11"}
    assert row.mirrored_as is None


def test_an_event_is_of_the_trace_of_its_work_or_of_one_of_its_own(db: None) -> None:
    with transaction.atomic():
        with within(TRACE):
            publish(GRANTED)
        publish(GRANTED)
        publish(GRANTED)
    first, *others = EventRecord.objects.order_by("pk").values_list("trace", flat=True)
    assert first == TRACE
    assert all(re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-00", str(each)) for each in others)
    assert len(set(others)) == 2


@pytest.mark.django_db(transaction=True)
def test_a_subscriber_works_within_the_trace_of_the_event(heard: list[Event]) -> None:
    there: list[str] = []
    subscribe(ConsentGranted, lambda _event: there.append(traceparent()))
    with transaction.atomic():
        with within(TRACE):
            publish(GRANTED)
        publish(GRANTED)
    assert there == list(EventRecord.objects.order_by("pk").values_list("trace", flat=True))
    assert there[0] == TRACE != there[1]


@pytest.mark.django_db(transaction=True)
def test_subscribers_hear_after_the_commit(heard: list[Event]) -> None:
    with transaction.atomic():
        publish(GRANTED)
        assert heard == []
    assert heard == [GRANTED]


@pytest.mark.django_db(transaction=True)
def test_what_was_rolled_back_never_happened(heard: list[Event]) -> None:
    with transaction.atomic():
        publish(GRANTED)
        transaction.set_rollback(True)
    assert heard == []
    assert not EventRecord.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_subscriber_that_fails_hurts_neither_the_event_nor_the_others(
    heard: list[Event], caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_event: Event) -> None:
        raise RuntimeError("broken subscriber")

    subscribe(ConsentGranted, fail)
    more: list[Event] = []
    subscribe(ConsentGranted, more.append)
    with transaction.atomic():
        publish(GRANTED)
    assert heard == more == [GRANTED]
    assert EventRecord.objects.count() == 1
    assert "broken subscriber" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_one_hears_only_what_one_subscribed_to(heard: list[Event]) -> None:
    with transaction.atomic():
        publish(TaskCompleted(user_id=SOMEBODY, at=NOON, task_id=1, by="oo"))
    assert heard == []


@pytest.mark.django_db(transaction=True)
def test_subscribing_twice_is_hearing_once(heard: list[Event]) -> None:
    subscribe(ConsentGranted, heard.append)
    with transaction.atomic():
        publish(GRANTED)
    assert len(heard) == 1


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_nothing_can_be_published() -> None:
    with pytest.raises(transaction.TransactionManagementError):
        publish(GRANTED)


def kinds() -> list[type[Event]]:
    return [
        kind
        for kind in vars(catalog).values()
        if isinstance(kind, type) and issubclass(kind, Event) and kind is not Event
    ]


def test_every_event_has_a_subject_of_its_own() -> None:
    subjects = [kind.subject for kind in kinds()]
    assert len(set(subjects)) == len(subjects) > 10
    assert all(
        s.split(".")[0] in {"signals", "feedback", "accounts", "agents", "delivery"}
        for s in subjects
    )


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.subject)
def test_every_event_can_be_written_as_json(kind: type[Event]) -> None:
    samples: dict[str, Any] = {
        "UUID": SOMEBODY,
        "datetime": NOON,
        "int": 1,
        "float": 0.5,
        "str": "x",
        "float | None": None,
        "tuple[str, ...]": ("x",),
    }
    values = {f.name: samples[str(f.type)] for f in fields(kind)}
    assert json.dumps(values, cls=DjangoJSONEncoder)


def test_purge_forgets_what_is_older_than_thirty_days(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("oo.lib.forgetting.BATCH", 2)
    now = datetime.now(UTC)
    for days in (1, 29, 31, 32, 33, 400):
        EventRecord.objects.create(
            subject="x", user_id=SOMEBODY, at=now - timedelta(days=days), body={}
        )
    assert purge() == 4
    assert EventRecord.objects.count() == 2
