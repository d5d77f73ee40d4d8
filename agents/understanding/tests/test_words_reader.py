"""What the reader of words makes of single rows: only what they say, and always a true quote."""

from __future__ import annotations

import json
import sys
import tomllib
from dataclasses import fields
from datetime import date, time
from hashlib import blake2b

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.traits import Door, LastMoment, TaskWords, Traits
from agents.understanding.readers import words
from agents.understanding.readers.words import WordsReader
from agents.understanding.readers.words.lexicon import FOLDER

TUESDAY = date(2026, 5, 5)
WORDS = [
    *("by", "bis", "Mon–Fri", "9–4.30", "18 Uhr", "Friday", "31.1.", "closes at 6", "only", "nur"),
    *("vor", "½", "٣", "月", "9時", "(", "–", ".", "\n", "24:00", "0", "99", "ab"),
]


def read(title: str, description: str = "") -> Traits:
    return WordsReader().read_task(TaskWords(title, description, added_on=TUESDAY))


@pytest.mark.parametrize(
    ("title", "door", "days", "start", "end"),
    [
        ("Ring Land & Property (Mon–Fri 9–4.30)", Door.OFFICE, "01234", time(9), time(16, 30)),
        ("council tax, Mon-Fri 9-5", Door.OFFICE, "01234", time(9), time(17)),
        ("Bürgeramt Mo–Fr 8–12 Uhr", Door.OFFICE, "01234", time(8), time(12)),
        ("Apotheke (Mo–Sa 9–18.30 Uhr)", Door.SHOP, "012345", time(9), time(18, 30)),
        ("Werkstatt schließt um 17 Uhr", Door.SHOP, "012345", time(9), time(17)),
        ("cobbler, closes at 6", Door.SHOP, "012345", time(9), time(18)),
    ],
)
def test_hours_that_are_said(title: str, door: Door, days: str, start: time, end: time) -> None:
    hours = read(title).hours
    assert hours is not None
    (span,) = hours.value.spans
    assert (hours.value.door, "".join(map(str, sorted(span.days)))) == (door, days)
    assert (span.start, span.end) == (start, end)


@pytest.mark.parametrize(
    ("title", "on", "at"),
    [
        ("Send the form by Friday", date(2026, 5, 8), None),
        ("Register by 30 June", date(2026, 6, 30), None),
        ("Anmeldung bis 31.1.", date(2027, 1, 31), None),
        ("Antrag bis Freitag", date(2026, 5, 8), None),
        ("Im Portal bis 23.59 Uhr", None, time(23, 59)),
        ("call back by 5 pm", None, time(17)),
    ],
)
def test_the_last_moment_that_is_said(title: str, on: date | None, at: time | None) -> None:
    last = read(title).last_moment
    assert last is not None
    assert last.value == LastMoment(on, at, is_of_week=title.endswith(("Friday", "Freitag")))


@pytest.mark.parametrize(
    "title",
    ["Pay the rent", "Fix 48 citations", "Buy 3–4 onions", "Kapitel 2.3 lesen", "Trim 9", "1/2 l"],
)
def test_what_says_no_hour_and_no_moment_is_left_unknown(title: str) -> None:
    assert (read(title).hours, read(title).last_moment) == (None, None)


def test_other_lists_are_another_version_of_the_reader() -> None:
    """Words that were read are read anew with the next version only. A comment changes no list."""
    files = sorted(FOLDER.glob("*.toml"))
    lists = {file.name: tomllib.loads(file.read_text(encoding="utf-8")) for file in files}
    digest = blake2b(json.dumps(lists, sort_keys=True).encode(), digest_size=8).hexdigest()
    assert digest == words.LISTS, (
        "The lists in languages/ have changed, and would be read by for new words only. In"
        f" readers/words/__init__.py, raise VERSION from {words.VERSION} to {words.VERSION + 1}"
        f' (once in a release is enough) and set LISTS = "{digest}".'
    )


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.sampled_from(WORDS) | st.text(max_size=8), max_size=12).map(" ".join),
    st.text(max_size=60),
)
def test_it_never_fails_and_every_quote_stands_in_the_row(title: str, description: str) -> None:
    words = TaskWords(title, description, added_on=TUESDAY)
    traits = WordsReader().read_task(words)
    for field in fields(traits):
        trait = getattr(traits, field.name)
        assert trait is None or (trait.quote and trait.quote in words.text)
        assert trait is None or 0 < trait.confidence <= 1


def calls_to_read(text: str) -> int:
    """How many functions are called for it: as many on any machine. A loop in a loop shows."""
    calls = 0

    def count(*_event: object) -> None:
        nonlocal calls
        calls += 1

    sys.setprofile(count)
    try:
        read("", text)
    finally:
        sys.setprofile(None)
    return calls


@pytest.mark.parametrize(
    "text", ["by ", "Mon–Fri 9–", "bis 31.1. ", "closes at 6 ", "wait for Anna, ", "(", "1/2 –"]
)
def test_twice_a_hostile_text_is_twice_the_work(text: str) -> None:
    read("", text)  # the lists are read once
    once, twice = (calls_to_read(text * (length // len(text))) for length in (250, 500))
    assert twice < 2.5 * once


def test_what_is_behind_the_first_3000_characters_is_no_work() -> None:
    assert calls_to_read("x " * 100_000) < 2 * calls_to_read("x " * 1_500)
