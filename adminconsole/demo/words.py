"""Made-up names, and what made-up people have to do, in English and German."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

FIRST = (
    "Ada", "Ben", "Clara", "David", "Elif", "Finn", "Greta", "Hugo", "Ines", "Jonas", "Kira",
    "Leo", "Mina", "Noah", "Olga", "Paul", "Quinn", "Rosa", "Samir", "Tilda", "Umut", "Vera",
    "Wanda", "Yara", "Zeno",
)  # fmt: skip
LAST = (
    "Adler", "Brook", "Costa", "Dorn", "Engel", "Field", "Grant", "Holm", "Ito", "Jansen", "Keller",
    "Lind", "Moreau", "Novak", "Okafor", "Price", "Rossi", "Sato", "Thorn", "Vogel", "Winter",
)  # fmt: skip
# A zone, a language of oO, and of a hundred people how many live so.
HOMES = (
    ("Europe/Berlin", "de", 38),
    ("Europe/Vienna", "de", 8),
    ("Europe/Zurich", "de", 6),
    ("Europe/London", "en", 14),
    ("America/New_York", "en", 14),
    ("America/Los_Angeles", "en", 8),
    ("Asia/Tokyo", "en", 4),
    ("Australia/Sydney", "en", 4),
    ("Asia/Kolkata", "en", 4),
)
ROLES = {"en": ("", "Nurse", "Teacher", "Developer"), "de": ("", "Ärztin", "Lehrer", "Student")}


@dataclass(frozen=True, slots=True, eq=False)
class Chore:
    """A task as somebody writes it down."""

    titles: Mapping[str, str]  # by language
    project: str = ""
    minutes: int | None = None
    priority: int = 1
    every: str = ""  # its recurrence, in the source's words


def _chore(en: str, de: str, *, project: str = "", minutes: int | None = None,
           priority: int = 1, every: str = "") -> Chore:  # fmt: skip
    return Chore({"en": en, "de": de}, project, minutes, priority, every)


CHORES = (
    _chore("Pay the rent", "Miete überweisen", project="Home", minutes=5, priority=4),
    _chore("Call the dentist", "Zahnarzt anrufen", project="Health", minutes=10, priority=3),
    _chore("Water the plants", "Blumen gießen", project="Home", minutes=10, every="every 3 days"),
    _chore("Take out the rubbish", "Müll hinausbringen", project="Home", minutes=5,
           every="every week"),
    _chore("Answer Anna about the offer", "Anna wegen des Angebots antworten", project="Work",
           minutes=15, priority=3),
    _chore("Write the report for March", "Bericht für März schreiben", project="Work", minutes=90,
           priority=2),
    _chore("Buy a birthday present", "Geburtstagsgeschenk kaufen", project="Family", minutes=45),
    _chore("Renew the passport", "Reisepass verlängern", minutes=60, priority=2),
    _chore("Book the train to Hamburg", "Zug nach Hamburg buchen", project="Travel", minutes=15),
    _chore("Read chapter four", "Kapitel vier lesen", project="Study", minutes=40),
    _chore("Send the invoice", "Rechnung verschicken", project="Work", minutes=10, priority=3),
    _chore("Review the draft", "Entwurf durchsehen", project="Work", minutes=30, priority=2),
    _chore("Fetch the parcel", "Paket abholen", minutes=20),
    _chore("Fix the bicycle", "Fahrrad reparieren", project="Home", minutes=60),
    _chore("Plan the week", "Woche planen", project="Work", minutes=20, every="every monday"),
    _chore("Cancel the subscription", "Abo kündigen", minutes=10, priority=4),
    _chore("Back up the laptop", "Laptop sichern", minutes=15, every="every month"),
    _chore("Ask Tom for the keys", "Tom nach den Schlüsseln fragen", project="Family", minutes=5),
    _chore("Cook for Sunday", "Für Sonntag kochen", project="Family", minutes=60),
    _chore("Prepare the slides", "Folien vorbereiten", project="Work", minutes=75, priority=3),
    _chore("Get the vaccination", "Impfung auffrischen", project="Health", minutes=30),
    _chore("Declutter the drawer", "Schublade ausmisten", project="Home", minutes=20),
    _chore("Write to grandmother", "Oma schreiben", project="Family", minutes=25),
    _chore("Compare electricity tariffs", "Stromtarife vergleichen", project="Home", minutes=40),
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Meeting:
    titles: Mapping[str, str]  # by language
    lasts: timedelta
    attendees: int | None


def _meeting(en: str, de: str, minutes: int, attendees: int | None) -> Meeting:
    return Meeting({"en": en, "de": de}, timedelta(minutes=minutes), attendees)


MEETINGS = (
    _meeting("Team weekly", "Teamrunde", 60, 7),
    _meeting("Design review", "Entwurfsbesprechung", 45, 4),
    _meeting("Lunch with Mia", "Mittagessen mit Mia", 60, 2),
    _meeting("One-on-one", "Vier-Augen-Gespräch", 30, 2),
    _meeting("Yoga", "Yoga", 75, None),
    _meeting("Parents' evening", "Elternabend", 90, 12),
    _meeting("Physiotherapy", "Physiotherapie", 40, None),
    _meeting("Planning", "Planung", 60, 5),
)
# A model's words for a tip, around its title.
WORDED = {
    "en": ("A good moment for this: {}.", "Before anything else comes: {}.", "Now it fits: {}."),
    "de": ("Jetzt passt es gut: {}.", "Bevor etwas dazwischenkommt: {}.", "Zeit dafür: {}."),
}
DEVICES = ("Firefox", "Chrome", "Safari", "Chrome, Android")
