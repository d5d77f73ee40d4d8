"""The event stream: what is shown, what it asks for by itself, and telling somebody again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from adminconsole.models import AuditEntry
from adminconsole.pages import events as page
from events.bus import publish, subscribers
from events.catalog import ConsentGranted, TipRewarded
from events.models import EventRecord

pytestmark = pytest.mark.django_db
URL, TAIL = "/console/stream/", "/console/stream/tail/"


@pytest.fixture
def admin(bob: User, bob_client: Client) -> Client:
    bob.is_staff = bob.is_superuser = True
    bob.save()
    return bob_client


def happens(person: User, *, ago: timedelta = timedelta()) -> EventRecord:
    at = timezone.now() - ago
    publish(ConsentGranted(user_id=person.pk, at=at, key="tasks", wording="1"))
    return EventRecord.objects.latest("pk")


def shown(answer: Any) -> list[EventRecord]:
    found: list[EventRecord] = answer.context["events"]
    return found


def test_the_newest_is_first(admin: Client, alice: User) -> None:
    rows = [happens(alice) for _ in range(3)]
    listed = shown(admin.get(URL))
    assert listed[:3] == rows[::-1]


def test_it_is_asked_for_again_and_answers_only_what_is_new(admin: Client, alice: User) -> None:
    newest = happens(alice).pk
    assert admin.get(TAIL, {"newest": newest}).status_code == 204
    happens(alice)
    answer = admin.get(TAIL, {"newest": newest})
    assert answer.status_code == 200
    assert (
        answer.content.decode().startswith("\n<section") or "<html" not in answer.content.decode()
    )
    assert len(shown(answer)) >= 2


def test_at_most_so_many_are_shown(
    admin: Client, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "SHOWN", 2)
    rows = [happens(alice) for _ in range(4)]
    assert shown(admin.get(URL)) == rows[:1:-1]


def test_it_can_be_asked_for_one_person_subject_and_time(
    admin: Client, alice: User, bob: User
) -> None:
    old, new, bobs = happens(alice, ago=timedelta(hours=30)), happens(alice), happens(bob)
    subject = ConsentGranted.subject
    assert new in shown(admin.get(URL, {"person": alice.email.upper(), "subject": subject}))
    assert bobs not in shown(admin.get(URL, {"person": str(alice.pk)}))
    assert old not in shown(admin.get(URL))
    assert old in shown(admin.get(URL, {"hours": "168"}))
    assert shown(admin.get(URL, {"subject": TipRewarded.subject})) == []


@pytest.mark.parametrize(
    "given",
    [
        {"person": "\x00"},
        {"person": "nobody@example.org"},
        {"person": "x" * 5_000},
        {"subject": "' or 1=1"},
        {"hours": "999999"},
        {"event": "x"},
        {"event": "9" * 40},
        {"newest": "x"},
    ],
    ids=str,
)
def test_what_makes_no_sense_is_nothing_or_as_usual(
    admin: Client, alice: User, given: dict[str, str]
) -> None:
    happens(alice)
    assert admin.get(URL, given).status_code == 200


def test_one_event_shows_its_body_and_who_hears_it(admin: Client, alice: User) -> None:
    row = happens(alice)
    chosen = admin.get(URL, {"event": row.pk}).context["chosen"]
    assert chosen["row"] == row
    assert '"key": "tasks"' in chosen["body"]
    assert all(name in subscribers() for name in chosen["heard_by"])
    assert admin.get(URL, {"event": row.pk + 99}).status_code == 404


def test_a_subscriber_is_told_again_once(
    admin: Client, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Any] = []
    row = happens(alice)
    known = {"tips.example": {ConsentGranted: told.append}}
    monkeypatch.setattr(page, "subscribers", lambda: known)
    monkeypatch.setattr("events.replaying.subscribers", lambda: known)
    form = {"target": f"{row.pk} tips.example", "why": "It was down"}
    admin.post("/console/stream/do/replay/", form)
    assert [event.key for event in told] == ["tasks"]
    assert AuditEntry.objects.get(action="replay").target == form["target"]


@pytest.mark.parametrize("target", ["", "1", "x y", "999999 tips.example", "{pk} nobody"])
def test_nobody_and_nothing_is_refused(admin: Client, alice: User, target: str) -> None:
    row = happens(alice)
    form = {"target": target.format(pk=row.pk), "why": "x"}
    answer = admin.post("/console/stream/do/replay/", form, follow=True)
    assert "no such event" in answer.content.decode()
    assert not AuditEntry.objects.filter(action="replay").exists()
