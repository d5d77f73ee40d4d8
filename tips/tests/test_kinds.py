"""Each kind is answered in its own way, on the page and over the API."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts.models import User
from agents.tests.people import meeting, view
from agents.traits import EventTraits, Trait
from integrations.models import Completion
from tests.clock import NOON
from tests.factories import give_tip, make_event, the_tip
from tips.answer import answering
from tips.base import Kind
from tips.decide.candidates import build_candidates
from tips.decide.kinds import REASONS, WAYS, later_until, offers_at
from tips.make.making import make_tip
from tips.models import Mute, Tip, TipSchedule

HTMX = {"HX-Request": "true"}
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON.astimezone(UTC), tick=False) as coordinates:
        yield coordinates


@pytest.fixture
def reminder(alice: User) -> Tip:
    make_event(alice, starts_in_min=12, url="https://calendar.example/e/1")
    return the_tip(alice)


@pytest.fixture
def insight(alice: User) -> Tip:
    tip = give_tip(alice, "You write at night.")
    Tip.objects.update(kind=Kind.INSIGHT, evidence=[])
    tip.refresh_from_db()
    return tip


def buttons(client: Client) -> list[str]:
    page = client.get("/", headers=HTMX).content.decode()
    return [part.split('"')[0] for part in page.split('name="reaction" value="')[1:]]


def answer(client: Client, tip: Tip, reaction: str) -> Any:
    return client.post(f"/tip/{tip.pk}/answer", {"reaction": reaction}, headers=HTMX)


def test_every_kind_has_a_way_and_every_reason_words() -> None:
    assert set(WAYS) == set(Kind)
    assert {reason for way in WAYS.values() for reason in way.reasons} <= set(REASONS)
    assert [kind for kind, way in WAYS.items() if way.completes] == [Kind.TASK]


@pytest.mark.parametrize(
    ("kind", "reactions"),
    [
        ("task", ["done", "snooze", "dismiss"]),
        ("advice", ["done", "snooze", "dismiss"]),
        ("insight", ["done", "dismiss"]),
        ("reminder", ["done", "dismiss"]),  # nothing says until when it can be put off
    ],
)
def test_what_is_offered(kind: str, reactions: list[str]) -> None:
    assert [offer.reaction for offer in offers_at(kind, None, NOON)] == reactions


def test_a_reminder_is_put_off_only_while_there_is_time_to_set_out() -> None:
    far = EventTraits(leave_by=Trait(3 * MINUTE, "3 min walk"))
    seen = view(meeting(9, starts_in_min=12, traits=far))
    (candidate,) = build_candidates(seen, set())
    until = later_until(candidate.kind, candidate.facts)
    assert until == NOON + 2 * MINUTE
    assert len(offers_at("reminder", until, until)) == 3
    assert len(offers_at("reminder", until, until + timedelta(seconds=1))) == 2


def test_a_reminder_is_acknowledged_until_it_begins(alice_client: Client, reminder: Tip) -> None:
    page = alice_client.get("/").content.decode()
    assert ">Got it<" in page
    assert "https://calendar.example/e/1" in page
    assert 'data-until="2026-05-05T12:12:00+02:00"' in page
    card = answer(alice_client, reminder, "done").content.decode()
    assert "Noted." in card
    assert "Starts at 12:12" in card
    assert Mute.objects.get().until == NOON + 12 * MINUTE
    assert not Completion.objects.exists()
    reminder.refresh_from_db()
    assert reminder.reward == 0.8


def test_a_reminder_acknowledged_after_it_began_came_too_late(reminder: Tip) -> None:
    outcome = answering.react(reminder, "done", at=NOON + 13 * MINUTE)
    assert (outcome.won, outcome.tip.reward) == (True, 0.0)


def test_an_offline_answer_was_in_time_when_it_was_given(reminder: Tip) -> None:
    answering.mark_shown(reminder, surface="page", at=NOON + MINUTE)
    at = NOON + 40 * MINUTE
    outcome = answering.react(reminder, "done", at=at, answered_at=NOON + 2 * MINUTE)
    assert outcome.tip.reward == 0.8


def test_a_reminder_put_off_is_said_again_before_it_begins(alice: User, reminder: Tip) -> None:
    answering.react(reminder, "snooze", at=NOON)
    assert TipSchedule.objects.get().next_look_at == NOON + 5 * MINUTE
    assert make_tip(alice.pk, at=NOON + 4 * MINUTE) is None
    again = make_tip(alice.pk, at=NOON + 5 * MINUTE)
    assert again is not None
    assert again.candidate == reminder.candidate


def test_later_goes_when_it_is_too_late(
    alice_client: Client, reminder: Tip, clock: time_machine.Traveller
) -> None:
    assert buttons(alice_client) == ["done", "snooze", "dismiss"]
    clock.move_to((NOON + 6 * MINUTE).astimezone(UTC))
    assert buttons(alice_client) == ["done", "dismiss"]


def test_a_late_later_of_an_old_page_is_kept_and_nothing_is_said_again(
    alice: User, reminder: Tip
) -> None:
    assert answering.react(reminder, "snooze", at=NOON + 8 * MINUTE).won
    assert make_tip(alice.pk, at=NOON + 13 * MINUTE) is None


def test_the_page_rests_as_it_did_when_a_task_is_put_off(alice: User) -> None:
    answering.react(give_tip(alice), "snooze", at=NOON)
    assert TipSchedule.objects.get().rest_until == NOON + 15 * MINUTE


def test_an_insight_has_no_later(alice_client: Client, insight: Tip) -> None:
    assert buttons(alice_client) == ["done", "dismiss"]
    assert answer(alice_client, insight, "snooze").status_code == 400
    path = f"/api/v1/tip/{insight.pk}/reaction"
    told = alice_client.post(path, {"reaction": "snooze"}, content_type="application/json")
    assert told.status_code == 400
    assert told.json()["errors"][0]["attr"] == "reaction"
    insight.refresh_from_db()
    assert insight.state != Tip.State.ANSWERED


def test_a_no_to_an_insight_says_that_it_is_wrong(alice_client: Client, insight: Tip) -> None:
    card = answer(alice_client, insight, "dismiss").content.decode()
    assert "Not so, then." in card
    assert "Noted: " not in card
    assert 'name="reason"' not in card
    insight.refresh_from_db()
    assert (insight.reason, insight.reward) == ("wrong", -1.0)
    answer(alice_client, insight, "dismiss")  # twice
    assert Mute.objects.count() == 1
    assert answering.undo(insight, at=NOON).won
    insight.refresh_from_db()
    assert (insight.state, insight.reason) == (Tip.State.SHOWN, "")
    assert not Mute.objects.exists()


def test_a_reminder_is_refused_for_two_reasons(alice_client: Client, reminder: Tip) -> None:
    card = answer(alice_client, reminder, "dismiss").content.decode()
    assert card.count('name="reason"') == 2


def test_the_api_answers_nothing_with_a_reason_that_the_kind_does_not_have(
    alice_client: Client, reminder: Tip
) -> None:
    path, body = f"/api/v1/tip/{reminder.pk}/reaction", {"reaction": "dismiss", "reason": "not_now"}
    told = alice_client.post(path, body, content_type="application/json")
    assert told.status_code == 400
    assert told.json()["errors"][0]["attr"] == "reason"
    reminder.refresh_from_db()
    assert reminder.state != Tip.State.ANSWERED


def test_the_page_refuses_a_reason_that_the_kind_does_not_have(
    alice_client: Client, reminder: Tip
) -> None:
    answer(alice_client, reminder, "dismiss")
    said = alice_client.post(f"/tip/{reminder.pk}/reason", {"reason": "not_now"})
    assert (said.status_code, said.content) == (400, b"reason")


def test_the_api_says_how_a_tip_can_be_answered(alice_client: Client, reminder: Tip) -> None:
    tip = alice_client.get("/api/v1/tip").json()["tip"]
    assert [o["words"] for o in tip["offers"]] == ["Got it", "Later", "Not this"]
    assert tip["starts_at"].startswith("2026-05-05T")


def test_bob_cannot_acknowledge_alices_reminder(bob_client: Client, reminder: Tip) -> None:
    assert answer(bob_client, reminder, "done").status_code == 404
    assert not Mute.objects.exists()
