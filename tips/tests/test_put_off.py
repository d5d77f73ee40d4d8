"""What answers hold back can be read, and let come again before its time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import User
from integrations.models import Task
from tests.clock import NOON
from tests.factories import give_tip, make_event, signed_in
from tips.answer.answering import end_rest, explain, react
from tips.base import Kind
from tips.make.making import make_tip
from tips.models import Mute, Tip, TipSchedule
from tips.page.put_off import load_put_off

PAGE = "/settings/put-off"


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON.astimezone(UTC), tick=False) as coordinates:
        yield coordinates


def put_off(user: User, title: str, reaction: str, reason: str = "") -> Tip:
    end_rest(user.pk, at=NOON)
    answered = react(give_tip(user, title), reaction, at=NOON).tip
    return explain(answered, reason, at=NOON).tip if reason else answered


def shown(user: User, at: datetime = NOON) -> list[tuple[str, str]]:
    with timezone.override("Europe/Berlin"):
        return [(row.title, row.said) for row in load_put_off(user.pk, at=at)]


def test_it_lists_what_was_answered_how_and_until_when(alice: User, alice_client: Client) -> None:
    put_off(alice, "Read the paper", "dismiss", "not_relevant")
    put_off(alice, "Pay rent", "snooze")
    put_off(alice, "Call Anna", "dismiss", "wrong")
    put_off(alice, "Water plants", "done")
    page = alice_client.get(PAGE).content.decode()
    places = [page.index(words) for words in ("Pay rent", "Read the paper", "Call Anna")]
    assert places == sorted(places)  # what comes again first, first
    for words in (
        "Later. Not before 2 p.m.",
        "Not relevant. Not for 30 days.",
        "It is wrong. Not until the task changes.",
    ):
        assert words in page
    assert "Water plants" not in page


def test_what_would_not_come_anyway_is_not_listed(alice: User) -> None:
    closed, changed = (put_off(alice, title, "dismiss", "wrong") for title in ("A", "B"))
    gone = put_off(alice, "C", "snooze")
    stays = put_off(alice, "D", "snooze")
    rows = {tip: int(tip.candidate.partition(":")[2]) for tip in (closed, changed, gone, stays)}
    Task.objects.filter(pk=rows[closed]).update(completed_at=NOON)
    Task.objects.filter(pk=rows[changed]).update(changed_at=NOON + timedelta(minutes=1))
    Task.objects.filter(pk=rows[gone]).delete()
    assert [title for title, _said in shown(alice)] == ["D"]
    assert shown(alice, NOON + timedelta(hours=3)) == []


def test_a_reminder_that_was_read_holds_nothing_back(alice: User) -> None:
    tip, soon = give_tip(alice), make_event(alice, starts_in_min=30)
    tip.kind, tip.candidate, tip.starts_at = Kind.REMINDER, f"event:{soon.pk}", soon.starts_at
    tip.save()
    react(tip, "done", at=NOON)
    assert Mute.objects.filter(candidate=f"event:{soon.pk}").exists()
    assert shown(alice) == []


def test_it_takes_as_many_queries_for_many(alice: User, django_assert_num_queries: Any) -> None:
    for n in range(5):
        put_off(alice, f"Task {n}", "snooze")
    with django_assert_num_queries(2):
        assert len(load_put_off(alice.pk, at=NOON)) == 5


def test_it_comes_again_as_soon_as_it_is_let(alice: User, alice_client: Client) -> None:
    tip = put_off(alice, "Pay rent", "snooze")
    later = NOON + timedelta(minutes=20)  # the page has rested
    make_tip(alice.pk, at=later)
    assert not Tip.objects.live().filter(user=alice).exists()
    page: Any = alice_client.post(f"{PAGE}/{Mute.objects.get().pk}/again", follow=True)
    assert "It may come back now." in page.content.decode()
    assert "Pay rent" not in page.content.decode()
    make_tip(alice.pk, at=later)
    assert Tip.objects.live().get(user=alice).candidate == tip.candidate
    tip.refresh_from_db()
    assert tip.reaction == "snooze"


def test_all_that_holds_it_back_goes(alice: User, alice_client: Client) -> None:
    first = put_off(alice, "Pay rent", "dismiss", "not_relevant")
    end_rest(alice.pk, at=NOON)
    second = give_tip(alice, "Call Anna")
    second.candidate = first.candidate  # from another device, before the first answer was known
    second.save()
    react(second, "snooze", at=NOON)
    assert Mute.objects.count() == 2
    alice_client.post(f"{PAGE}/{Mute.objects.get(tip=second).pk}/again")
    assert not Mute.objects.exists()


def put_off_twice(user: User, title: str, *answers: tuple[str, str]) -> None:
    """Once more on another device, before the first answer was known there."""
    first = put_off(user, title, *answers[0])
    end_rest(user.pk, at=NOON)
    again = give_tip(user, "Call Anna")
    again.candidate, again.evidence = first.candidate, first.evidence
    again.save()
    Task.objects.filter(title="Call Anna").delete()
    reaction, reason = answers[1]
    answered = react(again, reaction, at=NOON).tip
    if reason:
        explain(answered, reason, at=NOON)


def test_of_two_answers_the_later_to_end_has_its_place(alice: User) -> None:
    put_off_twice(alice, "Pay rent", ("snooze", ""), ("dismiss", "not_relevant"))
    put_off(alice, "Read the paper", "dismiss", "not_now")
    assert [title for title, _said in shown(alice)] == ["Read the paper", "Pay rent"]


def test_of_two_answers_the_one_that_still_holds_is_listed(alice: User) -> None:
    put_off_twice(alice, "Pay rent", ("dismiss", "wrong"), ("snooze", ""))
    Task.objects.filter(title="Pay rent").update(changed_at=NOON + timedelta(minutes=1))
    assert shown(alice) == [("Pay rent", "Later. Not before 2 p.m.")]


def test_what_is_being_closed_is_not_listed(alice: User) -> None:
    put_off_twice(alice, "Pay rent", ("snooze", ""), ("done", ""))
    assert shown(alice) == []


def test_a_meeting_without_a_title_has_a_name(alice: User) -> None:
    tip, soon = give_tip(alice), make_event(alice, title="", starts_in_min=30)
    tip.kind, tip.candidate, tip.starts_at = Kind.REMINDER, f"event:{soon.pk}", soon.starts_at
    tip.later_until = soon.starts_at
    tip.save()
    react(tip, "snooze", at=NOON)
    assert [title for title, _said in shown(alice)] == ["Untitled"]


def test_the_second_tap_does_nothing_more(alice: User, alice_client: Client) -> None:
    put_off(alice, "Pay rent", "snooze")
    address = f"{PAGE}/{Mute.objects.get().pk}/again"
    alice_client.post(address)
    changes = TipSchedule.objects.get(pk=alice.pk).revision
    assert alice_client.post(address).status_code == 302
    assert TipSchedule.objects.get(pk=alice.pk).revision == changes


def test_nobody_else_reads_or_changes_it(alice: User, bob: User) -> None:
    put_off(alice, "Pay rent", "snooze")
    client = signed_in(bob)
    assert "Pay rent" not in client.get(PAGE).content.decode()
    client.post(f"{PAGE}/{Mute.objects.get().pk}/again")
    assert Mute.objects.filter(user=alice).exists()
    assert Client().get(PAGE).status_code == 302


def test_settings_lead_there_while_there_is_something(alice: User, alice_client: Client) -> None:
    assert PAGE not in alice_client.get("/settings/").content.decode()
    put_off(alice, "Pay rent", "snooze")
    page = alice_client.get("/settings/").content.decode()
    assert PAGE in page
    assert "oO does not suggest one thing for now" in page


def test_a_title_from_outside_stays_text(alice: User, alice_client: Client) -> None:
    put_off(alice, "<img src=x onerror=alert(1)>", "snooze")
    page = alice_client.get(PAGE).content.decode()
    assert "<img" not in page
    assert "&lt;img" in page
