"""The tip, from before there is one to what is said of an answer."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts.models import User
from accounts.profile.change import ProfileChange, change_profile
from events.catalog import ProfileChanged
from integrations.models import Completion, Connection
from tests.clock import NOON, TODAY
from tests.factories import make_connection, make_event, make_task, the_tip
from tests.translations.words import read
from tips.make.making import make_tip
from tips.models import Tip
from tips.subscribers import withdraw

HTMX = {"HX-Request": "true"}


def tip_for(user: User, **fields: Any) -> Tip:
    make_task(user, "Miete zahlen", **fields)
    return the_tip(user)


@pytest.fixture
def tip(alice: User) -> Tip:
    return tip_for(alice)


def post(client: Client, tip: Tip, what: str, **fields: str) -> str:
    """What is said in answer to "answer", "reason" or "undo"."""
    return read(client.post(f"/tip/{tip.pk}/{what}", fields, headers=HTMX))


def test_without_an_app_it_asks_for_one_in_german(alice_client: Client) -> None:
    assert "Verbinde eine App" in read(alice_client.get("/"))


def test_reading_for_the_first_time_is_german(alice: User, alice_client: Client) -> None:
    make_connection(alice, source="todoist", state=Connection.State.NEW, synced_at=None)
    assert "oO liest deine Aufgaben" in read(alice_client.get("/"))


def test_making_a_tip_is_german(alice: User, alice_client: Client) -> None:
    make_task(alice, "Miete zahlen")
    assert "Einen Moment" in read(alice_client.get("/"))


def test_silence_is_german(alice: User, alice_client: Client) -> None:
    make_task(alice, "Irgendwann", due_in=None)
    make_tip(alice.pk, at=NOON)
    words = read(alice_client.get("/"))
    assert "Gerade braucht dich nichts." in words
    assert "oO sieht um 14:00 Uhr wieder nach" in words


def test_a_tip_is_made_in_the_language_of_its_person(alice: User, alice_client: Client) -> None:
    assert tip_for(alice).detail == "Heute fällig"
    assert "Heute fällig" in read(alice_client.get("/"))


@pytest.mark.parametrize(
    ("change", "before", "after"),
    [
        (ProfileChange(locale="en"), "Heute um 17:00 Uhr fällig", "Due today at 5 p.m."),
        (
            ProfileChange(time_zone="Europe/London"),
            "Heute um 17:00 Uhr fällig",
            "Heute um 16:00 Uhr fällig",
        ),
        (ProfileChange(clock="12"), "Heute um 17:00 Uhr fällig", "Heute um 5 nachm. fällig"),
    ],
)
def test_a_tip_in_other_words_than_the_page_is_not_shown(
    alice: User, alice_client: Client, change: ProfileChange, before: str, after: str
) -> None:
    tip = tip_for(alice, due_time=time(17), due_zone="Europe/Berlin")
    Tip.objects.filter(pk=tip.pk).update(state=Tip.State.SHOWN, shown_at=NOON)
    assert before in alice_client.get("/").content.decode()
    change_profile(alice.pk, change, at=NOON)
    page = alice_client.get("/").content.decode()
    assert before not in page
    assert 'data-state="wait"' in page
    make_tip(alice.pk, at=NOON)
    assert after in alice_client.get("/").content.decode()


def test_a_tip_stays_where_its_words_do(alice: User, alice_client: Client) -> None:
    tip = tip_for(alice)
    change_profile(alice.pk, ProfileChange(role="Baker", name="Al"), at=NOON)
    assert str(tip.pk) in alice_client.get("/").content.decode()


def test_a_change_that_is_told_again_withdraws_nothing(alice: User) -> None:
    tip = tip_for(alice)
    event = ProfileChanged(user_id=alice.pk, at=NOON - timedelta(days=1), fields=("locale",))
    withdraw(event)
    tip.refresh_from_db()
    assert tip.state == Tip.State.READY


def test_a_time_is_written_as_17_00(alice: User) -> None:
    assert tip_for(alice, due_time=time(17)).detail == "Heute um 17:00 Uhr fällig"


def test_a_time_is_that_of_the_persons_own_zone(alice: User) -> None:
    alice.profile.time_zone = "America/New_York"
    alice.profile.save()
    make_event(alice, starts_in_min=10, title="Abstimmung")
    assert the_tip(alice).detail == "Beginnt um 06:10 Uhr"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"due_in": -1}, "Seit einem Tag überfällig"),
        ({"due_in": -3}, "Seit 3 Tagen überfällig"),
        ({"deadline_on": TODAY + timedelta(days=1)}, "Frist endet morgen"),
        ({"deadline_on": TODAY + timedelta(days=2)}, "Frist endet in 2 Tagen"),
        ({"priority": 4}, "Als dringend markiert"),
    ],
)
def test_reasons_are_whole_german_phrases(alice: User, fields: dict[str, Any], said: str) -> None:
    assert said in tip_for(alice, **fields).detail


def test_why_is_german(alice: User, alice_client: Client) -> None:
    make_task(alice, "Blumen gießen", project="Zuhause")
    words = read(alice_client.get(f"/tip/{tip_for(alice, priority=4).pk}/why", headers=HTMX))
    assert "Um 12:00 Uhr gewählt" in words
    assert "Beispieldaten" in words


@pytest.mark.parametrize(
    ("reaction", "said"),
    [("done", "Erledigt."), ("snooze", "Gut, später."), ("dismiss", "Gut, das nicht.")],
)
def test_an_answer_is_answered_in_german(
    alice_client: Client, tip: Tip, reaction: str, said: str
) -> None:
    assert said in post(alice_client, tip, "answer", reaction=reaction)


@pytest.mark.parametrize(
    ("first", "second"), [("done", "snooze"), ("snooze", "done"), ("dismiss", "done")]
)
def test_a_second_answer_is_refused_in_german(
    alice_client: Client, tip: Tip, first: str, second: str
) -> None:
    post(alice_client, tip, "answer", reaction=first)
    assert "schon beantwortet" in post(alice_client, tip, "answer", reaction=second)


@pytest.mark.parametrize("reaction", ["done", "snooze", "dismiss"])
def test_an_undo_that_comes_too_late_is_refused_in_german(
    alice_client: Client, tip: Tip, clock: time_machine.Traveller, reaction: str
) -> None:
    post(alice_client, tip, "answer", reaction=reaction)
    clock.shift(60)
    assert "nicht mehr zurücknehmen" in post(alice_client, tip, "undo")


def test_a_reason_is_noted_in_german(alice_client: Client, tip: Tip) -> None:
    post(alice_client, tip, "answer", reaction="dismiss")
    words = post(alice_client, tip, "reason", reason="not_relevant")
    assert "Notiert: nicht relevant." in words


def test_a_closing_that_failed_is_told_in_german(alice_client: Client, tip: Tip) -> None:
    post(alice_client, tip, "answer", reaction="done")
    late = datetime(2026, 5, 8, tzinfo=UTC)
    Completion.objects.update(state=Completion.State.FAILED, finished_at=late, attempts=9)
    assert "hat nie bestätigt" in read(alice_client.get("/"))
