"""What the rules read as a last moment."""

from __future__ import annotations

from datetime import date

import pytest

from agents.traits import TaskWords
from agents.understanding.readers.words import WordsReader

ADDED = date(2026, 3, 4)  # a Wednesday


def last(title: str, added_on: date | None = ADDED) -> str:
    found = WordsReader().read_task(TaskWords(title, added_on=added_on)).last_moment
    if found is None:
        return ""
    on, at = found.value.on, found.value.at
    return f"{on or ''} {at:%H:%M}" if at else f"{on}"


ENGLISH = [
    ("send it by 18:00", " 18:00"),
    ("send it before noon", " 12:00"),
    ("reply until 5 pm", " 17:00"),
    ("report by Friday", "2026-03-06"),
    ("report by 5 pm on Friday", "2026-03-06 17:00"),
    ("report before Friday", "2026-03-05"),
    ("cards by Christmas", "2026-12-24"),
    ("invoice by end of month", "2026-03-31"),
    ("form by May 12th", "2026-05-12"),
    ("form by 2026-03-09", "2026-03-09"),
]
GERMAN = [
    ("vor 12 Uhr abgeben", " 12:00"),
    ("bis 23.59 Uhr hochladen", " 23:59"),
    ("Antrag bis 31.1.", "2027-01-31"),
    ("bis Freitag um 18 Uhr", "2026-03-06 18:00"),
    ("bis Ende November", "2026-11-30"),
    ("spätestens am 12. Mai", "2026-05-12"),
]


@pytest.mark.parametrize(("title", "expected"), ENGLISH + GERMAN)
def test_last_moments_are_read(title: str, expected: str) -> None:
    assert last(title) == expected


@pytest.mark.parametrize(
    "title",
    [
        "walk by the river",
        "by 3 people",
        "on holiday until 5 May",
        "by 12/5",
        "vor 2 Tagen gekauft",
        "vom 3. bis 5. Mai",
        "Mo bis Fr",
    ],
)
def test_other_words_are_no_last_moment(title: str) -> None:
    assert last(title) == ""


def test_a_weekday_without_a_day_to_count_from_is_unknown() -> None:
    assert last("report by Friday", None) == ""
