"""Rows that are labelled for some traits, and what a reader makes of them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from datetime import date, time
from pathlib import Path
from typing import Any

import pytest

from agents.traits import Blocked, Door, Hours, Noise, Span, TaskWords, Trait, Traits
from agents.understanding.readers.words import WordsReader
from lab.moments.agreement import Outcome
from lab.moments.format import FormatError, parse_line
from lab.notes.__main__ import ROWS
from lab.notes.rows import ROW, Row, compared, load_rows, read_rows

MORNINGS = {"spans": [{"days": [0, 1], "start": "08:00", "end": "12:00"}]}


def row(of: Sequence[str], **labels: Any) -> Row:
    told = {
        "id": "r1",
        "locale": "en-GB",
        "added": "2026-06-01",
        "title": "Ring the yard",
        "of": of,
    }
    return parse_line(ROW, json.dumps(told | labels), Path("rows.jsonl"), 1)


class Says(WordsReader):
    """Reads the same in every row."""

    def __init__(self, **traits: Any) -> None:
        self._traits = {name: Trait(value, "yard") for name, value in traits.items()}

    def read_task(self, words: TaskWords) -> Traits:
        return Traits(**self._traits)


def outcomes(row: Row, **traits: Any) -> list[Outcome | None]:
    return [read.outcome for read in read_rows([row], Says(**traits))]


def test_a_row_is_compared_on_what_it_was_labelled_for_alone() -> None:
    assert outcomes(row(["waits", "someday"], waits="Jo"), noise=Noise.SHOUT) == [
        Outcome.MISSED,
        None,
    ]
    assert outcomes(row(["noise"]), noise=Noise.SHOUT) == [Outcome.INVENTED]


@pytest.mark.parametrize(
    ("spans", "outcome"),
    [
        # The same times, told in another way.
        (
            (Span(frozenset({0}), time(8), time(12)), Span(frozenset({1}), time(8), time(12))),
            "agreed",
        ),
        ((Span(frozenset({0, 1}), time(8), time(13)),), "differed"),
        # Nearly the same: ten minutes are a door that is shut.
        ((Span(frozenset({0, 1}), time(8), time(11, 50)),), "differed"),
        ((Span(frozenset({0, 1}), time(8, 5), time(12)),), "differed"),
        ((), "missed"),  # the usual hours of a door, which no word says
    ],
)
def test_hours_agree_that_are_open_at_the_same_times(spans: Any, outcome: str) -> None:
    labelled = row(["hours"], hours=MORNINGS)
    assert outcomes(labelled, hours=Hours(Door.OFFICE, spans)) == [Outcome(outcome)]


def test_over_midnight_is_the_next_day() -> None:
    nights = {"spans": [{"days": [6], "start": "22:00", "end": "02:00"}]}
    said = Hours(
        Door.OWN,
        (Span(frozenset({6}), time(22), time()), Span(frozenset({0}), time(), time(2))),
    )
    assert outcomes(row(["hours"], hours=nights), hours=said) == [Outcome.AGREED]


def test_what_blocks_agrees_by_its_day() -> None:
    labelled = row(["blocked"], blocked={"until": "2026-06-05", "by": "the drill"})
    assert outcomes(labelled, blocked=Blocked(date(2026, 6, 5))) == [Outcome.AGREED]
    assert outcomes(labelled, blocked=Blocked(by="drill")) == [Outcome.DIFFERED]


def test_what_is_rightly_nothing_is_not_counted() -> None:
    assert list(compared(read_rows([row(["waits"])], Says()), "words")) == []


def test_an_unknown_trait_is_told() -> None:
    with pytest.raises(FormatError):
        row(["mood"])


def test_all_rows_can_be_read_and_none_is_in_both_halves() -> None:
    tuned, held = (load_rows(ROWS, held=held) for held in (False, True))
    ids = [row.id for row in (*tuned, *held)]
    assert len(ids) == len(set(ids)) == 1_000
    assert {trait for row in held for trait in row.of} == {
        trait for row in tuned for trait in row.of
    }


@pytest.mark.slow
def test_it_can_be_asked_from_a_terminal() -> None:
    command = [sys.executable, "-m", "lab.notes", "--rows", "--held", "--verbose"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    assert "260 notes" in done.stdout
    assert "missed" in done.stdout
