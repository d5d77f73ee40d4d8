"""Hours as people write them who know of no reader: short, turned around, with exceptions."""

from __future__ import annotations

from datetime import date

import pytest

from agents.traits import WEEK, Hours, TaskWords
from agents.understanding.readers.words import WordsReader

ADDED = date(2026, 3, 4)  # a Wednesday


def hours(title: str) -> Hours | None:
    found = WordsReader().read_task(TaskWords(title, added_on=ADDED)).hours
    return found.value if found else None


def said(title: str) -> str:
    """ "01234 08:00-12:00, 5 09:00-13:00"; the whole week is "all"."""
    found = hours(title)
    spans = found.spans if found else ()
    return ", ".join(
        f"{'all' if s.days == WEEK else ''.join(map(str, sorted(s.days)))} "
        f"{s.start:%H:%M}-{s.end:%H:%M}"
        for s in spans
    )


RANGES = [
    ("tyre shop Mon-Fri 8.30-12 & 1-5", "01234 08:30-12:00, 01234 13:00-17:00"),
    ("Baumarkt Mo-Fr 7-12.30 u. 13.30-18, Sa 8-13",
     "01234 07:00-12:30, 01234 13:30-18:00, 5 08:00-13:00"),
    ("depot, wkdays 7am-5pm, sats 8-1, never sundays", "01234 07:00-17:00, 5 08:00-13:00"),
    ("mercería lun-vie 10-14 y 17-20", "01234 10:00-14:00, 01234 17:00-20:00"),
    ("droguerie mar-sam 9h-12h et 14h-18h30", "12345 09:00-12:00, 12345 14:00-18:30"),
    ("fietsenmaker di-vr 9-12 en 13-17 uur", "1234 09:00-12:00, 1234 13:00-17:00"),
    ("ward clerk only answers 0715-1845", "all 07:15-18:45"),
    ("charity shop, sats n suns only, 10 til 3", "56 10:00-15:00"),
    ("registro 8 a 13h, l-v", "01234 08:00-13:00"),
    ("canteen Mon-Fri 7:30a-2:30p", "01234 07:30-14:30"),
    ("seed swap Mon-Fri 2-5", "01234 14:00-17:00"),
]  # fmt: skip
TURNED = [
    ("hoover the stairs, NOT after 8pm - the baby", "all 00:00-20:00"),
    ("practise scales, not before 10 and not after 8", "all 10:00-20:00"),
    ("dryer is free before 6am or after 10pm", "all 00:00-06:00, all 22:00-00:00"),
    ("text Lou, he isn't up until 10am and is in bed by 8pm", "all 10:00-20:00"),
    ("vor 9 schläft er noch, ab 21h geht er nicht mehr ran", "all 09:00-21:00"),
    ("niet voor 8u en niet na 21u boren", "all 08:00-21:00"),
    ("sierra: no antes de las 9 h", "all 09:00-00:00"),
    ("percer, jamais après 19h", "all 00:00-19:00"),
    ("solo dopo le 18, tranne il venerdì", "012356 18:00-00:00"),
]
JOINED = [
    ("don't saw before 8 or after 6pm", "all 08:00-18:00"),
    ("don't text her after 10pm", "all 00:00-22:00"),
    ("pas avant 9h ni après 19h", "all 09:00-19:00"),
    ("no tocar antes de las 11 ni después de las 21", "all 11:00-21:00"),
    ("não tocar antes das 8 nem depois das 20", "all 08:00-20:00"),
    ("ask Jo weekdays after 7pm", "01234 19:00-00:00"),
    ("he works until 4pm", "all 16:00-00:00"),
    ("kiln free 6-8am and 7-9pm", "all 06:00-08:00, all 19:00-21:00"),
    ("chiuso il martedì, 8-12 e 15-18.30", "023456 08:00-12:00, 023456 15:00-18:30"),
    ("standpipe on Mon Wed Fri 6-8am", "024 06:00-08:00"),
    ("quiet hours 22-6", "all 06:00-22:00"),
]
BREAKS = [
    ("cobbler shuts for lunch 1-2", "all 00:00-13:00, all 14:00-00:00"),
    ("el estanco cierra de 14 a 17", "all 00:00-14:00, all 17:00-00:00"),
    ("mow, baby asleep between 12:30 and 2", "all 00:00-12:30, all 14:00-00:00"),
    ("der Opa schläft zw. halb eins und 14 Uhr", "all 00:00-12:30, all 14:00-00:00"),
    ("livrer, pas entre 12h et 14h", "all 00:00-12:00, all 14:00-00:00"),
    ("Kiosk Mo-Fr 8-18 Uhr, Mittagspause 12-13 Uhr", "01234 08:00-12:00, 01234 13:00-18:00"),
]
EXCEPTIONS = [
    ("parcel hatch 8-11am not saturdays", "012346 08:00-11:00"),
    ("library Mon-Sat 10-6, except Weds", "01345 10:00-18:00"),
    ("bank Mon-Fri 9.30-4, except tues from half 10", "0234 09:30-16:00, 1 10:30-16:00"),
    ("só depois das 18h30, menos quinta", "012456 18:30-00:00"),
    ("nurse only there Mon and Wed from 14", "02 14:00-00:00"),
    ("he only does Tuesdays & Thursdays", "13 00:00-00:00"),
]
GROUPS = [
    ("Standesamt Mo-Fr 8-12, Do auch 14-17", "01234 08:00-12:00, 3 14:00-17:00"),
    ("Wertstoffhof Di-Fr 9-16\nSa ab 8", "1234 09:00-16:00, 5 08:00-00:00"),
    ("tip 8-6 Mon-Fri, 8-1 Sat", "01234 08:00-18:00, 5 08:00-13:00"),
    ("baths: weekdays from 7.30am, Sundays from 10", "01234 07:30-00:00, 6 10:00-00:00"),
    ("Thu-Sun, doors at 7pm", "3456 19:00-00:00"),
    ("studio free Mon & Thu evenings 6-9", "03 18:00-21:00"),
    ("weekday mornings 9-11", "01234 09:00-11:00"),
    ("alleen do na 15u of in het weekend", "3 15:00-00:00, 56 00:00-00:00"),
    ("kiosk mon-sat 8-8", "012345 08:00-20:00"),
    ("tutor T/Th 2-3:30", "13 14:00-15:30"),
    ("pool MWF 6-8am", "024 06:00-08:00"),
    ("Bürgertelefon 8-19 Uhr, Sa 9-13", "012346 08:00-19:00, 5 09:00-13:00"),
    ("Beratung Mo 15-17 und Mi 9-12", "0 15:00-17:00, 2 09:00-12:00"),
    ("papelería L-V 9-14, S 10-13:30", "01234 09:00-14:00, 5 10:00-13:30"),
    ("quincaillerie lun-ven 9h-12h 14h-18h", "01234 09:00-12:00, 01234 14:00-18:00"),
    ("estanco de 9 a 13:30 y de 17 a 20", "all 09:00-13:30, all 17:00-20:00"),
    ("Lou works Mon Wed Sat", "025 00:00-00:00"),
    ("shed key: after 7pm and weekends", "all 19:00-00:00, 56 00:00-00:00"),
]
CHEAP = [
    ("Trockner, Nachttarif 22-6, Sonntag ganztags", "all 22:00-06:00, 6 00:00-00:00"),
    ("lavadora tarifa valle 0-8, findes todo el día", "all 00:00-08:00, 56 00:00-00:00"),
    ("stirare, fascia bassa 23-7", "all 23:00-07:00"),
    ("standpipe 5-7 am and 6-7 pm only", "all 05:00-07:00, all 18:00-19:00"),
]
SHUT = [
    ("il mercato di lunedì non apre", "123456 00:00-00:00"),
    ("Montags hat der Laden zu", "123456 00:00-00:00"),
    ("Freibad 9-20 Uhr, montags zu", "123456 09:00-20:00"),
    ("Labor Mo-Fr 7-11, Do zu", "0124 07:00-11:00"),
    ("ring Ben, he is out between 1 and 2", "all 00:00-13:00, all 14:00-00:00"),
    ("chemist closes 1-2 for lunch", "all 00:00-13:00, all 14:00-00:00"),
    ("salon 9-5.30, closed Mon and Tue", "23456 09:00-17:30"),
    ("Opa schläft bis 10", "all 10:00-00:00"),
    ("dentist 8-5, lunch break 12-1", "all 08:00-12:00, all 13:00-17:00"),
    ("shed keys: Mo naps 1 til 3ish pm", "all 00:00-13:00, all 15:00-00:00"),
]
REACHED = [
    ("Frau Kern, bis 17 Uhr erreichbar", "all 00:00-17:00"),
    ("appeler Luc, joignable jusqu'à 18h", "all 00:00-18:00"),
    ("barge from 7.15am, last one 8.45pm", "all 07:15-20:45"),
    ("bonfire after 6pm, mon-thu", "0123 18:00-00:00"),
]
NEVER = [
    ("sand the floor, never during nap 1-3pm", "all 00:00-13:00, all 15:00-00:00"),
    ("trapano mai tra le 13 e le 15", "all 00:00-13:00, all 15:00-00:00"),
    ("saw wood but never between 12 and 2", "all 00:00-12:00, all 14:00-00:00"),
    ("help desk is mon-fri 8 to 4, nobody there 12-1", "01234 08:00-12:00, 01234 13:00-16:00"),
    ("clinic Mon-Fri 9am-5pm, lunch 1-2", "01234 09:00-13:00, 01234 14:00-17:00"),
    ("dump 8am-4pm, no Mondays", "123456 08:00-16:00"),
    ("dropoff 9a-5p Mon-Fri, Sat 10a-2p", "01234 09:00-17:00, 5 10:00-14:00"),
    ("dump opens Wed Fri Sun 10-2", "246 10:00-14:00"),
]
BESIDE = [
    ("no sawing before 8 or after 7 because of the baby", "all 08:00-19:00"),
    ("ring Jo after 6 when she's home", "all 18:00-00:00"),
    ("water roses b4 8am or after 7pm", "all 00:00-08:00, all 19:00-00:00"),
    ("Opa nur nach den Nachrichten (19:20) anrufen", "all 19:20-00:00"),
    ("voir Mme Petit, là que le jeudi après 14h", "3 14:00-00:00"),
    ("oma bellen voor 9 uur 's avonds want daarna slaapt ze", "all 00:00-21:00"),
    ("catch the vet before 9am, out on calls after that", "all 00:00-09:00"),
    ("guard on duty 8pm to 4am", "all 20:00-04:00"),
    ("aunt in Perth: 8-10am is when she picks up", "all 08:00-10:00"),
    ("farm shop Sats 9 to 1 is all they do", "5 09:00-13:00"),
    ("visiting hours 2-4", "all 14:00-16:00"),
]
LESS = [
    ("Jen doesnt work Mondays", "123456 00:00-00:00"),
    ("Frau Kurz arbeitet freitags nicht", "012356 00:00-00:00"),
    ("donnerstags ab 13 Uhr zu", "012456 00:00-00:00, 3 00:00-13:00"),
    ("surgery closed Wed from 1pm", "013456 00:00-00:00, 2 00:00-13:00"),
    ("Praxis Mo-Fr 8-17 Uhr, Mi ab 12 zu", "0134 08:00-17:00, 2 08:00-12:00"),
    ("closed Wed afternoons, otherwise Mon-Fri 9-5", "0134 09:00-17:00, 2 09:00-12:00"),
    ("Mittwochnachmittag geschlossen", "013456 00:00-00:00, 2 00:00-12:00"),
    ("Bohren: Mittagsruhe 12-14 Uhr und ab 19 Uhr", "all 00:00-12:00, all 14:00-19:00"),
    ("Laden: Mo geschl., sonst 9-18 Uhr", "123456 09:00-18:00"),
    ("library closed mon, else 10am-5pm", "123456 10:00-17:00"),
    ("bank counter timing 10.00 to 3.30, weekly off sun", "012345 10:00-15:30"),
]
STRANGERS = (
    RANGES
    + TURNED
    + JOINED
    + BREAKS
    + EXCEPTIONS
    + GROUPS
    + CHEAP
    + SHUT
    + REACHED
    + NEVER
    + BESIDE
    + LESS
)


