"""Whose clock hours are on: "8.30–5 NZ time", "9–17 Uhr Londoner Zeit", "9h–18h hora de Lima"."""

from __future__ import annotations

from accounts.profile.zones import find_zone
from agents.understanding.readers.words.lexicon import Line
from agents.understanding.readers.words.ranges import past_filler
from agents.understanding.readers.words.tokens import fold

MOST_WORDS = 5  # tokens of a name: "UTC + 5 : 30"
BRACKETS = {"(": ")", "（": "）"}
# What people write and the database has under another name. Two letters need a word for time.
CODES = {
    "et": "America/New_York",
    "est": "America/New_York",
    "edt": "America/New_York",
    "ct": "America/Chicago",
    "cdt": "America/Chicago",
    "pt": "America/Los_Angeles",
    "pst": "America/Los_Angeles",
    "pdt": "America/Los_Angeles",
    "uk": "Europe/London",
    "bst": "Europe/London",
    "cet": "Europe/Berlin",
    "cest": "Europe/Berlin",
    "mez": "Europe/Berlin",
    "mesz": "Europe/Berlin",
    "jst": "Asia/Tokyo",
    "aest": "Australia/Sydney",
    "aedt": "Australia/Sydney",
    "nzst": "Pacific/Auckland",
    "nzdt": "Pacific/Auckland",
    "peninsular": "Europe/Madrid",
    "canaria": "Atlantic/Canary",
    "aoe": "Etc/GMT+12",  # anywhere on earth: of papers and calls
    "日本": "Asia/Tokyo",
}
# Cities under names that the database does not have: of other languages, or next to one it has.
CITIES = {
    "America/New_York": ("Nueva York", "Nova York", "Nova Iorque", "Boston", "Washington",
                         "Philadelphia", "Atlanta", "Miami", "NYC"),
    "America/Los_Angeles": ("San Francisco", "Seattle", "San Diego"),
    "America/Chicago": ("Houston", "Dallas", "Austin"),
    "America/Toronto": ("Montreal", "Ottawa"),
    "America/Mexico_City": ("México", "Ciudad de México", "CDMX", "Mexiko-Stadt"),
    "America/Sao_Paulo": ("Rio", "Rio de Janeiro", "Brasilia", "San Pablo"),
    "Europe/London": ("Londres", "Londra", "Londen", "Edinburgh", "Manchester"),
    "Europe/Paris": ("Parigi", "Parijs", "París", "Lyon"),
    "Europe/Berlin": ("Berlín", "Berlino", "Berlijn", "Berlim", "München", "Munich", "Hamburg",
                      "Frankfurt"),
    "Europe/Rome": ("Rom", "Roma", "Milano", "Milan", "Mailand"),
    "Europe/Lisbon": ("Lissabon", "Lisboa", "Lisbonne", "Lisbona"),
    "Europe/Madrid": ("Barcelona",),
    "Europe/Vienna": ("Wien", "Vienne", "Viena", "Wenen"),
    "Europe/Zurich": ("Zürich", "Genf", "Genève", "Geneva"),
    "Europe/Moscow": ("Moskau", "Moscou", "Moscú", "Mosca", "Moskou"),
    "Europe/Warsaw": ("Warschau", "Varsovie", "Varsovia", "Varsavia"),
    "Europe/Athens": ("Athen", "Athènes", "Atenas", "Atene", "Athene"),
    "Europe/Istanbul": ("Estambul",),
    "Africa/Cairo": ("Kairo", "Le Caire", "El Cairo"),
    "Asia/Singapore": ("Singapur", "Singapour", "Cingapura", "Singapura"),
    "Asia/Tokyo": ("Tokio", "Tóquio", "Osaka"),
    "Asia/Shanghai": ("Beijing", "Peking", "Pékin", "Pekín", "Pechino", "Shenzhen", "Schanghai"),
    "Asia/Hong_Kong": ("Hongkong",),
    "Asia/Seoul": ("Seúl", "Séoul"),
    "Asia/Kolkata": ("India", "Delhi", "Mumbai", "Bangalore", "Bengaluru", "Chennai"),
    "Pacific/Auckland": ("Wellington",),
}  # fmt: skip
NAMES = {fold(name): zone for zone, names in CITIES.items() for name in names}
# American times, by a word that is one of other things too: at the end of what is said.
AREAS = {"eastern": "America/New_York", "central": "America/Chicago",
         "mountain": "America/Denver", "pacific": "America/Los_Angeles"}  # fmt: skip


def read_zone(line: Line, i: int) -> tuple[str, int]:
    """The IANA name that is said from token i on, and the token after it; "" and i if none is."""
    behind_time, bracket = i, ""
    while line.word(i) and line.word(i) in ",(（":
        bracket = BRACKETS.get(line.word(i), bracket)
        i += 1
    start = line.past(i, "hour_of")
    for end in range(min(start + MOST_WORDS, len(line.tokens)), start, -1):
        said = line.quote(start, end)
        zone = _named(said)
        if zone is None:
            continue
        behind = line.past(end, "time_of")
        is_closed = bracket != "" and line.word(behind) == bracket
        is_said = start > i or behind > end  # a word for time says so
        if said.lower() in AREAS and not line.is_word(behind):
            return zone, behind + is_closed
        is_code = _is_code(said) or (is_closed and said.lower() in CODES)
        if is_said or is_code or _is_behind_half(line, start, said):
            return zone, behind + is_closed
    return "", behind_time


def _is_behind_half(line: Line, i: int, said: str) -> bool:
    """ "5pm ET": two capitals, where "am" or "pm" says that this is a time."""
    return said.isupper() and any(hit.end == i for hit in line.all("am", "pm"))


def _named(said: str) -> str | None:
    """Also as an adjective, as German has it."""
    code = CODES.get(said.lower()) or AREAS.get(said.lower())
    return code or _of_city(said) or _of_city(said.removesuffix("er"))


def _of_city(name: str) -> str | None:
    return find_zone(name) or NAMES.get(fold(name))


def _is_code(said: str) -> bool:
    """Needs no word for time: "EST", "UTC+9"; "Est" is French."""
    letters = said[:3]
    return len(letters) == 3 and letters.isascii() and letters.isalpha() and letters.isupper()


def read_local_zone(line: Line, i: int) -> tuple[str, int] | None:
    """ "9–18 Uhr Ortszeit", and the city that the line names; None if it names none."""
    at = past_filler(line, i)
    local = line.at(at, "local_time")
    if local is None:
        return "", i
    starts = [k for k in range(len(line.tokens)) if line.is_name(k)]
    names = (line.quote(k, end) for k in starts for end in (k + 1, k + 2) if line.is_word(end - 1))
    zone = next((zone for name in names if (zone := _of_city(name))), None)
    return (zone, local.end) if zone else None
