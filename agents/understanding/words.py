"""What was understood, in sentences, each with the words that it comes from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import Any

from agents.timing.needs import is_certain
from agents.traits import (
    Blocked,
    Door,
    Energy,
    EventKind,
    EventTraits,
    Hours,
    LastMoment,
    Noise,
    Origin,
    Place,
    Prepares,
    Span,
    Stakes,
    Traits,
)
from oo.lib.words import Words, clock_of, day_of_week, first_clock_of, gettext_lazy, length
from oo.lib.words import day as written_day
from oo.lib.words import gettext as _
from oo.lib.zones import place_of

PLACES: Mapping[Place, Words] = {
    Place.ANYWHERE: gettext_lazy("Can be done anywhere"),
    Place.PHONE: gettext_lazy("Needs a phone"),
    Place.COMPUTER: gettext_lazy("Needs a computer"),
    Place.HOME: gettext_lazy("Can be done at home"),
    Place.ERRAND: gettext_lazy("Is an errand"),
    Place.OUTDOORS: gettext_lazy("Needs daylight"),
    Place.WITH_SOMEBODY: gettext_lazy("Needs somebody else"),
}
DOORS: Mapping[Door, Words] = {
    Door.OFFICE: gettext_lazy("Only in office hours"),
    Door.SHOP: gettext_lazy("Only while shops are open"),
    Door.PEOPLE: gettext_lazy("Not while people sleep"),
    Door.OWN: gettext_lazy("At any hour"),
}
STAKES: Mapping[Stakes, Words] = {
    Stakes.NONE: gettext_lazy("No harm if it is missed"),
    Stakes.NUISANCE: gettext_lazy("A nuisance when it is missed"),
    Stakes.MONEY: gettext_lazy("Money is at stake"),
    Stakes.HEALTH: gettext_lazy("Health is at stake"),
    Stakes.PEOPLE: gettext_lazy("Matters to somebody"),
    Stakes.WORK: gettext_lazy("Matters at work"),
}
ENERGY: Mapping[Energy, Words] = {
    Energy.LOW: gettext_lazy("Fine when you are tired"),
    Energy.NORMAL: gettext_lazy("Needs ordinary attention"),
    Energy.DEEP: gettext_lazy("Needs quiet to think"),
}
NOISES: Mapping[Noise, Words] = {
    Noise.ORDER: gettext_lazy("Speaks to a program, not to you"),
    Noise.MARKUP: gettext_lazy("Is written for a program"),
    Noise.DEBRIS: gettext_lazy("Was left behind by a program"),
    Noise.SHOUT: gettext_lazy("Shouts"),
    Noise.ADVERT: gettext_lazy("Looks like advertising or fraud"),
}
KINDS: Mapping[EventKind, Words] = {
    EventKind.MEETING: gettext_lazy("A meeting"),
    EventKind.FOCUS: gettext_lazy("Undisturbed time"),
    EventKind.TRAVEL: gettext_lazy("A journey"),
    EventKind.DRIVING: gettext_lazy("At the wheel"),
    EventKind.AWAY: gettext_lazy("Days off"),
    EventKind.HOLIDAY: gettext_lazy("A public holiday"),
    EventKind.CEREMONY: gettext_lazy("A ceremony"),
    EventKind.SLEEP: gettext_lazy("Sleep"),
    EventKind.MARKER: gettext_lazy("Takes no time of the day"),
}


@dataclass(frozen=True, slots=True)
class Said:
    trait: str  # a field of Traits or EventTraits
    sentence: str
    quote: str
    is_persons: bool


def sentences(traits: Traits | EventTraits) -> Iterator[Said]:
    """What is known, in the order of the schema, in the language that is active."""
    for field in fields(traits):
        trait = getattr(traits, field.name)
        if trait is not None:
            is_persons = trait.origin is Origin.PERSON
            # What a reader took for the name of it stands in the quote, in the words of the row.
            value = "" if field.name == "unblocks" and not is_persons else trait.value
            sentence = SAY[field.name](value)
            if field.name == "last_moment" and not is_certain(trait):
                # "The Friday update": a day is named, and nothing says that it is the last.
                sentence = _("Perhaps: %(sentence)s") % {"sentence": sentence}
            yield Said(field.name, sentence, trait.quote, is_persons)


def _hours(hours: Hours) -> str:
    if not hours.spans:
        return str(DOORS[hours.door])
    spans = ", ".join(_span(span) for span in hours.spans)
    return _("Possible %(hours)s") % {"hours": _on_clock(spans, hours.zone)}


def _on_clock(when: str, zone: str) -> str:
    """Says whose clock it is, if it is not the person's."""
    if not zone:
        return when
    # Translators: a time, and the city whose clock it is on: "Friday 17:00 (New York time)".
    return _("%(when)s (%(place)s time)") % {"when": when, "place": place_of(zone)}


