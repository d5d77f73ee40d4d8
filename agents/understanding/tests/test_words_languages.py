"""Hours and last moments in the other languages, and what kind of entry a title names."""

from __future__ import annotations

import ast
import tomllib
from collections import Counter
from datetime import date, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.traits import EventKind, EventTraits, EventWords, TaskWords, Traits
from agents.understanding.readers.words import WordsReader, places
from agents.understanding.readers.words.lexicon import FOLDER

TUESDAY = date(2026, 5, 5)


def read(title: str) -> Traits:
    return WordsReader().read_task(TaskWords(title, added_on=TUESDAY))


def entry(title: str, *, is_all_day: bool = False) -> EventTraits:
    hour = timedelta(hours=1)
    return WordsReader().read_event(EventWords(title, is_all_day=is_all_day, lasts=hour))


@pytest.mark.parametrize(
    ("title", "days", "start", "end"),
    [
        ("Mairie (lun–ven 8 h 30–16 h 30)", "01234", time(8, 30), time(16, 30)),
        ("jardinerie, lun–sam 9 h–19 h", "012345", time(9), time(19)),
        ("Gafas (L–S 10–20 h)", "012345", time(10), time(20)),
        ("Fato à lavandaria (seg–sáb 9h–19h)", "012345", time(9), time(19)),
        ("Catasto (lun–ven 9–12.30)", "01234", time(9), time(12, 30)),
        ("tandarts controle (ma–do 8–16)", "0123", time(8), time(16)),
        ("Meccanico, chiude alle 19", "012345", time(9), time(19)),
        ("役所（月〜金 9時〜17時）", "01234", time(9), time(17)),
        ("Farmacia, cierra a las 20", "012345", time(9), time(20)),
    ],
)
def test_hours(title: str, days: str, start: time, end: time) -> None:
    hours = read(title).hours
    assert hours is not None
    (span,) = hours.value.spans
    assert "".join(map(str, sorted(span.days))) == days
    assert (span.start, span.end) == (start, end)


@pytest.mark.parametrize(
    ("title", "on"),
    [
        ("Inscription avant le 12 mai", date(2026, 5, 11)),
        ("Entregar antes del viernes", date(2026, 5, 7)),
        ("Inscrição até 30 de setembro", date(2026, 9, 30)),
        ("Inscrição só até sexta", date(2026, 5, 8)),
        ("Menu cutoff fri", date(2026, 5, 8)),
        ("Rispondere entro lunedì", date(2026, 5, 11)),
        ("Revisione entro fine novembre", date(2026, 11, 30)),
        ("Insturen uiterlijk vrijdag", date(2026, 5, 8)),
        ("金曜日までに返事", date(2026, 5, 8)),
        ("5月12日までに提出", date(2026, 5, 12)),
    ],
)
def test_the_last_day(title: str, on: date) -> None:
    last = read(title).last_moment
    assert last is not None
    assert last.value.on == on


@pytest.mark.parametrize("title", ["火曜だけ散歩", "平日9時から17時まで"])
def test_an_hour_or_a_day_of_the_week_is_no_last_moment(title: str) -> None:
    assert (read(title).last_moment, read(title).obsolete_after) == (None, None)


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("✍️ WRITING. no interruptions", EventKind.FOCUS),
        ("Bitte nicht stören", EventKind.FOCUS),
        ("Ich fahre nach Kiel", EventKind.DRIVING),
        ("🚗 Fahrt nach Husum", EventKind.DRIVING),
        ("Je conduis", EventKind.DRIVING),
        ("SQ322 SIN–LHR", EventKind.TRAVEL),
        ("Voo TP1334 OPO–LHR", EventKind.TRAVEL),
        ("新幹線 のぞみ", EventKind.TRAVEL),
        ("Boda de Clara", EventKind.CEREMONY),
        ("Begrafenis opa", EventKind.CEREMONY),
        ("Beerdigung Onkel Karl", EventKind.CEREMONY),
        ("Mittagsschlaf", EventKind.SLEEP),
    ],
)
def test_the_kind_of_an_entry(title: str, kind: EventKind) -> None:
    found = entry(title).kind
    assert found is not None
    assert found.value is kind
    assert found.quote in title


@pytest.mark.parametrize(
    "title",
    ["Design review", "Zahnarzt", "Dîner", "Stand-up", "AB12 plans", "Focus group with Sony"],
)
def test_an_ordinary_entry_is_left_unknown(title: str) -> None:
    assert entry(title) == EventTraits()


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Fête du Travail", EventKind.HOLIDAY),
        ("Urlaub", EventKind.AWAY),
        ("Ferie", EventKind.AWAY),
        ("Bin day", None),
    ],
)
def test_days_that_are_different(title: str, kind: EventKind | None) -> None:
    found = entry(title, is_all_day=True).kind
    assert (found.value if found else None) is kind


def test_who_sleeps_on_a_flight_wants_their_peace() -> None:
    may = entry("SQ322 SIN–LHR (overnight, sleep!)").may_interrupt
    assert may is not None
    assert may.value is False
    assert entry("SQ322 SIN–LHR").may_interrupt is None


@pytest.mark.parametrize(
    "title",
    ["Tyres, waiting there", "Reifen, warte dort", "Salle d'attente", "Dentista, sala de espera",
     "Gomme, aspetto lì", "Oficina, espero lá", "Banden, daar wachten", "待合室"],
)  # fmt: skip
def test_who_waits_somewhere_has_free_hands(title: str) -> None:
    may = entry(title).may_interrupt
    assert may is not None
    assert may.value is True
    peace = entry(f"{title}, do not disturb").may_interrupt
    assert peace is not None
    assert peace.value is False


@pytest.mark.parametrize(
    "title",
    ["Waiting room renovation meeting", "Workshop Wartezeit verkürzen", "Wartezimmer streichen",
     "待ち時間短縮会議", "Tyres, don't wait there", "Reifen, nicht dort warten"],
)  # fmt: skip
def test_what_is_about_waiting_or_against_it_frees_no_hands(title: str) -> None:
    assert entry(title).may_interrupt is None


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=80), st.booleans())
def test_whatever_stands_there_is_read_without_failing(title: str, is_all_day: bool) -> None:
    for trait in (entry(title, is_all_day=is_all_day).kind, entry(title).may_interrupt):
        assert trait is None or trait.quote in title


def test_every_notion_is_one_that_the_reader_asks_for() -> None:
    """Else a list is read by nobody: its name is misspelt, or what asked for it is gone."""
    asked = {f"{place}_list" for place in places.NOTIONS}
    for module in FOLDER.parent.glob("*.py"):
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                asked.add(node.value)
    unasked = [
        f"{file.name}: {notion}"
        for file in sorted(FOLDER.glob("*.toml"))
        for notion in tomllib.loads(file.read_text(encoding="utf-8")).keys() - asked
    ]
    assert unasked == []


def test_a_notion_stands_in_one_file_of_a_language() -> None:
    seen = Counter(
        (file.name.split(".")[0], notion)
        for file in FOLDER.glob("*.toml")
        for notion in tomllib.loads(file.read_text(encoding="utf-8"))
    )
    assert [key for key, count in seen.items() if count > 1] == []