@pytest.mark.parametrize(("title", "expected"), STRANGERS)
def test_hours_of_strangers_are_read(title: str, expected: str) -> None:
    assert said(title) == expected


@pytest.mark.parametrize(
    "title",
    [
        "draw the poster: jumble sale Sat 10-16",
        "Aushang: Sa 9-12 Uhr Flohmarkt",
        "years 2019-2021",
        "essay 1000-1200 words",
        "get 7-8h sleep",
        "house no 9-12",
        "tent sleeps 6-8",
        "shut 1-2 today",
        "after 6 or 8 weeks",
        "buy only 5-6 apples",
        "lunch 12:30-13:30 with Ann",
        "dort 9-12 Leute fragen",
        "coins 10p-50p",
        "we 3-5 people",
        "riunione da 9:00 a 12:00",
        "ring Kim, 9-18 Uhr Ortszeit",
        "Mittwochs geschlossen, sonst 9-18",
        "antes das 19h, senão já não atendem",
        "closed Mon 9-12",
        "true or false T/F 10-20",
        "by Monday the office is closed",
        "doors 3-4 need paint",
        "Mon-Fri 9-5, Sat 10",
        "trip 5-7 May only",
        "text 9-12 friends",
        "Mi zu Hause bleiben",
        "call Jo between 6 and 7",
        "trip 4-6 May, 3-1",
        "Ruhezeiten 12-14 und ab 20 Uhr",
        "don't ring after 8 and Sundays",
        "meeting 3-5pm only",
        "shift Sat 8-4",
        "Schicht Sa 8-16 Uhr tauschen",
        "babysit for Jo fri 6-10pm",
        "réunion mardi 14h-16h",
        "gym Tue 6-7pm with Al",
        "flat to look at Sat 10-10:30am",
        "I'm on duty 10pm-6am",
        "2-4pm works for me",
        "never buy 3-5pm tickets",
        "no parking mon-fri 8-6",
        "stay in for plumber tues 8-12",
        "send report before 5pm, after that she can sign",
        "Handwerker 8-12 Uhr im Haus",
        "conference Mon-Wed 9-5",
        "timesheet: Mon 9-5, Tue 9-3",
        "change opening times on the door to Mon-Sat 9-6",
        "Öffnungszeiten auf der Website ändern: Mo-Fr 9-18 Uhr",
        "aggiornare orari sul sito: lun-sab 9-13",
        'write "Mon-Fri 9-5" on the door',
    ],
)
def test_these_are_no_hours(title: str) -> None:
    assert said(title) == ""


def test_a_denial_that_is_not_understood_opens_nothing() -> None:
    for title in ("after 8pm he doesn't, not really", "ab 20 Uhr ist da nicht offen"):
        found = hours(title)
        assert found is None or not found.spans


def test_a_local_clock_is_that_of_the_city_beside_it() -> None:
    found = hours("Filiale in Toronto anrufen, 9-18 Uhr Ortszeit")
    assert found
    assert found.zone == "America/Toronto"


def test_what_is_to_be_written_on_something_opens_nothing() -> None:
    words = TaskWords("Make a poster for the open day", "Sat 10-16, cake 2 pounds")
    assert WordsReader().read_task(words).hours is None
