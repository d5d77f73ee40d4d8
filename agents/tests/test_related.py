"""What a task may be for, though nobody says so: something near that shares a rare word with it."""

from __future__ import annotations

from typing import Any

import pytest

from agents.base import EventView
from agents.tests.people import meeting, task, view
from agents.timing.chances import diary_of
from agents.timing.needs import find_need
from agents.timing.prepared import find_related
from tests.clock import TODAY

HOUR = 60  # minutes
VAN = meeting(9, starts_in_min=8 * HOUR, title="Rendre le fourgon à Paul")


def related(title: str, *events: EventView, **fields: Any) -> str:
    about = task(1, title, **fields)
    found = find_related(about, view(about, *events))
    return found.title if found else ""


@pytest.mark.parametrize(
    ("title", "event"),
    [
        ("Déchetterie avec le fourgon", "Rendre le fourgon à Paul"),
        ("Schlüssel zu Frau Arndt", "Ableser: Schlüssel bei Arndt"),
        ("Study for the interview", "Interviews, room 3"),
    ],
)
def test_a_rare_word_or_its_stem(title: str, event: str) -> None:
    assert related(title, meeting(9, starts_in_min=HOUR, title=event)) == event


def test_what_begins_much_later_or_has_begun_or_fills_a_day_is_nothing_to_hurry_for() -> None:
    title = "Déchetterie avec le fourgon"
    assert related(title, meeting(9, starts_in_min=37 * HOUR, title=VAN.title)) == ""
    assert related(title, meeting(9, starts_in_min=-5, title=VAN.title)) == ""
    assert related(title, meeting(9, starts_in_min=HOUR, title=VAN.title, is_all_day=True)) == ""


def test_whoever_put_it_down_for_a_day_has_said_when() -> None:
    assert related("Déchetterie avec le fourgon", VAN, due_in=3) == ""
    assert related("Déchetterie avec le fourgon", VAN, deadline_on=TODAY) == ""


def test_a_word_that_many_rows_have_tells_nothing() -> None:
    about = [task(n, f"Saturn: part {n}") for n in (1, 2, 3)]
    review = meeting(9, starts_in_min=HOUR, title="Saturn review")
    assert find_related(about[0], view(*about, review)) is None
    assert find_related(about[0], view(*about[:2], review)) == review
    daily = [meeting(n, starts_in_min=n * 24 * HOUR, title="Saturn") for n in (1, 2, 3)]
    assert find_related(about[0], view(about[0], review, *daily)) is None


@pytest.mark.parametrize(
    ("title", "event"),
    [
        ("Pay the rent", "Bo and the do"),
        ("Buy 202612 stamps", "Lot 202612"),
        ("Look up flights from Rome", "Back from school"),
        ("Go through photos with Tom", "Dinner with Paul"),
        ("Call the plumber", "Call Bob"),
        ("Let the cat out", "Let's talk: budget"),
        ("Reinigung nach dem Winter", "Training nach der Arbeit"),
        ("Friday's photos", "Friday drinks"),
        ("Zwischen den Jahren lesen", "Zwischenstand"),
    ],
)
def test_short_words_numbers_and_what_tells_no_thing_are_in_everything(
    title: str, event: str
) -> None:
    assert related(title, meeting(9, starts_in_min=HOUR, title=event)) == ""


def test_it_is_best_done_before_and_is_not_lost_after() -> None:
    about = task(1, "Déchetterie avec le fourgon")
    need = find_need(about, diary_of(view(about, VAN)))
    assert (need.soft, need.hard, need.related) == (VAN.starts_at, None, VAN)
