"""The card of an answer says until when it holds, as it was stored."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils.html import strip_tags

from accounts.models import User
from tests.clock import NOON
from tests.factories import give_tip, make_event, make_task, signed_in, the_tip
from tips.base import Kind
from tips.models import Mute, Tip

HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON.astimezone(UTC), tick=False) as coordinates:
        yield coordinates


@pytest.fixture
def tip(alice: User) -> Tip:
    return give_tip(alice, "Pay rent")


def card(client: Client, tip: Tip, reaction: str, reason: str = "") -> str:
    page: Any = client.post(f"/tip/{tip.pk}/answer", {"reaction": reaction}, headers=HTMX)
    if reason:
        page = client.post(f"/tip/{tip.pk}/reason", {"reason": reason}, headers=HTMX)
    return words_of(page)


def words_of(page: Any) -> str:
    return re.sub(r"\s+", " ", strip_tags(page.content.decode()))


HELD = ("Not before", "Not for", "Not until")


@pytest.mark.parametrize(
    ("reaction", "reason", "said"),
    [
        ("snooze", "", "Not before 2 p.m. "),
        ("dismiss", "", "Not before tomorrow, 8 a.m. "),
        ("dismiss", "not_now", "Not before 4 p.m. "),
        ("dismiss", "not_relevant", "Not for 30 days."),
        ("dismiss", "wrong", "Not until the task changes."),
    ],
)
def test_an_answer_says_until_when_it_holds(
    alice_client: Client, tip: Tip, reaction: str, reason: str, said: str
) -> None:
    text = card(alice_client, tip, reaction, reason)
    assert said in text
    assert sum(text.count(words) for words in HELD) == 1


@pytest.mark.parametrize(("reaction", "reason"), [("done", ""), ("dismiss", "already_done")])
def test_what_is_closed_is_not_held_back(
    alice_client: Client, tip: Tip, reaction: str, reason: str
) -> None:
    text = card(alice_client, tip, reaction, reason)
    assert not any(words in text for words in HELD)


def test_it_is_said_from_what_was_stored(alice: User, alice_client: Client, tip: Tip) -> None:
    card(alice_client, tip, "snooze")
    Mute.objects.update(until=NOON + timedelta(hours=5, minutes=7))
    assert "Not before 5:07 p.m. " in words_of(alice_client.get("/"))
    Mute.objects.all().delete()
    assert "Not before" not in words_of(alice_client.get("/"))


def test_it_is_said_in_the_zone_and_the_clock_of_the_person(alice: User, tip: Tip) -> None:
    alice.profile.time_zone, alice.profile.clock = "Asia/Tokyo", "24"
    alice.profile.save()
    assert "Not before tomorrow, 08:00." in card(signed_in(alice), tip, "dismiss")


def test_what_was_put_off_in_the_evening_waits_until_tomorrow(
    alice: User, clock: time_machine.Traveller
) -> None:
    late = NOON + timedelta(hours=9)
    clock.move_to(late.astimezone(UTC))
    tip = give_tip(alice, "Pay rent", at=late)
    assert "Not before tomorrow, 8 a.m. " in card(signed_in(alice), tip, "snooze")


@pytest.mark.parametrize(
    ("reaction", "reason", "said"),
    [
        ("snooze", "", "Not before 12:05 p.m. "),
        ("dismiss", "wrong", "Not until the meeting changes."),
        ("dismiss", "not_relevant", ""),  # by then it is over
        ("dismiss", "", ""),
        ("done", "", ""),
    ],
)
def test_a_reminder_promises_nothing_of_what_is_over_by_then(
    alice: User, alice_client: Client, reaction: str, reason: str, said: str
) -> None:
    make_event(alice, starts_in_min=12)
    text = card(alice_client, the_tip(alice), reaction, reason)
    assert said in text
    assert sum(text.count(words) for words in HELD) == bool(said)


def test_a_reminder_put_off_too_late_is_not_said_to_be_back(
    alice: User, alice_client: Client, clock: time_machine.Traveller
) -> None:
    make_event(alice, starts_in_min=12)
    tip = the_tip(alice)
    clock.shift(6 * 60)
    assert "Not before" not in card(alice_client, tip, "snooze")


def test_an_insight_is_not_news_for_a_month_and_no_task(alice: User, alice_client: Client) -> None:
    tip = give_tip(alice, "You write at night.")
    Tip.objects.update(kind=Kind.INSIGHT, evidence=[], candidate="belief:1")
    assert "Not for 30 days." in card(alice_client, tip, "done")


def test_an_insight_that_is_denied_waits_for_no_task(alice: User, alice_client: Client) -> None:
    tip = give_tip(alice, "You write at night.")
    Tip.objects.update(kind=Kind.INSIGHT, evidence=[], candidate="belief:1")
    assert not any(words in card(alice_client, tip, "dismiss") for words in HELD)


# ---- the page, and what it needs


def test_the_worker_keeps_whatever_the_page_is_made_of(alice_client: Client, tip: Tip) -> None:
    page = alice_client.get("/").content.decode()
    needed = re.findall(r'<script src="([^"]+)"|<link rel="stylesheet" href="([^"]+)"', page)
    worker = alice_client.get("/sw.js").content.decode()
    files = worker.partition("const FILES = [")[2].partition("]")[0]
    assert len(needed) > 8
    for script, sheet in needed:
        assert f'"{script or sheet}"' in files


def test_a_reason_that_stands_under_the_tip_is_not_said_again(
    alice: User, alice_client: Client
) -> None:
    tip = give_tip(alice, "Pay rent", priority=4)
    Tip.objects.update(detail="Due today")

    def reasons() -> str:
        panel = alice_client.get(f"/tip/{tip.pk}/why", headers=HTMX).content.decode()
        return panel.partition('class="why__reasons">')[2].partition("</ul>")[0]

    assert "Due today" not in reasons()
    assert "Marked urgent" in reasons()
    Tip.objects.update(detail="Due today · Marked urgent")
    assert "Due today" in reasons()  # there are no others


def test_what_oo_read_and_saw_is_there_to_be_opened(alice: User, alice_client: Client) -> None:
    make_task(alice, "Water plants")
    tip = give_tip(alice, "Pay rent", priority=4)
    panel = alice_client.get(f"/tip/{tip.pk}/why", headers=HTMX).content.decode()
    first, _, more = panel.partition("<details")
    assert "Water plants" in first
    assert "What you answered in the last four weeks" not in first
    assert "Titles, notes" in more
    assert "Nothing was sent outside this oO." in more
