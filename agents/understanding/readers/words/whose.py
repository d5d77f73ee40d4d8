"""Whose clock hours are on: "8.30–5 NZ time", "9–17 Uhr Londoner Zeit", "9h–18h hora de Lima"."""

from __future__ import annotations

from accounts.profile.zones import find_zone
from agents.understanding.readers.words.lexicon import Line

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
        is_code = _is_code(said) or (is_closed and said.lower() in CODES)
        if is_said or is_code or _is_behind_half(line, start, said):
            return zone, behind + is_closed
    return "", behind_time


def _is_behind_half(line: Line, i: int, said: str) -> bool:
    """ "5pm ET": two capitals, where "am" or "pm" says that this is a time."""
    return said.isupper() and any(hit.end == i for hit in line.all("am", "pm"))


def _named(said: str) -> str | None:
    """Also as an adjective, as German has it."""
    return CODES.get(said.lower()) or find_zone(said) or find_zone(said.removesuffix("er"))


def _is_code(said: str) -> bool:
    """Needs no word for time: "EST", "UTC+9"; "Est" is French."""
    letters = said[:3]
    return len(letters) == 3 and letters.isascii() and letters.isalpha() and letters.isupper()
