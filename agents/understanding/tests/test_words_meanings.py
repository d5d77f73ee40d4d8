"""Where a task is done, what it waits for, and what is lost without it: only what words say."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from agents.traits import (
    Blocked,
    Door,
    EventKind,
    EventTraits,
    EventWords,
    Hours,
    Place,
    Stakes,
    TaskWords,
    Traits,
)
from agents.understanding.readers.words import WordsReader

TUESDAY = date(2026, 5, 5)


def read(title: str, description: str = "", **fields: object) -> Traits:
    words = TaskWords(title, description, added_on=TUESDAY, **fields)  # type: ignore[arg-type]
    return WordsReader().read_task(words)


@pytest.mark.parametrize(
    ("title", "place"),
    [
        ("Call grandma", Place.PHONE),
        ("Mutti anrufen", Place.PHONE),
        ("Appeler la CAF", Place.PHONE),
        ("母に電話", Place.PHONE),
        ("☎️ 15h", Place.PHONE),
        ("Renew insurance online", Place.COMPUTER),
        ("Kerzen kaufen", Place.ERRAND),
        ("Ritirare la bici", Place.ERRAND),
        ("Recoger gafas", Place.ERRAND),
        ("Laundry", Place.HOME),
    ],
)
def test_the_place(title: str, place: Place) -> None:
    found = read(title).place
    assert found is not None
    assert found.value is place
    assert found.quote in title


@pytest.mark.parametrize(
    "title", ["Ring binder for school", "Report on the return of investment", "Fine paper"]
)
def test_a_word_that_is_no_verb_here_names_no_place(title: str) -> None:
    assert read(title) == Traits()


def test_a_label_names_the_place_more_surely_than_a_verb() -> None:
    place = read("Birthday card", labels=("errand",)).place
    assert place is not None
    assert (place.value, place.confidence) == (Place.ERRAND, 0.9)


@pytest.mark.parametrize(
    ("title", "door"),
    [
        ("Ring the council", Door.OFFICE),
        ("Hausverwaltung anrufen", Door.OFFICE),
        ("Llamar al médico", Door.OFFICE),
        ("Call grandma", Door.PEOPLE),
        ("Bellen met oma", Door.PEOPLE),
    ],
)
def test_who_is_called_has_usual_hours(title: str, door: Door) -> None:
    hours = read(title).hours
    assert hours is not None
    assert hours.value == Hours(door)


@pytest.mark.parametrize(
    ("title", "door", "start", "end"),
    [
        ("Commune (guichet 8 h 30–12 h)", Door.OFFICE, time(8, 30), time(12)),
        ("Oil, ring for slot (office 9–12)", Door.OFFICE, time(9), time(12)),
        ("Cita del ambulatorio (8–20 h)", Door.OFFICE, time(8), time(20)),
        ("Pool (8–20 h)", Door.OWN, time(8), time(20)),
    ],
)
def test_hours_in_brackets(title: str, door: Door, start: time, end: time) -> None:
    hours = read(title).hours
    assert hours is not None
    (span,) = hours.value.spans
    assert (hours.value.door, span.start, span.end) == (door, start, end)


@pytest.mark.parametrize(
    "title", ["Revise (pages 9–12)", "Übungen (Seite 8–12)", "Ages (8–12)", "Run (5 km)"]
)
def test_numbers_in_brackets_are_no_hours(title: str) -> None:
    assert read(title).hours is None


@pytest.mark.parametrize(
    ("title", "blocked"),
    [
        ("Quote: wait for Anil", Blocked(by="Anil")),
        ("Angebot: warten auf Karin", Blocked(by="Karin")),
        ("Devis: attendre la réponse", Blocked(by="réponse")),
        ("Apply, portal opens 16 March", Blocked(until=date(2027, 3, 16))),
    ],
)
def test_what_it_waits_for(title: str, blocked: Blocked) -> None:
    found = read(title).blocked
    assert found is not None
    assert found.value == blocked


@pytest.mark.parametrize(
    ("title", "who"),
    [("Dates, Bethan wants an answer", "Bethan"), ("Maße, Karim wartet", "Karim")],
)
def test_who_waits(title: str, who: str) -> None:
    waits = read(title).waits
    assert waits is not None
    assert waits.value == who


@pytest.mark.parametrize(
    ("title", "stakes"),
    [
        ("Dad's tablets", Stakes.HEALTH),
        ("薬を取りに", Stakes.HEALTH),
        ("Pagar la multa", Stakes.MONEY),
    ],
)
def test_what_is_at_stake(title: str, stakes: Stakes) -> None:
    found = read(title).stakes
    assert found is not None
    assert found.value is stakes


def test_what_is_kept_for_someday_is_for_someday() -> None:
    assert read("Learn Greek", project="Someday").someday is not None
    assert read("Maybe a new desk").someday is not None
    assert read("Call Ann, maybe on Friday").someday is None


@pytest.mark.parametrize(
    "title", ["Pay the rent", "Steuererklärung", "Leer capítulo 6", "Wax skis"]
)
def test_of_a_plain_title_nothing_is_guessed(title: str) -> None:
    assert read(title) == Traits()


def entry(title: str, hours: int = 1) -> EventTraits:
    return WordsReader().read_event(EventWords(title, lasts=timedelta(hours=hours)))


@pytest.mark.parametrize(
    "title",
    [
        *("Thesis committee meeting", "Writing workshop", "Wedding planning", "Sleep clinic"),
        *("Ice cream with Tom", "Train the new colleague", "Hochzeit planen", "Réunion rédaction"),
        *("Reunión boda", "Reunião sobre a defesa", "Riunione matrimonio", "Overleg bruiloft"),
        *("郵便局", "会議", "Besprechung", "Call centre tour", "Lunch 30 min", "Room AB 12"),
    ],
)
def test_talk_about_a_thing_is_not_the_thing(title: str) -> None:
    assert entry(title) == EventTraits()


@pytest.mark.parametrize(
    ("title", "kind", "quote"),
    [
        ("✈ LH 454", EventKind.TRAVEL, "LH 454"),
        ("✈️ Lisboa", EventKind.TRAVEL, "✈"),
        ("ICE nach Köln", EventKind.TRAVEL, "ICE"),
        ("Train 9:12 to Leeds", EventKind.TRAVEL, "Train"),
        ("Vuelo a Lima", EventKind.TRAVEL, "Vuelo"),
        ("Obsèques de Jean", EventKind.CEREMONY, "Obsèques"),
        ("Funerale zio", EventKind.CEREMONY, "Funerale"),
        ("Casamento da Rita", EventKind.CEREMONY, "Casamento"),
        ("結婚式", EventKind.CEREMONY, "結婚式"),
        ("Conduzco a Burgos", EventKind.DRIVING, "Conduzco"),
        ("Niet storen", EventKind.FOCUS, "Niet storen"),
    ],
)
def test_more_kinds_of_entries(title: str, kind: EventKind, quote: str) -> None:
    found = entry(title).kind
    assert found is not None
    assert (found.value, found.quote) == (kind, quote)


def test_a_booking_over_days_takes_no_time() -> None:
    kind = entry("Storage unit 4", hours=72).kind
    assert kind is not None
    assert (kind.value, kind.quote) == (EventKind.MARKER, "Storage")
    assert entry("  ", hours=72) == EventTraits()


@pytest.mark.parametrize(
    ("title", "minutes", "quote"),
    [
        ("Dentist (30 min way)", 30, "30 min way"),
        ("Dentist, tram 25 min", 25, "tram 25 min"),
        ("Zahnarzt, Straßenbahn 25 Min.", 25, "Straßenbahn 25 Min"),
        ("Dentiste (trajet 1 h 10)", 70, "trajet 1 h 10"),
        ("Dentista (20 minuti a piedi)", 20, "20 minuti a piedi"),
        ("Tandarts, bus 15 min", 15, "bus 15 min"),
    ],
)
def test_how_long_before_somebody_has_to_go(title: str, minutes: int, quote: str) -> None:
    found = entry(title).leave_by
    assert found is not None
    assert (found.value, found.quote) == (timedelta(minutes=minutes), quote)


@pytest.mark.parametrize("title", ["Tram 25 min", "Flight to Rome, bus 40 min", "Stand-up 15 min"])
def test_a_way_that_is_the_entry_itself_is_no_lead(title: str) -> None:
    assert entry(title).leave_by is None