def _span(span: Span) -> str:
    # Translators: from one time of day to another.
    clock = _("%(start)s to %(end)s") % {
        "start": first_clock_of(span.start),
        "end": clock_of(span.end),
    }
    if len(span.days) == 7:
        return clock
    return f"{_days(sorted(span.days))} {clock}"


def _days(days: list[int]) -> str:
    """Monday is 0. Three and more in a row are said by the first and the last."""
    names = [day_of_week(date(2026, 6, 1 + day)) for day in days]
    if len(days) > 2 and days[-1] - days[0] == len(days) - 1:
        # Translators: from one day of the week to another.
        return _("%(first)s to %(last)s") % {"first": names[0], "last": names[-1]}
    return " ".join(names)


def _last_moment(last: LastMoment) -> str:
    day = _last_day(last.on, last) if last.on else ""
    when = " ".join(filter(None, [day, clock_of(last.at) if last.at else ""]))
    if not when:
        return _("Not after the day on which it is due")
    return _("Not after %(when)s") % {"when": _on_clock(when, last.zone)}


def _last_day(on: date, last: LastMoment) -> str:
    """As it was written: which week or month is meant, its due date tells as well."""
    if last.is_of_month:
        return _("day %(number)d of the month") % {"number": on.day}
    return day_of_week(on) if last.is_of_week else written_day(on)


def _blocked(blocked: Blocked) -> str:
    day = written_day(blocked.until) if blocked.until else ""
    if day and blocked.by:
        return _("Cannot be done before %(day)s, and waits for %(what)s") % {
            "day": day,
            "what": blocked.by,
        }
    if day:
        return _("Cannot be done before %(day)s") % {"day": day}
    if blocked.by:
        return _("Waits for %(what)s") % {"what": blocked.by}
    return _("Waits for something else")


def _waits(who: str) -> str:
    return _("%(who)s waits for it") % {"who": who} if who else _("Somebody is waiting for it")


def _unblocks(what: str) -> str:
    if what:
        return _("Once it is done, this can go on: %(what)s") % {"what": what}
    return _("Something else can go on once it is done")


def _prepares(prepares: Prepares) -> str:
    if prepares.kind is EventKind.TRAVEL:
        return _("Before the next journey")
    if not prepares.what:
        return _("Needs %(length)s of lead time") % {"length": length(prepares.lead)}
    return _("For “%(title)s”") % {"title": prepares.what}


def _obsolete(day: date) -> str:
    return _("Of no use after %(day)s") % {"day": written_day(day)}


def _leave(before: timedelta) -> str:
    return _("Leave %(length)s before") % {"length": length(before)}


SAY: Mapping[str, Callable[[Any], str]] = {
    "hours": _hours,
    "last_moment": _last_moment,
    "obsolete_after": _obsolete,
    "blocked": _blocked,
    "waits": _waits,
    "unblocks": _unblocks,
    "place": lambda place: str(PLACES[place]),
    "stakes": lambda stakes: str(STAKES[stakes]),
    "effort": lambda span: _("Takes about %(length)s") % {"length": length(span)},
    "energy": lambda energy: str(ENERGY[energy]),
    "prepares": _prepares,
    "someday": lambda is_so: _("For someday") if is_so else _("Not for someday"),
    "noise": lambda noise: str(NOISES[noise]),
    "kind": lambda kind: str(KINDS[kind]),
    "may_interrupt": lambda may: _("May be interrupted") if may else _("Not to be interrupted"),
    "leave_by": _leave,
}
