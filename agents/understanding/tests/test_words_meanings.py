"""Where a task is done, what it waits for, and what is lost without it: only what words say."""

from __future__ import annotations

from dataclasses import fields
from datetime import date, time, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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


def read(title: str, description: str = "", **fields: Any) -> Traits:
    words = TaskWords(title, description, added_on=TUESDAY, **fields)
    return WordsReader().read_task(words)


@pytest.mark.parametrize(
    ("title", "place"),
    [
        ("Call grandma", Place.PHONE),
        ("Mutti anrufen", Place.PHONE),
        ("Photos of the slates, in daylight", Place.OUTDOORS),
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
    "title", ["Ring binder, blue", "Report on the return of investment", "Fine paper"]
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


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Nap", EventKind.SLEEP),
        ("Sleep after nights", EventKind.SLEEP),
        ("Ben's nap", EventKind.MARKER),
        ("Sieste de Léo", EventKind.MARKER),
        ("Mittagsschlaf von Ida", EventKind.MARKER),
        ("Baby nap", EventKind.MARKER),
    ],
)
def test_whose_sleep_it_is(title: str, kind: EventKind) -> None:
    found = entry(title).kind
    assert found is not None
    assert found.value is kind


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


@pytest.mark.parametrize(
    ("title", "minutes", "quote"),
    [
        ("Slides (1h50)", 110, "1h50"),
        ("Report, 2 h", 120, "2 h"),
        ("Tidy the shed, 1.5 hours", 90, "1.5 hours"),
        ("30 min Klavier üben", 30, "30 min"),
        ("Übersetzung (20 Min.)", 20, "20 Min"),
        ("Steuer, 1 Std. 30 Min.", 90, "1 Std. 30 Min"),
        ("Ranger la cave (2 heures)", 120, "2 heures"),
        ("Ordenar fotos, 45 minutos", 45, "45 minutos"),
        ("Riordinare, 3 ore", 180, "3 ore"),
        ("Opruimen (2 uur)", 120, "2 uur"),
        ("掃除 30分", 30, "30分"),
        ("Call dad, about 10 minutes", 10, "10 minutes"),
        ("Tidy the shed, around 2 hours", 120, "2 hours"),
        ("Keller aufräumen, gegen 2 Stunden", 120, "2 Stunden"),
        ("Opruimen, rond 30 minuten", 30, "30 minuten"),
    ],
)
def test_how_long_it_takes(title: str, minutes: int, quote: str) -> None:
    found = read(title).effort
    assert found is not None
    assert (found.value, found.quote) == (timedelta(minutes=minutes), quote)


@pytest.mark.parametrize(
    "title",
    [
        *("Check oven in 20 min", "Réunion à 15 h", "☎️ 15h", "Rappeler dans 10 min", "Pool 8–20 h"),
        *(
            "Jede Pille alle 30 Min",
            "9時30分に出発",
            "Uscire tra 10 minuti",
            "Buy 2 pizzas",
            "Ligar, pelas 14 horas",
            "0 min",
        ),
        *(
            "Pill 30 min before lunch",
            "Um 2 h",
            "Pelas 14 horas",
            "10 hrs behind",
            "Mettere a bagno i ceci (12 ore)",
        ),
    ],
)
def test_a_time_that_is_not_its_own_is_no_effort(title: str) -> None:
    assert read(title).effort is None


@pytest.mark.parametrize(
    ("title", "blocked"),
    [
        ("Fix the sink when Bob is back", Blocked(by="Bob")),
        ("Keys, once the caretaker returns", Blocked(by="caretaker")),
        ("Vertrag, sobald Karin zurück ist", Blocked(by="Karin")),
        ("Contrat quand Paul revient", Blocked(by="Paul")),
        ("Firmar cuando vuelva Ana", Blocked(by="Ana")),
        ("Contratto quando torna Luca", Blocked(by="Luca")),
        ("Contract als Piet terug is", Blocked(by="Piet")),
        ("Apply: results come on the 9th", Blocked(date(2026, 5, 9), by="results")),
        ("Ergebnisse kommen am 12. Mai", Blocked(date(2026, 5, 12), by="Ergebnisse")),
        ("Les résultats arrivent le 3", Blocked(date(2026, 6, 3), by="résultats")),
        ("can't finish till police check comes", Blocked(by="police check comes")),
        ("can't book till Friday", Blocked(date(2026, 5, 8))),
        ("Gerry has the part, he'll ring me", Blocked()),
        ("Angebot: Jana meldet sich", Blocked(by="Jana")),
        ("Devis : Paul me rappelle", Blocked(by="Paul")),
        ("Print once Lorraine has said yes", Blocked(by="Lorraine")),
    ],
)
def test_what_has_to_happen_first(title: str, blocked: Blocked) -> None:
    found = read(title).blocked
    assert found is not None
    assert found.value == blocked
    assert found.quote in title


