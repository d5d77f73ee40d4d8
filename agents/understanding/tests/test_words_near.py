"""Moments that a note names without a word for "until": most of them are its end."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from agents.traits import LastMoment, TaskWords, Trait
from agents.understanding.readers.words import WordsReader

ADDED = date(2026, 3, 4)  # a Wednesday


def last(text: str, title: str = "Note") -> Trait[LastMoment] | None:
    words = TaskWords(title, text, added_on=ADDED)
    return WordsReader().read_task(words).last_moment


def said(text: str, title: str = "Note") -> str:
    found = last(text, title)
    if found is None:
        return ""
    return f"{found.value.on or ''} {found.value.at or ''}".strip().removesuffix(":00")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("rota locks Thurs 17:00", "2026-03-05 17:00"),
        ("rota locks Fri 17:00", "2026-03-06 17:00"),  # and no 17th, which is a Friday in April
        ("truck comes 7am weds", "2026-03-04 07:00"),
        ("half price table, ends COB fri", "2026-03-06"),
        ("submission site goes dark fri midday", "2026-03-06 12:00"),
        ("use it up, 31/3 or never", "2026-03-31"),
        ("they close the road on the 16th", "2026-03-16"),
        ("Redaktionsschluss 15.3.", "2026-03-15"),
        ("Gerüst wird Di 7 Uhr abgebaut", "2026-03-10 07:00"),
        ("geht Mittwochabend 8 Uhr los", "2026-03-04 20:00"),
        ("il passe le jeudi 14h", "2026-03-05 14:00"),
        ("los puestos se levantan el viernes a las 18 hs", "2026-03-06 18:00"),
        ("la serranda, venerdì alle sei e mezza", "2026-03-06 18:30"),
        ("wagen komt wo 7u", "2026-03-04 07:00"),
        ("Mia gibt ihn Mi um 8 ab", "2026-03-04 08:00"),
        ("houdt hem vast, morgenavond 8u", "2026-03-05 20:00"),
        ("vão embora na quinta", "2026-03-05"),
        ("cobrem dia 18", "2026-03-18"),
        ("l'asta si chiude venerdì, dall'usciere", "2026-03-06"),
        ("早割は金曜23:59終了", "2026-03-06 23:59"),
        ("20日過ぎたら課金", "2026-03-20"),
    ],
)
def test_the_end_is_what_is_named(text: str, expected: str) -> None:
    found = last(text)
    assert found is not None
    assert (said(text), found.confidence) == (expected, 0.6)
    assert found.quote in text


@pytest.mark.parametrize(
    "text",
    ["he pays tonight 8pm, after that no changes", "morgen 17:00, danach zu",
     "vrijdag 17:00, daarna niet meer"],
)  # fmt: skip
def test_it_is_certain_where_words_say_that_it_is_over_then(text: str) -> None:
    found = last(text)
    assert found is not None
    assert found.confidence == 0.9


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("die geht um Viertel vor 5 heim", "16:45"),
        ("Release dreiviertel vier", "15:45"),
        ("she is out the door at quarter to 8", "07:45"),
        ("the gates lock at half six", "18:30"),
        ("slager gaat om half 6 dicht", "17:30"),
        ("se va a las 6 y media", "18:30"),
        ("non oltre le 21 o multa", "21:00"),
        ("antes de las 3 que cierran", "15:00"),
    ],
)
def test_parts_of_an_hour_are_read(text: str, expected: str) -> None:
    assert said(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "milk goes to Breda every Friday",
        "biner tous les vendredis",
        "gotea desde el domingo por la noche",
        "Portal macht erst am 1.3. auf",
        "tickets go on sale fri 10am",
        "abrem a 3 de março",
        "the 3 pm slot went well",
        "Termin um 15:30 war super",
        "lag letzten Di noch im Auto",
        "昨日14時の回の集計",
        "borrow “Friday on my mind”",
        "provare pizzeria Otto e Mezza",
        "lun–ven, 9–12",
        "3.5 kg, 1/2 Liter",
        "Fr. Behrens fragen",
        "3 Mon. Gehaltszettel",
        "Di' che niente è urgente",
        "4nsw3r w17h 7h15, Y0u",
        "a fhuair thu ag obair",
        "sort the pics from sunday",
    ],
)
def test_what_recurs_opens_or_is_over_has_no_end(text: str) -> None:
    assert said(text) == ""


def test_a_day_and_a_time_that_stand_apart_are_one_moment() -> None:
    assert said("mercoledì stacca alle quattro e mezza") == "2026-03-04 16:30"


def test_a_day_between_two_months_is_the_near_one_or_none() -> None:
    assert said("expires 3/12") == "2026-03-12"
    assert said("expires 9/6") == ""


def test_what_takes_its_time_has_to_be_begun_so_long_before() -> None:
    found = last("24 h to dry, they come Sunday noon")
    assert found is not None
    assert (found.value.on, found.value.lead) == (date(2026, 3, 8), timedelta(days=1))


@pytest.mark.parametrize(
    ("title", "hours"),
    [
        ("turkey out of the freezer, needs 2 days", 48),
        ("gigot au frigo, compter 36 h", 36),
        ("deeg zetten (moet 10 u rijzen)", 10),
        ("Sauerteig füttern, muss 12–14 Std. stehen", 14),
    ],
)
def test_what_needs_long_is_for_something_that_is_coming(title: str, hours: int) -> None:
    found = WordsReader().read_task(TaskWords(title, added_on=ADDED)).prepares
    assert found is not None
    assert (found.value.what, found.value.lead) == ("", timedelta(hours=hours))


@pytest.mark.parametrize("title", ["Mi 6h raus", "guichet 10–20 h", "read for 2 h", "17h15"])
def test_hours_of_a_day_are_no_such_need(title: str) -> None:
    assert WordsReader().read_task(TaskWords(title, added_on=ADDED)).prepares is None


def test_the_fuller_moment_is_meant_wherever_it_stands() -> None:
    assert said("rota locks Thurs 17:00", title="swap Wednesday night") == "2026-03-05 17:00"
    assert said("on the 12th they leave", title="keys, Friday 9:00") == "2026-03-06 09:00"


def test_a_time_behind_after_is_no_end() -> None:
    assert last("after they have been, about 2") is None
    assert said("orage vers 17 h d'après la météo", "Rentrer le linge") == "17:00"


def test_a_day_and_a_time_of_two_sentences_are_no_moment() -> None:
    found = last("il finit à 18 h. J'en ai besoin samedi")
    assert found is not None
    assert found.value.at is None


def test_an_alarm_is_set_for_the_morning() -> None:
    assert said("", "set 2 alarms, 4:10") == "04:10"
    assert said("", "train 4:10") == "16:10"
