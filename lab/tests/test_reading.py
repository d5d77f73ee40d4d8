from __future__ import annotations

import json

import pytest

from agents.base import Reader, ReaderManifest
from agents.traits import (
    NO_EVENT_READ,
    Door,
    EventKind,
    EventTraits,
    EventWords,
    Hours,
    LastMoment,
    Place,
    TaskWords,
    Trait,
    Traits,
)
from lab.moments.agreement import Outcome
from lab.moments.format import Moment
from lab.moments.label_reader import LabelReader
from lab.moments.labels import Labels
from lab.moments.reading import Compared, Figures, count, language_of, read_moments
from lab.moments.report import reading_as_json, reading_table
from lab.tests.moments import event, moment, task

CALL = Traits(place=Trait(Place.PHONE, "Call"), hours=Trait(Hours(Door.PEOPLE), "Mum"))
ROWS = {
    "tasks": [task("t1", title="Call Mum"), task("t2", title="Buy milk", due="2026-03-04")],
    "events": [event()],
}
LABELS: Labels = Labels(
    {
        "dates-rent": (
            {"t1": CALL, "t2": Traits(last_moment=Trait(LastMoment(), "milk"))},
            {"e1": EventTraits(kind=Trait(EventKind.MEETING, "review"))},
        )
    }
)


class Hasty(Reader):
    """Everything is an errand, and quotes what stands in "Call Mum" alone."""

    manifest = ReaderManifest("hasty", "Hasty", 1)

    def read_task(self, words: TaskWords) -> Traits:
        return Traits(place=Trait(Place.ERRAND, "call"))

    def read_event(self, words: EventWords) -> EventTraits:
        return NO_EVENT_READ


def given(**fields: str) -> Moment:
    return moment(**ROWS, **fields)


def test_a_reader_is_counted_trait_by_trait() -> None:
    found = read_moments([given(locale="pt-BR")], LABELS, {"hasty": Hasty()})

    assert found["hasty"] == {
        language: {
            "hours": Figures(missed=1),
            "last_moment": Figures(missed=1),
            "place": Figures(differed=1),
            "kind": Figures(missed=1),
            "all": Figures(missed=3, differed=1),
        }
        for language in ("pt", "all")
    }


def test_what_is_read_in_a_row_without_labels_is_invented() -> None:
    found = read_moments([given()], Labels({"dates-rent": ({}, {})}), {"hasty": Hasty()})
    assert found["hasty"]["all"] == {"place": Figures(invented=1), "all": Figures(invented=1)}


def test_moments_that_nobody_has_labelled_are_not_counted() -> None:
    assert read_moments([given(id="sense-other")], LABELS, {"hasty": Hasty()}) == {}


def test_who_reads_as_the_labels_say_misses_nothing() -> None:
    perfect = LabelReader(given(), LABELS)
    found = read_moments([given()], LABELS, {"hasty": Hasty(), "perfect": perfect})

    assert found["perfect"]["all"]["all"] == Figures(agreed=4)
    assert list(found) == ["hasty", "perfect"]
    assert found["hasty"]["all"]["all"].agreed == 0


def test_a_task_without_a_day_of_its_own_in_the_words_has_that_of_its_due_date() -> None:
    class Dated(Hasty):
        def read_task(self, words: TaskWords) -> Traits:
            day = given().now.date().replace(day=4)
            return Traits(last_moment=Trait(LastMoment(on=day), "milk"))

    found = read_moments([given()], LABELS, {"dated": Dated()})
    assert found["dated"]["all"]["last_moment"] == Figures(agreed=1)


@pytest.mark.parametrize(
    ("locale", "language"), [("en", "en"), ("pt-PT", "pt"), ("pt_BR", "pt"), ("DE-at", "de")]
)
def test_the_language_is_that_of_the_locale(locale: str, language: str) -> None:
    assert language_of(moment(locale=locale)) == language


def compared(outcomes: str, *, trait: str = "place", language: str = "en") -> list[Compared]:
    """By the first letters of the outcomes."""
    letters = {outcome[0]: outcome for outcome in Outcome}
    return [Compared("hasty", language, trait, letters[letter]) for letter in outcomes]


def test_outcomes_become_shares() -> None:
    place = count(compared("aaamddii"))["hasty"]["en"]["place"]

    assert place == Figures(agreed=3, missed=1, differed=2, invented=2)
    assert (place.labelled, place.read) == (6, 7)
    assert place.precision == pytest.approx(3 / 7)
    assert place.recall == 0.5


def test_what_there_is_none_of_has_no_share() -> None:
    assert Figures(missed=1).precision is None
    assert Figures(invented=1).recall is None


def test_sums_are_those_of_their_parts() -> None:
    rows = [
        *compared("aad", language="fr"),
        *compared("mi", trait="kind"),
        *compared("am", trait="hours"),
    ]
    found = count(rows)["hasty"]

    assert list(found) == ["en", "fr", "all"]
    assert list(found["all"]) == ["hours", "place", "kind", "all"]
    for traits in found.values():
        parts = [figures for trait, figures in traits.items() if trait != "all"]
        assert traits["all"].labelled == sum(figures.labelled for figures in parts)
    assert found["all"]["all"] == Figures(agreed=3, missed=2, differed=1, invented=1)


def test_it_is_printed_by_trait_and_by_language() -> None:
    read = count([*compared("aamdi"), *compared("mm", trait="hours", language="fr")])
    by_trait, by_language = (block.splitlines() for block in reading_table(read).split("\n\n"))

    assert [line.split()[0] for line in by_trait] == ["Reading", "hours", "place", "all"]
    assert by_trait[2].split() == ["place", "hasty", "4", "2", "1", "1", "1", "50%", "50%"]
    assert by_language[0].startswith("by language")
    assert [line.split()[0] for line in by_language[1:]] == ["en", "fr", "all"]
    assert by_language[2].split() == ["fr", "hasty", "2", "0", "2", "0", "0", "-", "0%"]


def test_other_programs_get_the_same_figures() -> None:
    found = json.loads(json.dumps(reading_as_json(count(compared("ami")), {})))

    assert found["hasty"]["en"]["place"] == {
        "labelled": 2,
        "read": 2,
        "agreed": 1,
        "missed": 1,
        "differed": 0,
        "invented": 1,
        "precision": 0.5,
        "recall": 0.5,
    }
