"""What the rules read as opening hours."""

from __future__ import annotations

from datetime import date, time

import pytest

from agents.traits import WEEK, Door, Hours, Span, TaskWords
from agents.understanding.readers.words import WordsReader

ADDED = date(2026, 3, 4)  # a Wednesday


def hours(title: str) -> Hours | None:
    found = WordsReader().read_task(TaskWords(title, added_on=ADDED)).hours
    return found.value if found else None


def said(title: str) -> str:
    """ "office 01234 09:00-16:30": short enough for a table."""
    found = hours(title)
    if found is None or not found.spans:
        return ""
    spans = (
        f"{''.join(map(str, sorted(s.days)))} {s.start:%H:%M}-{s.end:%H:%M}" for s in found.spans
    )
    return f"{found.door} {', '.join(spans)}"


ENGLISH = [
    ("Council office, Mon–Fri 9–4.30", "office 01234 09:00-16:30"),
    ("Library Mon-Sat 10am to 6pm", "shop 012345 10:00-18:00"),
    ("9am-5pm Monday to Friday", "office 01234 09:00-17:00"),
    ("buy a brush, closes at 6", "shop 012345 09:00-18:00"),
    ("skip, yard opens at 7", "shop 012345 07:00-18:00"),
    ("Farbe, öffnet um 8", "shop 012345 08:00-18:00"),
    ("paint, shuts 6 on Sat", "shop 5 09:00-18:00, 01234 09:00-18:00"),
    ("market, only Tuesdays", "own 1 00:00-00:00"),
    ("ask him after 6", "own 0123456 18:00-00:00"),
    ("open daily 1-5 pm", "own 0123456 13:00-17:00"),
    ("poles, open until 19:30", "shop 012345 09:00-19:30"),
    ("poles, open till 7", "shop 012345 09:00-19:00"),
    ("Glaze order (Highwater, phone, 8-5)", "office 01234 08:00-17:00"),
    ("surgery, by phone 8-10 only, mon-thu", "office 0123 08:00-10:00"),
    ("printing, shuts 2.30 weds", "shop 2 09:00-14:30, 01345 09:00-18:00"),
    ("boots, tues-fri 9-5 and sat till 12", "shop 1234 09:00-17:00, 5 09:00-12:00"),
    ("bank line closes 5 UK time", "shop 012345 09:00-17:00"),
    ("school shuts at 15:30", "shop 012345 09:00-15:30"),
    ("tip, Sat till 1, shut Sundays.", "shop 5 09:00-13:00, 01234 09:00-18:00"),
    ("glasses, open Sat till 4", "shop 5 09:00-16:00, 01234 09:00-18:00"),
    ("cake, phone orders Mon-Fri till 5", "office 01234 09:00-17:00"),
    ("office 8-4", "office 01234 08:00-16:00"),
    ("ring Council about the footpath, Mon-Fri", "office 01234 09:00-17:00"),
    ("Tom's cat, Mon-Fri", "own 01234 00:00-00:00"),
    ("ring the clinic, only Tuesdays", "office 1 09:00-17:00"),
    ("bottles, not Sundays, sign says", "own 012345 00:00-00:00"),
    ("barber, closed Mondays", "own 123456 00:00-00:00"),
    ("boiler, lines open at 9", "shop 012345 09:00-18:00"),
    ("dispatch, they go home 4 pm", "shop 012345 09:00-16:00"),
]
GERMAN = [
    ("Amt Mo–Fr 9–12, 14–18 Uhr", "office 01234 09:00-12:00, 01234 14:00-18:00"),
    ("Mo-Do 8-16, Fr 8-12 Uhr", "office 0123 08:00-16:00, 4 08:00-12:00"),
    ("Mo bis Sa 9 bis 17 Uhr", "shop 012345 09:00-17:00"),
    ("Laden schließt um 18 Uhr", "shop 012345 09:00-18:00"),
    ("Markt nur dienstags", "own 1 00:00-00:00"),
    ("nach 18 Uhr nachfragen", "own 0123456 18:00-00:00"),
    ("Zahnarzt Do bis 18 Uhr, Fr 8–13", "office 3 09:00-18:00, 4 08:00-13:00"),
    ("Paket, offen bis 18 Uhr", "shop 012345 09:00-18:00"),
    ("Paket, hat bis 18 Uhr offen", "shop 012345 09:00-18:00"),
    ("Händler macht um 8 auf", "shop 012345 08:00-18:00"),
    ("Händler macht um 18 zu", "shop 012345 09:00-18:00"),
]
OTHERS = [
    ("coiffeur mar-ven 9h-18h, sam jusqu'à 12h", "shop 1234 09:00-18:00, 5 09:00-12:00"),
    ("bastones, abre hasta las 19:30", "shop 012345 09:00-19:30"),
    ("garage, ils ferment à 18 h.", "shop 012345 09:00-18:00"),
    ("colis, ouverte jusqu'à 19 h 30", "shop 012345 09:00-19:30"),
    ("état civil : le mercredi seulement, 9 h-12 h 30", "office 2 09:00-12:30"),
    ("pacco, aperta fino alle 19", "shop 012345 09:00-19:00"),
    ("encomenda, aberto até às 18h", "shop 012345 09:00-18:00"),
    ("pakje, tot 18 uur open", "shop 012345 09:00-18:00"),
    ("荷物 18時まで営業", "shop 012345 09:00-18:00"),
]


