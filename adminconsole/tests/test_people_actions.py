"""What staff may do for a person: its effect, who may, and that nothing happens otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse

from accounts.models import ApiToken, Session, User
from adminconsole.models import AuditEntry
from adminconsole.pages.people import doing
from adminconsole.tests.people import (
    LIST,
    assert_audited,
    audited,
    client_of,
    connection_of,
    do,
    infer,
    told_by,
    write_all,
)
from agents.models import Belief, LookSchedule, Reading
from agents.understanding.loading import MODEL_READER
from integrations.models import CalendarEvent, Connection, Task
from notifier.models import Delivery, Device
from tests.clock import NOON
from tests.factories import make_connection, make_event, signed_in, the_tip
from tips.deliver.delivering import topic_of
from tips.models import Tip, TipSchedule

pytestmark = pytest.mark.django_db
EVERY = [action.key for action in doing.ACTIONS]
ACTS = [key for key in EVERY if key != "reveal"]


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON.astimezone(UTC), tick=False) as coordinates:
        yield coordinates


@pytest.fixture(autouse=True)
def queued(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = []
    monkeypatch.setattr(
        doing, "look_now", lambda task, *args, **_options: found.append((task.name, *args))
    )
    return found


@pytest.fixture
def operator() -> Client:
    return client_of("operator")


def state_of(person: User) -> list[Any]:
    """All that an action could change, as values."""
    rows: list[Any] = [
        model._default_manager.filter(user=person).order_by("pk").values()
        for model in (Connection, Task, Tip, TipSchedule, LookSchedule, Reading, Belief, Session)
    ]
    return [list(found) for found in rows]


@pytest.fixture
def written(alice: User) -> User:
    """alice, with something for every action."""
    write_all(alice)
    LookSchedule.objects.note_change(alice.pk)
    LookSchedule.objects.filter(pk=alice.pk).update(is_changed=False)
    signed_in(alice)
    return alice


def target_of(person: User, action: str) -> str:
    return str(connection_of(person).pk) if action == "revoke_connection" else ""


# Who may


@pytest.mark.parametrize("action", EVERY)
def test_a_viewer_may_not(written: User, action: str) -> None:
    before = state_of(written)
    answer = do(client_of("viewer"), action, written, target=target_of(written, action))
    assert answer.status_code == 403
    assert state_of(written) == before
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize("action", EVERY)
def test_a_stranger_may_not(written: User, alice_client: Client, action: str) -> None:
    before = state_of(written)
    do(alice_client, action, written, target=target_of(written, action))
    do(Client(), action, written, target=target_of(written, action))
    assert state_of(written) == before
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize("action", EVERY)
def test_looking_does_nothing(written: User, action: str) -> None:
    before = state_of(written)
    address = reverse("admin:do", args=["people", action])
    given = {"person": str(written.pk), "why": "x", "target": target_of(written, action)}
    assert client_of("superuser").get(address, given).status_code == 405
    assert state_of(written) == before


@pytest.mark.parametrize("action", EVERY)
def test_without_a_reason_nothing_happens(written: User, action: str) -> None:
    before = state_of(written)
    answer = do(client_of("superuser"), action, written, why="", target=target_of(written, action))
    assert "Say why" in told_by(answer)
    assert state_of(written) == before
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize("action", EVERY)
def test_of_whoever_has_left_it_is_refused(charlie: User, action: str) -> None:
    make_connection(charlie)
    infer(charlie)
    before = state_of(charlie)
    answer = do(client_of("superuser"), action, charlie, target=target_of(charlie, action))
    assert "they have left" in told_by(answer)
    assert state_of(charlie) == before
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize("action", EVERY)
@pytest.mark.parametrize("person", ["", "0" * 32])
def test_of_nobody_it_is_refused(action: str, person: str) -> None:
    address = reverse("admin:do", args=["people", action])
    answer = client_of("superuser").post(address, {"person": person, "why": "x", "next": LIST})
    assert "no such person" in told_by(answer)
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize("action", [key for key in ACTS if key != "rebuild_profile"])
def test_where_there_is_nothing_to_do_it_says_so(alice: User, action: str) -> None:
    told = told_by(do(client_of("operator"), action, alice, target=str(uuid4())))
    assert told in {
        "They have no such connection.",
        "Nothing is inferred of this person.",
        "This person has no live tip.",
        "This person is signed in nowhere.",
    }
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize("action", ACTS)
def test_what_is_not_on_record_is_not_done(
    written: User, monkeypatch: pytest.MonkeyPatch, action: str
) -> None:
    def fail(*_given: Any, **_named: Any) -> None:
        raise IntegrityError

    client, before = client_of("operator"), state_of(written)
    monkeypatch.setattr("adminconsole.acting.record", fail)
    with pytest.raises(IntegrityError):
        do(client, action, written, target=target_of(written, action))
    assert state_of(written) == before


# What it does


def test_a_connection_is_given_back(
    written: User,
    operator: Client,
    queued: list[Any],
    django_capture_on_commit_callbacks: Any,
) -> None:
    make_event(written)
    found = connection_of(written)
    with django_capture_on_commit_callbacks(execute=True):
        told = told_by(do(operator, "revoke_connection", written, target=str(found.pk)))
    assert "is disconnected" in told
    found.refresh_from_db()
    assert (found.state, found.next_sync_at) == (Connection.State.LEAVING, NOON)
    assert not Task.objects.filter(user=written).exists()
    assert not CalendarEvent.objects.filter(user=written).exists()
    assert ("integrations.tasks.sync_one", str(found.pk)) in queued
    assert_audited("revoke_connection", written)
    assert audited("revoke_connection")[0].target == str(found.pk)
    again = do(operator, "revoke_connection", written, target=str(found.pk))
    assert "being disconnected already" in told_by(again)


@pytest.mark.parametrize("target", ["", "x", "' or 1=1", "0" * 32])
def test_a_connection_is_theirs_or_it_stays(written: User, bob: User, target: str) -> None:
    operator = client_of("operator", "olga")
    other = make_connection(bob)
    for each in (target, str(other.pk)):
        assert "no such connection" in told_by(
            do(operator, "revoke_connection", written, target=each)
        )
    other.refresh_from_db()
    assert other.state == Connection.State.OK


def test_agents_look_anew_and_words_are_read_again(
    written: User,
    operator: Client,
    queued: list[Any],
    django_capture_on_commit_callbacks: Any,
) -> None:
    read = Reading.objects.filter(user=written)
    assert read.exists()
    of_model = Reading.objects.create(
        user=written, kind="task", words="w", reader=MODEL_READER, version=2, read_at=NOON
    )
    with django_capture_on_commit_callbacks(execute=True):
        told = told_by(do(operator, "rebuild_profile", written))
    assert told.startswith("Agents look again")
    assert LookSchedule.objects.due(at=NOON).filter(pk=written.pk).exists()
    assert ("agents.tasks.sweep",) in queued
    assert ("tips.tasks.make_tip", str(written.pk)) in queued
    assert set(read.exclude(pk=of_model.pk).values_list("version", flat=True)) == {0}
    assert_audited("rebuild_profile", written)
    later = NOON + timedelta(minutes=1)
    the_tip(written, at=later)
    anew = read.exclude(pk=of_model.pk)
    assert set(anew.values_list("read_at", flat=True)) == {later}
    assert not anew.filter(version=0).exists()
    of_model.refresh_from_db()
    assert of_model.version == 2


def test_what_was_inferred_is_forgotten_and_what_they_said_stays(
    written: User, bob: User, queued: list[Any], django_capture_on_commit_callbacks: Any
) -> None:
    infer(written, inference="momentum", said={"a_day": 3})
    infer(written, inference="overdue-task", is_denied=True)
    infer(bob)
    revision = TipSchedule.objects.get(pk=written.pk).revision
    with django_capture_on_commit_callbacks(execute=True):
        told = told_by(do(client_of("operator", "olga"), "forget_inferences", written))
    assert told == "1 inference is forgotten."
    left = Belief.objects.filter(user=written).values_list("inference", flat=True)
    assert set(left) == {"momentum", "overdue-task"}
    assert Belief.objects.filter(user=bob).count() == 1
    assert LookSchedule.objects.get(pk=written.pk).is_changed
    assert TipSchedule.objects.get(pk=written.pk).revision == revision + 1
    assert ("tips.tasks.make_tip", str(written.pk)) in queued
    assert_audited("forget_inferences", written)


def test_the_live_tip_ends_and_the_next_is_made(
    written: User,
    operator: Client,
    queued: list[Any],
    django_capture_on_commit_callbacks: Any,
) -> None:
    tip = Tip.objects.get(user=written)
    waiting = Delivery.objects.create(
        user=written,
        device=Device.objects.get(user=written),
        topic=topic_of(tip.pk),
        created_at=NOON,
        next_at=NOON,
        not_after=NOON + timedelta(hours=1),
    )
    with django_capture_on_commit_callbacks(execute=True):
        assert "has ended" in told_by(do(operator, "expire_tip", written))
    tip.refresh_from_db()
    assert (tip.state, tip.ended_at) == (Tip.State.EXPIRED, NOON)
    assert not Delivery.objects.due(at=NOON).filter(pk=waiting.pk).exists()
    assert queued == [("tips.tasks.make_tip", str(written.pk))]
    assert_audited("expire_tip", written)
    assert the_tip(written).pk != tip.pk
    assert Tip.objects.live().filter(user=written).count() == 1


def test_they_are_signed_out_everywhere_and_programs_go_on(
    written: User, alice_client: Client, operator: Client
) -> None:
    ApiToken.objects.create(user=written, name="cli", digest="d", hint="h", created_at=NOON)
    Device.objects.create(user=written, channel="web-push", address="{}", digest="d", added_at=NOON)
    staff_signed_in = Session.objects.exclude(user=written).count()
    assert told_by(do(operator, "sign_out_everywhere", written)) == "2 sessions have ended."
    assert not Session.objects.filter(user=written).exists()
    assert not Device.objects.filter(user=written).exists()
    assert Session.objects.count() == staff_signed_in
    assert ApiToken.objects.usable(at=NOON).filter(user=written).count() == 1
    assert alice_client.get("/settings/").status_code == 302
    assert_audited("sign_out_everywhere", written)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (0, "1 device no longer gets notifications."),
        (1, "2 devices no longer get notifications."),
    ],
)
def test_who_is_signed_in_nowhere_may_still_have_devices(
    written: User, operator: Client, more: int, told: str
) -> None:
    Session.objects.filter(user=written).delete()
    for number in range(more):
        Device.objects.create(
            user=written, channel="web-push", address="{}", digest=str(number), added_at=NOON
        )
    assert told_by(do(operator, "sign_out_everywhere", written)) == told
    assert not Device.objects.filter(user=written).exists()
    assert "signed in nowhere" in told_by(do(operator, "sign_out_everywhere", written))


def test_nobody_signs_themselves_out_here(operator: Client) -> None:
    me = User.objects.get(email__startswith="bob")
    assert "This is you" in told_by(do(operator, "sign_out_everywhere", me))
    assert Session.objects.filter(user=me).exists()
