"""Who is invited to an entry, and by whom: counted and compared here, and handed on by nobody.

Guest lists are most of many files. The parser of the other lines costs nine times as much for each,
and gives up where programs are careless: a colon in a name, a quote that does not end.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from integrations.ical.limits import MAX_GUESTS, MAX_LINE

NAME = re.compile(r"\s*(ATTENDEE|ORGANIZER)\s*(?=[;:])", re.IGNORECASE)
# No two parts of it can begin with the same letter, so it is linear in the length of a line.
PARAMETER = re.compile(r';\s*([A-Za-z0-9-]+)\s*=((?:"[^"]*"|[^";:])*)')
THINGS = frozenset({"ROOM", "RESOURCE"})


@dataclass(frozen=True, slots=True)
class Guests:
    """people     how many are named and have not declined, the person too where they are named; a
               room is nobody, a group is one. None: nobody is named, not even who declined
    declined   addresses of those, in small letters
    organiser  an address in small letters; "" when none is told
    """

    people: int | None
    declined: frozenset[str]
    organiser: str


def read_guests(lines: Iterable[str]) -> Guests:
    """Reads MAX_GUESTS lines of guests, and leaves out those longer than MAX_LINE."""
    people: set[str] = set()
    declined: set[str] = set()
    organiser, read = "", 0
    for line in lines:
        name = NAME.match(line)
        if name is None or len(line) > MAX_LINE:
            continue
        if name[1].upper() == "ORGANIZER":
            organiser = organiser or _address(line, _parameters(line))
        elif read < MAX_GUESTS:
            read += 1
            found = _parameters(line)
            address = _address(line, found)
            if found.get("PARTSTAT") == "DECLINED":
                declined.add(address)
            elif found.get("CUTYPE") not in THINGS:
                # Some have no address: their name has to tell them apart.
                people.add(address or line)
    return Guests(len(people - declined) if read else None, frozenset(declined), organiser)


def _parameters(line: str) -> dict[str, str]:
    found = ((name, value.replace('"', "").strip()) for name, value in PARAMETER.findall(line))
    return {name.upper(): value.upper() for name, value in found}


def _address(line: str, parameters: dict[str, str]) -> str:
    """What follows the last "mailto:", which some leave out, or else the parameter EMAIL."""
    written = line.lower().rpartition(":")[2].strip()
    if "@" not in written or '"' in written:
        written = parameters.get("EMAIL", "").lower().removeprefix("mailto:")
    return written
