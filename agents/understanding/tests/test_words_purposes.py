"""What a task is for, and how long it needs beforehand."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from agents.traits import EventKind, TaskWords, Traits
from agents.understanding.readers.words import WordsReader

TUESDAY = date(2026, 5, 5)


def read(title: str, description: str = "") -> Traits:
    return WordsReader().read_task(TaskWords(title, description, added_on=TUESDAY))


@pytest.mark.parametrize(
    ("title", "what"),
    [
        ("Adapter (for Ghent)", "Ghent"),
        ("Folien für Projekt Nord", "Projekt Nord"),
        ("Cadeau pour Louise", "Louise"),
        ("Regalo (per Maria Rossi)", "Maria Rossi"),
    ],
)
def test_what_it_is_for(title: str, what: str) -> None:
    found = read(title).prepares
    assert found is not None
    assert (found.value.what, found.confidence) == (what, 0.5)
    assert found.quote in title


@pytest.mark.parametrize(
    "title", ["Look for Anna's keys", "Menü für Montag", "Adapter (for free)", "Pour the tea"]
)
def test_not_every_for_names_something_to_come(title: str) -> None:
    assert read(title).prepares is None


@pytest.mark.parametrize(
    ("title", "description", "what", "lead_h"),
    [
        ("Take the lamb out", "24 h to thaw, then 5 h in the oven, for the dinner", "dinner", 29),
        ("Teig ansetzen", "geht 12 h, backen 30 min, für den Brunch", "Brunch", 12.5),
        ("Sacar el cordero", "tarda 24 h, y luego 5 h de horno para la cena", "cena", 29),
        ("Charger la batterie", "2 h, pour la randonnée de Louise", "randonnée", 2),
        ("Ritirare la bici", "serve per il giro con Dario", "giro", 0),
        ("Vlees ontdooien", "24 uur, voor de barbecue", "barbecue", 24),
        ("Descongelar o bacalhau", "leva 24 horas, para a ceia", "ceia", 24),
        ("米を研ぐ", "遠足のおにぎり用", "遠足のおにぎり", 0),
        ("Charge the drone", "in 2 h, for the flight", "flight", 0),
    ],
)
def test_what_it_is_for_and_how_long_before(
    title: str, description: str, what: str, lead_h: float
) -> None:
    found = read(title, description).prepares
    assert found is not None
    assert (found.value.what, found.value.lead / timedelta(hours=1)) == (what, lead_h)
    assert found.quote in description


@pytest.mark.parametrize(
    "title",
    ["Passport + check-in", "Koffer packen", "Valise", "Hacer la maleta", "Carta d'imbarco",
     "Koffers", "Mala de porão", "パスポート"],
)  # fmt: skip
def test_what_one_packs_for_is_a_journey(title: str) -> None:
    found = read(title).prepares
    assert found is not None
    assert found.value.kind is EventKind.TRAVEL


@pytest.mark.parametrize(
    "title", ["Wait for Anna", "Buy milk for me", "Look for the keys", "Für später", "Cake for now"]
)
def test_what_waits_or_stays_is_for_nothing_that_comes(title: str) -> None:
    assert read(title).prepares is None


@pytest.mark.parametrize("title", ["Mom's new blister pack", "Return the battery pack"])
def test_a_pack_is_no_journey(title: str) -> None:
    assert read(title).prepares is None
    assert read(f"{title}, and pack").prepares is not None


def test_who_packs_a_passport_that_takes_weeks_does_so_weeks_before() -> None:
    found = read("Passport: renew", "allow 6 weeks from order").prepares
    assert found is not None
    assert (found.value.kind, found.value.lead.days) == (EventKind.TRAVEL, 42)


@pytest.mark.parametrize(
    ("description", "hours"),
    [
        ("label says three and a half days to thaw", 84),
        ("needs 2.5 days", 60),
        ("two days to dry", 48),
        ("zweieinhalb Tage zum Auftauen", 60),
        ("Lieferzeit: 3 Wochen", 504),
        ("compter trois jours et demi", 84),
        ("necesita dos días y medio", 60),
        ("consegna sette settimane", 1176),
        ("anderhalve dag drogen", 36),
        ("12 h en ayunas", 12),
        ("8 Std. nüchtern", 8),
        ("10 h à jeun", 10),
        ("needs 7 full days", 168),
        ("por teléfono hasta las 20 h, avisar 3 días antes sí o sí", 72),
        ("avisar 3 días antes de la boda", 0),
        ("new one takes 6–7 weeks", 1176),
        ("book tonight. 3 wks + 2 days post", 552),
        ("both dead flat, charger, 2 1/2 hrs", 2.5),
        ("10 hrs behind", 0),
        ("24h, number on the bill", 0),
        ("wants two nights", 48),
        ("has to dry overnight", 10),
        ("il lui faut la nuit pour sécher ; pas de machine après 20 h", 10),
        ("two days to Christmas", 0),
        ("three and a half days left", 0),
    ],
)
def test_how_long_it_takes_in_words(description: str, hours: float) -> None:
    found = read("Note", description).prepares
    lead = found.value.lead if found else timedelta()
    assert lead == timedelta(hours=hours)


def test_fasting_from_a_time_is_a_last_moment() -> None:
    found = read("Breakfast", "en ayunas desde las 9:00").last_moment
    assert found is not None
    assert found.value.at is not None
    assert found.value.at.hour == 9
    assert read("Breakfast", "12 h en ayunas").last_moment is None


def test_what_soaks_in_the_title_is_a_wait_and_no_effort() -> None:
    traits = read("Mettere a bagno i ceci (12 ore)")
    assert traits.effort is None
    assert traits.prepares is not None
    assert traits.prepares.value.lead == timedelta(hours=12)
    assert read("Read the report (2 hours)").prepares is None


@pytest.mark.parametrize(
    ("title", "what"),
    [
        ("Pump up the spare before the Kalgoorlie run", "Kalgoorlie run"),
        ("Blumen gießen vor dem Urlaub", "Urlaub"),
        ("Acheter du vin avant le dîner", "dîner"),
        ("Comprar flores antes de la boda", "boda"),
        ("Ring him before noon", ""),
        ("Vor zwei Wochen bestellt", ""),
        ("Home before the 12th", ""),
    ],
)
def test_what_comes_after_is_what_it_is_for(title: str, what: str) -> None:
    found = read(title).prepares
    assert (found.value.what if found else "") == what
