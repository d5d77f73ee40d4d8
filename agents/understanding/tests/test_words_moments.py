"""What the rules read as a last moment."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from agents.traits import LastMoment, TaskWords, Traits
from agents.understanding.readers.words import WordsReader

ADDED = date(2026, 3, 4)  # a Wednesday


def last(title: str, added_on: date | None = ADDED) -> str:
    found = WordsReader().read_task(TaskWords(title, added_on=added_on)).last_moment
    if found is None:
        return ""
    on, at = found.value.on, found.value.at
    return f"{on or ''} {at:%H:%M}" if at else f"{on}"


def read(title: str, description: str) -> Traits:
    return WordsReader().read_task(TaskWords(title, description, added_on=ADDED))


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
    ("collect till 12 on Wed", "2026-03-04 12:00"),
    ("eat, fasting from 22:00", " 22:00"),
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


OTHERS = [
    ("la boulangerie prend jusqu’à midi", " 12:00"),  # as telephones write it
    ("klaar! za tot 16.30, dan dicht", "2026-03-07 16:30"),
    ("sab fino alle 16.30", "2026-03-07 16:30"),
    ("bike, Sat till 4.30", "2026-03-07 16:30"),
    ("Ab heute 18 Uhr Gewitter, dann Regen bis Mittwoch", " 18:00"),
    ("portail, ferme vendredi 6 à midi", "2026-03-06 12:00"),
    ("segreteria chiude ven 6 alle 16, riapre lun 9", "2026-03-06 16:00"),
    ("only by phone till 7pm thurs. she opens alone", "2026-03-05 19:00"),
    ("esce alle 18 e il termine è oggi", "2026-03-04 18:00"),
    ("wages, bank cut-off 3.30, paid tomorrow", " 15:30"),
]


@pytest.mark.parametrize(("title", "expected"), OTHERS)
def test_last_moments_in_other_words_are_read(title: str, expected: str) -> None:
    assert last(title) == expected


def test_what_is_not_to_be_again_before_a_day_does_not_end_then() -> None:
    assert last("final count to the butcher, not again before the 24th") == ""
    assert last("final count to the butcher, no excuses, before the 24th") == "2026-03-23"
    assert last("Zählung zum Metzger, vor dem 24.") == "2026-03-23"


@pytest.mark.parametrize(
    "title",
    ["Not paid before Friday: a fine", "Nicht vergessen vor Freitag: Formular",
     "niet vergeten voor vrijdag", "pas oublier avant vendredi", "não esquecer antes de sexta"],
)  # fmt: skip
def test_what_must_not_be_forgotten_before_a_day_ends_then(title: str) -> None:
    assert last(title).startswith("2026-03-05")


@pytest.mark.parametrize(
    ("title", "until"),
    [
        ("Kostenvoranschlag kommt erst am 22.3., vorher geht nix", date(2026, 3, 22)),
        ("not before Friday", date(2026, 3, 6)),
        ("pas avant le 9 mars", date(2026, 3, 9)),
        ("nicht vor 8, Hausordnung", None),
        ("not before noon", None),
    ],
)
def test_not_before_a_day_is_no_end(title: str, until: date | None) -> None:
    traits = read(title, "")
    assert traits.last_moment is None
    assert (traits.blocked and traits.blocked.value.until) == until


@pytest.mark.parametrize(
    ("title", "days"),
    [
        ("needs 2 days", 2),
        ("order 48 h before", 2),
        ("order 2 days before the party", 0),  # whose day is another
        ("needs 3 working days", 5),
        ("3 Werktage vorher anmelden", 5),
        ("livré en 4 jours ouvrés", 6),
        ("avisar con 2 días de antelación", 2),
        ("commander 48 h avant, par tél", 2),
        ("2日前までに", 2),
        ("allow 6 wks from order", 42),
        ("3 Monate vorher schriftlich", 92),
        ("3 Monate Kündigungsfrist", 92),
        ("2 semaines à l'avance", 14),
        ("met 1 maand van tevoren", 31),
        ("5 days left", 0),
        ("3 weeks ago", 0),
        ("zaterdag 16:30 uur", 0),
    ],
)
def test_how_long_before_is_read(title: str, days: int) -> None:
    traits = read(title, "")
    known = [trait.value.lead for trait in (traits.prepares, traits.last_moment) if trait]
    assert max(known, default=timedelta()) == timedelta(days=days)


CLOCKS = [
    ("send by 5pm ET Friday", "2026-03-06 17:00", "America/New_York"),
    ("due Friday 5pm PT", "2026-03-06 17:00", "America/Los_Angeles"),
    ("by noon UK time on Thursday", "2026-03-05 12:00", "Europe/London"),
    ("registration closes March 9 at 11:59 pm EST", "2026-03-09 23:59", "America/New_York"),
    ("paper, deadline 9 Mar 11:59pm (AoE)", "2026-03-09 23:59", "Etc/GMT+12"),
    ("bis 17 Uhr Londoner Zeit", " 17:00", "Europe/London"),
    ("Frist: Donnerstag 12 Uhr MEZ", "2026-03-05 12:00", "Europe/Berlin"),
    ("avant 18h heure de Montréal", " 18:00", "America/Montreal"),
    ("antes de las 18 h (hora de Lima)", " 18:00", "America/Lima"),
    ("cierra hoy a las 20 h, hora peninsular", " 20:00", "Europe/Madrid"),
    ("明日17時(日本時間)まで", "2026-03-05 17:00", "Asia/Tokyo"),
    ("AVANT 18H ET DEMIE", " 18:00", ""),
    ("train, by 17:00 (Paris)", " 17:00", ""),
]


@pytest.mark.parametrize(("title", "expected", "zone"), CLOCKS)
def test_whose_clock_it_is_on(title: str, expected: str, zone: str) -> None:
    found = read(title, "").last_moment
    assert found
    assert (last(title), found.value.zone) == (expected, zone)


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("office closes today at 8 pm", " 20:00"),
        ("school shuts at 15:30 today, fetch Inês", " 15:30"),
        ("applications close 9 March", "2026-03-09"),
        ("schließt heute um 14 Uhr", " 14:00"),
    ],
)
def test_what_closes_on_one_day_ends_then(title: str, expected: str) -> None:
    traits = read(title, "")
    assert last(title) == expected
    assert traits.hours is None


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


@pytest.mark.parametrize(
    ("text", "on", "at"),
    [
        ("he orders tonight", ADDED, None),
        ("Blumen gießen heute Abend", ADDED, None),
        ("il passe commande ce soir", ADDED, None),
        ("llega esta noche", ADDED, None),
        ("arriva stasera", ADDED, None),
        ("ze komt vanavond", ADDED, None),
        ("chega hoje à noite", ADDED, None),
        ("今夜のうちに", ADDED, None),
        ("the party is tomorrow", ADDED + timedelta(days=1), None),
        ("they come at 15:00", None, time(15)),
        ("kommen um 15 Uhr an", None, time(15)),
        ("orage vers 17 h", None, time(17)),
        ("sai às 16h30", None, time(16, 30)),
        ("the bus leaves 8.45", None, time(8, 45)),
    ],
)
def test_a_moment_that_is_named_is_probably_the_end(
    text: str, on: date | None, at: time | None
) -> None:
    found = read("Note", text).last_moment
    assert found is not None
    assert (found.value, found.confidence) == (LastMoment(on, at), 0.6)
    assert found.quote in text


@pytest.mark.parametrize(
    "text", ["not today", "nicht heute", "takes 2 h", "tarda 24 h", "open 9–17", "after 18:00"]
)
def test_what_is_no_moment_is_not_spoken_of(text: str) -> None:
    assert read("Note", text).last_moment is None


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("tide's back by 3, two trips", time(15)),
        ("home before 6", time(18)),
        ("by 11.", time(11)),
        ("in the hall office til 7", time(19)),
        ("they tow from 8 am", time(8)),
        ("washing from 15:00, they tow", time(15)),
        ("slot locked after 8", time(20)),
        ("pas de machine après 20 h", time(20)),
        ("oggi mar 29 entro le 18", time(18)),
    ],
)
def test_a_bare_number_that_ends_what_is_said_is_a_time(text: str, at: time) -> None:
    found = read("Note", text).last_moment
    assert found is not None
    assert (found.value.at, found.confidence) == (at, 0.9)


@pytest.mark.parametrize("text", ["up by 3 %", "by 2 people", "reduce by 3 kg"])
def test_a_bare_number_of_something_is_none(text: str) -> None:
    assert read("Note", text).last_moment is None
