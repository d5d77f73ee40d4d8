"""CalDAV through the engine: from what is typed to rows, and back to the server."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from accounts.models import User
from accounts.privacy import consents
from events.models import EventRecord
from integrations.access import checking
from integrations.base import Trouble
from integrations.complete.completing import complete_one
from integrations.models import CalendarEvent, Completion, Connection, Task
from integrations.sources.caldav import wire
from integrations.sync.syncing import Outcome, sync
from integrations.tests.test_caldav_source import MILK, REVIEW, entry, todo
from tests.clock import NOON
from tests.factories import make_completion
from tests.stand_ins.radicale import RadicaleUser

MINUTE = timedelta(minutes=1)
State = Connection.State


@pytest.fixture
def lists(dav: RadicaleUser) -> RadicaleUser:
    dav.add_calendar("Work", "VEVENT")
    dav.add_calendar("Home", "VTODO")
    dav.put("home/milk.ics", *todo(*MILK))
    start = f"DTSTART:{NOON + timedelta(days=1):%Y%m%dT%H%M%SZ}"
    dav.put("work/review.ics", *entry(*REVIEW, start, "DURATION:PT1H"))
    return dav


def connect(user: User, given: dict[str, str]) -> Connection:
    for key in ("tasks", "calendar"):
        consents.grant(user.pk, key, by="connect", at=NOON)
    asked = checking.ask(user.pk, "caldav", given, at=NOON)
    sync(asked.pk, at=NOON)
    return Connection.objects.get(user=user)


def again(connection: Connection, minutes: int) -> Outcome:
    Connection.objects.filter(pk=connection.pk).update(next_sync_at=NOON)
    return sync(connection.pk, at=NOON + minutes * MINUTE)


def test_what_is_there_becomes_rows_once(alice: User, lists: RadicaleUser) -> None:
    connection = connect(alice, lists.credentials)
    assert again(connection, 1) == Outcome.SYNCED
    assert (Task.objects.get().title, CalendarEvent.objects.get().title) == ("Buy milk", "Review")
    before = EventRecord.objects.count()
    assert again(connection, 16) == Outcome.SYNCED
    assert EventRecord.objects.count() == before


def test_the_same_account_by_another_address_is_the_same_connection(
    alice: User, lists: RadicaleUser
) -> None:
    first = connect(alice, lists.credentials)
    second = connect(alice, {**lists.credentials, "url": lists.url("work/")})
    assert first.pk == second.pk


def test_two_people_with_one_account_have_rows_of_their_own(
    alice: User, bob: User, lists: RadicaleUser
) -> None:
    for user in (alice, bob):
        assert again(connect(user, lists.credentials), 1) == Outcome.SYNCED
    assert set(Task.objects.values_list("user_id", flat=True)) == {alice.pk, bob.pk}


def test_a_wrong_password_is_said_and_not_kept(alice: User, lists: RadicaleUser) -> None:
    refused = connect(alice, {**lists.credentials, "password": "wrong"})
    assert (refused.state, refused.last_error) == (State.REFUSED, Trouble.UNAUTHORIZED)
    assert set(refused.read_credentials()) == {"url", "name"}


def test_a_password_that_was_taken_back_asks_to_reconnect_and_keeps_the_rows(
    alice: User, lists: RadicaleUser
) -> None:
    connection = connect(alice, lists.credentials)
    again(connection, 1)
    lists.server.shut_out(lists.name)
    assert again(connection, 16) == Outcome.FAILED
    connection.refresh_from_db()
    assert (connection.state, Task.objects.count()) == (State.RECONNECT, 1)


def test_an_answer_that_breaks_off_keeps_the_rows(
    alice: User, lists: RadicaleUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = connect(alice, lists.credentials)
    again(connection, 1)
    lists.put("work/more.ics", *entry("UID:m", *REVIEW[1:], "DTSTART;VALUE=DATE:20260303"))

    def broken(body: bytes) -> Any:
        return wire.read_multistatus(body[:-40] if b"calendar-data" in body else body)

    monkeypatch.setattr("integrations.sources.caldav.server.read_multistatus", broken)
    assert again(connection, 16) == Outcome.FAILED
    connection.refresh_from_db()
    assert connection.last_error == Trouble.UNREADABLE
    assert (Task.objects.count(), CalendarEvent.objects.count()) == (1, 1)


def test_what_may_not_be_read_any_more_stays_as_it_is_known(
    alice: User, lists: RadicaleUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two files answer 403, lastingly; everything else is read."""
    start = f"DTSTART:{NOON + timedelta(days=1):%Y%m%dT%H%M%SZ}"
    lists.put("work/lunch.ics", *entry("UID:lunch", REVIEW[1], "SUMMARY:Lunch", start))
    connection = connect(alice, lists.credentials)
    again(connection, 1)
    lists.delete("work/lunch.ics")
    lists.put("home/rent.ics", *todo("UID:rent", MILK[1], "SUMMARY:Rent"))

    def closed(body: bytes) -> Any:
        told = wire.read_multistatus(body)
        return replace(told, answers=tuple(map(shut, told.answers)))

    def shut(answer: wire.Answer) -> wire.Answer:
        is_shut = answer.href.endswith(("milk.ics", "review.ics"))
        return replace(answer, status=403, trouble=403, found={}) if is_shut else answer

    monkeypatch.setattr("integrations.sources.caldav.server.read_multistatus", closed)
    for days in (1, 2):
        assert again(connection, 1_440 * days) == Outcome.SYNCED
        assert set(Task.objects.values_list("title", flat=True)) == {"Buy milk", "Rent"}
        assert [each.title for each in CalendarEvent.objects.all()] == ["Review"]


def test_done_closes_it_there(alice: User, lists: RadicaleUser) -> None:
    connection = connect(alice, lists.credentials)
    again(connection, 1)
    completion = make_completion(Task.objects.get())
    assert complete_one(completion.key, at=NOON) == connection.pk
    assert "STATUS:COMPLETED" in lists.text("home/milk.ics")
    again(connection, 2)
    assert Task.objects.get().completed_at is not None


def test_what_is_gone_there_counts_as_closed(alice: User, lists: RadicaleUser) -> None:
    connection = connect(alice, lists.credentials)
    again(connection, 1)
    lists.delete("home/milk.ics")
    completion = make_completion(Task.objects.get())
    assert complete_one(completion.key, at=NOON) == connection.pk
    completion.refresh_from_db()
    assert completion.state == Completion.State.DONE
