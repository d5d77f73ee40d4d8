"""What the person said is told as theirs, and what was read as read; their word beats the rest."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone, translation

from agents.angles.people_waiting import PeopleWaiting
from agents.tests.people import task, view
from agents.timing.needs import effort_of
from agents.traits import Blocked, Origin, Trait, Traits
from agents.understanding.words import sentences
from tests.clock import BERLIN

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture(autouse=True, scope="module")
def _berlin() -> Iterator[None]:
    with timezone.override(BERLIN), translation.override("en"):
        yield


def theirs(value: Any) -> Trait[Any]:
    return Trait(value, origin=Origin.PERSON)


def seen_of(**traits: Trait[Any]) -> str:
    snippet = PeopleWaiting().look(view(task(1, "Draft", traits=Traits(**traits))))
    assert snippet is not None
    assert snippet.text == f"“Draft”: {snippet.nominations[0].reason}"
    return snippet.nominations[0].reason


@pytest.mark.parametrize(
    ("traits", "reason"),
    [
        (
            {"waits": Trait("Anna", "Anna needs it")},
            "Somebody is waiting: “Anna needs it”.",
        ),
        ({"waits": theirs("Anna")}, "You said that somebody is waiting: “Anna”."),
        ({"waits": theirs("")}, "You said that somebody is waiting."),
        (
            {"waits": Trait("Anna", "for Anna", origin=Origin.MODEL)},
            "Somebody is waiting: “for Anna”.",
        ),
        (
            {"unblocks": Trait("", "cannot start")},
            "Other things wait for it, by its words: “cannot start”.",
        ),
        ({"unblocks": theirs("the kitchen")}, "Other things wait for it, you said: “the kitchen”."),
        ({"unblocks": theirs("")}, "Other things wait for it, you said."),
    ],
)
def test_whose_words_say_it_is_told(traits: dict[str, Trait[Any]], reason: str) -> None:
    assert seen_of(**traits) == reason


def sentence(**traits: Trait[Any]) -> str:
    (said,) = sentences(Traits(**traits))
    return said.sentence


@pytest.mark.parametrize(
    ("blocked", "said"),
    [
        (Blocked(date(2026, 5, 9)), "Cannot be done before May 9"),
        (Blocked(by="Anil"), "Waits for Anil"),
        (Blocked(date(2026, 5, 9), "Anil"), "Cannot be done before May 9, and waits for Anil"),
        (Blocked(), "Waits for something else"),
    ],
)
def test_a_day_and_a_name_are_both_said(blocked: Blocked, said: str) -> None:
    assert sentence(blocked=Trait(blocked, "after")) == said


def test_what_can_go_on_is_named_only_where_the_person_named_it() -> None:
    unnamed = "Something else can go on once it is done"
    assert sentence(unblocks=theirs("the kitchen")) == (
        "Once it is done, this can go on: the kitchen"
    )
    assert sentence(unblocks=theirs("")) == unnamed
    assert sentence(unblocks=Trait("a yacht", "can't start")) == unnamed


@pytest.mark.parametrize(
    ("duration", "effort", "counts"),
    [
        (HOUR, theirs(5 * MINUTE), 5 * MINUTE),
        (None, theirs(5 * MINUTE), 5 * MINUTE),
        (HOUR, Trait(5 * MINUTE, "quick"), HOUR),
        (HOUR, Trait(5 * MINUTE, "quick", origin=Origin.MODEL), HOUR),
        (None, Trait(5 * MINUTE, "quick"), 5 * MINUTE),
        (HOUR, None, HOUR),
        (None, None, None),
    ],
)
def test_their_word_on_how_long_it_takes_beats_the_source_and_what_was_read_does_not(
    duration: timedelta | None, effort: Trait[timedelta] | None, counts: timedelta | None
) -> None:
    assert effort_of(task(1, duration=duration, traits=Traits(effort=effort))) == counts
