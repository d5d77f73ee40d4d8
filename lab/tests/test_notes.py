from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from agents.understanding.readers.words import WordsReader
from lab.moments.agreement import Outcome
from lab.moments.format import FormatError
from lab.moments.reading import count
from lab.notes.__main__ import DATA
from lab.notes.format import Note, load_notes, parse_note
from lab.notes.measuring import compared, read_note

FILE = Path("mine.jsonl")
NOTE: dict[str, Any] = {
    "id": "en-001",
    "locale": "en-GB",
    "now": "2026-05-05T12:00:00+02:00",
    "zone": "Europe/Berlin",
    "title": "cakes for the fair",
    "description": "by 18:00 on Friday",
    "added": "2026-05-04T09:00:00+02:00",
    "due": None,
    "events": [
        {"id": "e1", "title": "Fair", "start": "2026-05-09T10:00", "end": "2026-05-09T16:00"}
    ],
    "last_moment": {"on": "2026-05-08", "at": "18:00", "quote": "by 18:00 on Friday"},
    "prepares": {"event": "e1", "quote": "for the fair", "kin": "same"},
}


def note(**fields: Any) -> Note:
    return parse_note(json.dumps({**NOTE, **fields}), FILE, 1)


def outcomes(of: Note) -> list[Outcome | None]:
    return [found.outcome for found in read_note(of, WordsReader())]


def test_what_is_read_is_held_against_what_is_meant() -> None:
    assert outcomes(note()) == [Outcome.AGREED, Outcome.AGREED]
    assert outcomes(note(last_moment=None, prepares=None)) == [Outcome.INVENTED, Outcome.INVENTED]
    other = {"on": "2026-05-07", "quote": "Friday"}
    assert outcomes(note(last_moment=other))[0] is Outcome.DIFFERED
    plain = note(title="cakes", description="soon", last_moment=None, prepares=None)
    assert outcomes(plain) == [None, None]


def test_what_is_not_read_is_missed() -> None:
    quotes = {"last_moment": {"quote": "cakes"}, "prepares": {**NOTE["prepares"], "quote": "cakes"}}
    assert outcomes(note(title="cakes", description="", **quotes)) == [Outcome.MISSED] * 2


def test_a_door_that_closes_then_says_the_same() -> None:
    closing = {"at": "18:00", "quote": "shuts at 6"}
    found = note(title="bread", description="shuts at 6", last_moment=closing, prepares=None)
    assert outcomes(found)[0] is Outcome.AGREED
    later = {"at": "19:00", "quote": "shuts at 6"}
    found = note(title="bread", description="shuts at 6", last_moment=later, prepares=None)
    assert outcomes(found)[0] is Outcome.MISSED


def test_they_are_counted_by_language() -> None:
    notes = [note(), note(locale="de", last_moment=None)]
    found = [each for one in notes for each in read_note(one, WordsReader())]
    figures = count(compared(found, "words"))["words"]
    assert (figures["en"]["last_moment"].agreed, figures["de"]["last_moment"].invented) == (1, 1)
    assert figures["all"]["prepares"].recall == 1


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"last_moment": {"quote": "by noon"}}, "does not stand there"),
        ({"prepares": {**NOTE["prepares"], "event": "e9"}}, "no event 'e9'"),
        ({"now": "2026-05-05"}, "now: "),
        ({"mood": "good"}, "mood: "),
    ],
)
def test_what_is_wrong_is_said_with_file_and_line(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(FormatError, match=r"mine\.jsonl:1: ") as error:
        note(**fields)
    assert said in str(error.value)


def test_no_note_is_both_tuned_on_and_held_back() -> None:
    tuned, held = (load_notes(DATA, held=held) for held in (False, True))
    ids = [one.id for one in (*tuned, *held)]
    assert len(ids) == len(set(ids))
    assert {one.language for one in held} == {"de", "en", "es", "fr", "it", "ja", "nl", "pt"}
