"""A day by its number alone, the middle and the end of a month, months, and weekends."""

from __future__ import annotations

from datetime import date

import pytest

from agents.traits import LastMoment, TaskWords
from agents.understanding.readers.words import WordsReader

TENTH = date(2026, 6, 10)


def read(text: str) -> LastMoment | None:
    found = WordsReader().read_task(TaskWords(text, added_on=TENTH)).last_moment
    return found.value if found else None


@pytest.mark.parametrize(
    ("text", "on"),
    [
        ("permit copy by the 30th", date(2026, 6, 30)),
        ("library hold, till the 5th", date(2026, 7, 5)),
        ("tax form due 26th", date(2026, 6, 26)),
        ("card for Una, anniversary 24th", date(2026, 6, 24)),
        ("Skonto bis 30.", date(2026, 6, 30)),
        ("Päckchen bis 19. zur Post", date(2026, 6, 19)),
        ("Geschenk für Emil (Feier am 20.)", date(2026, 6, 20)),
        ("répondre, ils donnent jusqu'au 30 finalement", date(2026, 6, 30)),
        ("résilier avant le 30", date(2026, 6, 29)),
        ("turni, sondaggio fino al 25", date(2026, 6, 25)),
        ("pagar sin recargo hasta el 29", date(2026, 6, 29)),
        ("pakket kan tot de 20e", date(2026, 6, 20)),
    ],
)
def test_a_number_that_is_written_as_a_day_is_one_of_each_month(text: str, on: date) -> None:
    found = read(text)
    assert found is not None
    assert found == LastMoment(on, is_of_month=True)


@pytest.mark.parametrize(
    ("text", "on"),
    [
        ("venue wants the deposit by mid July", date(2026, 7, 15)),
        ("she lodges it end of August", date(2026, 8, 31)),
        ("shop closes till September", date(2026, 9, 1)),
        ("bar aanvragen vóór oktober", date(2026, 9, 30)),
        ("voucher, expires August", date(2026, 8, 31)),
        ("top up, fine till the weekend", date(2026, 6, 13)),
    ],
)
def test_parts_of_months_and_weekends(text: str, on: date) -> None:
    found = read(text)
    assert found is not None
    assert found.on == on


@pytest.mark.parametrize(
    "text",
    [
        "4th floor light",
        "4nd 5h0w me",
        "the 13rd",
        "Kiste in den 3. Stock",
        "sconto del 25 per cento",
        "el 20% menos",
    ],
)
def test_other_numbers_are_no_days(text: str) -> None:
    assert read(text) is None