@pytest.mark.parametrize(("title", "expected"), ENGLISH + GERMAN + OTHERS)
def test_hours_are_read(title: str, expected: str) -> None:
    assert said(title) == expected


@pytest.mark.parametrize(
    "title",
    [
        "after 6 weeks of rest",
        "read pages 9-12",
        "he sat 9 exams",
        "version 9.4-10.2",
        "nach 6 Wochen",
        "Kapitel 9-12 lesen",
        "so 3 bis 4 Eier",
        "closes today at 20:00",
        "ferme vendredi 12 à midi",
        "dentist Thu until 6pm",
        "paint (two coats, 9-12)",
        "school shuts at 15:30 today",
        "locked after 8",
        "pas de machine après 20 h",
        "hotel Mon-Fri with Ann",
        "closed until Monday",
    ],
)
def test_other_numbers_are_no_hours(title: str) -> None:
    assert said(title) == ""


def test_a_wish_is_of_people() -> None:
    wish = hours("Oma ab 18 Uhr fragen, lieber abends")
    assert wish == Hours(Door.PEOPLE, (Span(WEEK, time(18)),))


@pytest.mark.parametrize(
    ("title", "zone"),
    [
        ("Records office, open Mon–Fri 8.30–5 NZ time", "NZ"),
        ("Call the bank, Mon-Fri 9am-5pm (New York time)", "America/New_York"),
        ("Bereavement line closes 5 UK time", "Europe/London"),
        ("Support line Mon-Fri 9-17 EST", "America/New_York"),
        ("Support line Mon-Fri 9-17, UTC+5:30", "Asia/Kolkata"),
        ("Anrufen, Mo–Fr 9–17 Uhr Londoner Zeit", "Europe/London"),
        ("Bellen, ma-vr 9-17 uur Tokyo tijd", "Asia/Tokyo"),
        ("Llamar, lun-vie 9:00-14:00 hora de Lima", "America/Lima"),
        ("Ligar, seg-sex 9h-18h (hora de Lisboa)", "Europe/Lisbon"),
        ("Appeler, lun-ven 9 h-17 h, heure de Paris", "Europe/Paris"),
        ("Chiamare, lun-ven 9-13 ora di Madrid", "Europe/Madrid"),
        ("電話 月-金 10:00-17:00(日本時間)", "Asia/Tokyo"),
        ("ring the Boston lab 8:30a-4:30p eastern", "America/New_York"),
        ("Büro in Singapur anrufen, 9-18 Uhr Ortszeit dort", "Asia/Singapore"),
        ("llamar a Nueva York, 9-17 h hora local", "America/New_York"),
        ("ask Raj, 10-6 Mumbai time", "Asia/Kolkata"),
        ("Mon-Fri 9-17 full time", ""),
        ("Mon-Fri 9-17 lunch time at Easter", ""),
        ("Lun-ven 9h-17h, est fermé", ""),
        ("Mon-Fri 9-17, ask for Jamaica Jones", ""),
    ],
)
def test_whose_clock_they_are_on(title: str, zone: str) -> None:
    found = hours(title)
    assert found
    assert found.zone == zone


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("歯医者に電話 日曜休み", "012345"),
        ("定休日は月曜", "123456"),
        ("図書館 月曜休館", "123456"),
    ],
)
def test_days_on_which_it_is_shut_in_japanese(text: str, days: str) -> None:
    found = hours(text)
    assert found
    assert {*map(int, days)} == found.spans[0].days


def test_a_day_by_its_place_in_the_month_is_no_date() -> None:
    read = WordsReader().read_task(TaskWords("更新", "市役所 第4日曜の9〜12時も開庁"))
    assert read.last_moment is None
    assert read.hours
    assert read.hours.value.spans == (Span(frozenset({6}), time(9), time(12)),)


@pytest.mark.parametrize(
    "text",
    ["low tide, abt 10.30 to 13.00", "Ebbe, gegen 10:30 bis 13:00 Uhr"],
)
def test_times_that_are_told_roughly(text: str) -> None:
    found = hours(text)
    assert found
    assert [(s.start, s.end) for s in found.spans] == [(time(10, 30), time(13))]


def test_the_clock_is_in_the_quote() -> None:
    words = TaskWords("Ring Dunedin", description="open Mon–Fri 8.30–5 NZ time, till noon")
    found = WordsReader().read_task(words).hours
    assert found
    assert found.quote == "Mon–Fri 8.30–5 NZ time"