@pytest.mark.parametrize(
    "title",
    [
        "Write when ready",
        "Back up the results",
        "Wenn möglich lüften",
        "Quand même",
        "Come on Eileen",
    ],
)
def test_an_ordinary_condition_blocks_nothing(title: str) -> None:
    assert read(title).blocked is None


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"labels": ("@calls",)}, Place.PHONE),
        ({"labels": ("Besorgungen",)}, Place.ERRAND),
        ({"labels": ("courses",)}, Place.ERRAND),
        ({"labels": ("casa",)}, Place.HOME),
        ({"project": "Errands"}, Place.ERRAND),
        ({"section": "Telefon"}, Place.PHONE),
    ],
)
def test_a_list_named_for_a_place(fields: dict[str, Any], place: Place) -> None:
    found = read("Something", **fields).place
    assert found is not None
    assert (found.value, found.confidence) == (place, 0.9)


def test_a_project_called_home_is_no_place_and_a_verb_goes_before_a_project() -> None:
    assert read("Something", project="Home").place is None
    found = read("Please call Ann", project="Errands").place
    assert found is not None
    assert (found.value, found.quote) == (Place.PHONE, "call")


@pytest.mark.parametrize(
    ("title", "quote"),
    [("Finanzamt anrufen", "Finanzamt"), ("Zahnarztpraxis anrufen", "Zahnarztpraxis")],
)
def test_a_word_put_together_with_one_for_an_office(title: str, quote: str) -> None:
    hours = read(title).hours
    assert hours is not None
    assert (hours.value.door, hours.quote) == (Door.OFFICE, quote)


@pytest.mark.parametrize("title", ["Karin wegen Samt anrufen", "Insgesamt 3 Leute: Ina anrufen"])
def test_a_word_that_only_ends_alike_is_no_office(title: str) -> None:
    hours = read(title).hours
    assert hours is not None
    assert hours.value.door is Door.PEOPLE


@pytest.mark.parametrize(
    ("title", "who"),
    [
        ("Tile: Otieno cant lay till he knows", "Otieno"),
        ("they can't order until we say", ""),
        ("Karin kann nicht rein ohne Schlüssel", "Karin"),
        ("no pueden seguir hasta que firme", ""),
        ("can't go before Friday", None),
        ("can't eat until 8", None),
        ("can't finish till the letter comes", None),
        ("wants two nights", None),
        ("cannot be late", None),
    ],
)
def test_who_can_do_nothing_until_then_waits(title: str, who: str | None) -> None:
    found = read(title).waits
    assert (found.value if found else None) == who


@pytest.mark.parametrize(
    ("title", "who"),
    [
        ("Text the code, Priya's outside", "Priya"),
        ("he's holding up the line till I answer", ""),
        ("Photo for Kev: he can't put the power back on without it", ""),
        ("Ana no puede entrar", "Ana"),
        ("Code schicken, Jana steht vor der Tür", "Jana"),
        ("Léa ne peut pas entrer", "Léa"),
        ("Code sturen: Sanne staat voor de deur", "Sanne"),
    ],
)
def test_who_is_held_up_surely_waits(title: str, who: str) -> None:
    found = read(title).waits
    assert found is not None
    assert (found.value, found.confidence) == (who, 0.8)
    wanted = read("Mum wants the recipe").waits
    assert wanted is not None
    assert wanted.confidence < found.confidence


def test_who_cannot_start_without_it_waits() -> None:
    found = read("Ben can't start without the keys")
    assert found.waits is not None
    assert found.unblocks is not None
    assert (found.waits.value, found.unblocks.quote) == ("Ben", "can't start")
    assert read("Schlüssel hinterlegen, damit Karin rein kann").unblocks is not None
    assert read("Und damit fertig").unblocks is None


@pytest.mark.parametrize("title", ["Was schenken wir Oma", "Ask Tom how it was", "Rezept suchen"])
def test_a_word_with_two_meanings_says_nothing_alone(title: str) -> None:
    assert read(title) == Traits()


def test_a_prescription_is_one_where_somebody_fetches_it() -> None:
    stakes = read("Rezept abholen").stakes
    assert stakes is not None
    assert stakes.value is Stakes.HEALTH
    assert read("De was").place is not None


PIECES = [
    *("when", "Bob", "is back", "results", "come on", "the 31st", "30", "min", "h", "1h50", "(for"),
    *(
        "für",
        "Rom)",
        "tram",
        "quand",
        "revient",
        "20分",
        "damit",
        "Karin",
        "call",
        "please",
        "Train",
    ),
    *(
        "✈",
        "LH 454",
        "ICE",
        "wedding",
        "Finanzamt",
        ".",
        "-",
        "\n",
        "0",
        "9999",
        "cuando",
        "vuelva",
    ),
]


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.sampled_from(PIECES) | st.text(max_size=6), max_size=12).map(" ".join),
    st.sampled_from([None, date.min, TUESDAY, date.max]),
    st.sampled_from([1, 30]),
)
def test_every_quote_stands_in_the_row(title: str, added_on: date | None, hours: int) -> None:
    task = TaskWords(title, title, title, labels=(title,), added_on=added_on)
    event = EventWords(title, lasts=timedelta(hours=hours))
    task_traits, event_traits = WordsReader().read_task(task), WordsReader().read_event(event)
    for traits, text in ((task_traits, task.text), (event_traits, event.text)):
        for field in fields(traits):
            trait = getattr(traits, field.name)
            assert trait is None or (trait.quote and trait.quote in text)
