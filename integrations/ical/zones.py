"""Which time zone a TZID means: a name everybody knows, a Windows name, or the file's own.

icalendar keeps the zones that files describe in one cache for the whole process, where the zone
of one person would change the calendar of another. So each file gets a resolver of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta, tzinfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

from integrations.ical.blocks import Block
from integrations.ical.limits import MAX_ZONE_NAMES, MAX_ZONES, Budget
from integrations.ical.rules import build_rule
from integrations.ical.zone_names import find_known, guess, key_of

MAX_OBSERVANCES = 200
MAX_OBSERVANCE_RULES = 10
OBSERVANCES = {"STANDARD": TimezoneStandard, "DAYLIGHT": TimezoneDaylight}
NEEDED = ("DTSTART", "TZOFFSETTO", "TZOFFSETFROM", "TZNAME", "RRULE", "RDATE")


class Zones:
    """The zones of one file."""

    def __init__(self, blocks: Iterable[Block]) -> None:
        self._blocks = {key_of(block.value("TZID")): block for block in blocks}
        self._found: dict[str, tzinfo | None] = {}
        self._made = 0

    def find(self, name: str) -> tzinfo | None:
        """None for a name that nobody knows and the file does not describe."""
        if name not in self._found and len(self._found) < MAX_ZONE_NAMES:
            self._found[name] = self._look(name)
        return self._found.get(name)

    def _look(self, name: str) -> tzinfo | None:
        block = self._blocks.get(key_of(name))
        known = find_known(name)
        if known is None and block:
            known = find_known(block.value("X-LIC-LOCATION"))
        if known or block is None or self._made >= MAX_ZONES:
            return known or guess(name)
        self._made += 1
        try:
            return _build(block)
        except Exception:  # whatever it is that is wrong with it, its name is what is left
            return guess(name)


def _build(block: Block) -> tzinfo:
    """Raises whatever icalendar and dateutil raise, and ValueError for what would take long."""
    inner = [each for each in block.blocks if each.name in OBSERVANCES]
    rules = [each.value("RRULE") for each in inner]
    if (
        not inner
        or len(inner) > MAX_OBSERVANCES
        or len(rules) - rules.count("") > (MAX_OBSERVANCE_RULES)
    ):
        raise ValueError
    zone = Timezone()
    zone.add("TZID", "own")
    for each, rule in zip(inner, rules, strict=True):
        if rule:
            _check_rule(rule, each.value("DTSTART"))
        zone.add_component(OBSERVANCES[each.name].from_ical(_text(each)))
    made: tzinfo = zone.to_tz(lookup_tzid=False)
    made.utcoffset(datetime(2026, 1, 1))
    return made


def _check_rule(text: str, start: str) -> None:
    """dateutil walks a rule year by year: it has to be a yearly one that does match."""
    first = datetime.strptime(start[:15], "%Y%m%dT%H%M%S")
    rule = build_rule(text.split(";UNTIL=")[0], first, Budget())
    if rule.freq != "YEARLY" or not rule.between(first, first + timedelta(days=366 * 9)):
        raise ValueError


def _text(block: Block) -> str:
    lines = [
        line for line in block.lines if line.replace(";", ":").partition(":")[0].upper() in NEEDED
    ]
    return "\r\n".join((f"BEGIN:{block.name}", *lines, f"END:{block.name}", ""))
