"""The words of plug-ins, in one idiom: gettext_lazy, and the same ways to say a moment or a length.

A manifest is read in whichever language is active then. This is the only part of Django that what
decides may know (see "pure" in .importlinter).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

from django.utils import timezone, translation
from django.utils.formats import date_format, number_format
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as translate
from django.utils.translation import ngettext as translate_number

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from django.utils.functional import _StrPromise

__all__ = [
    "AS_THE_LANGUAGE",
    "Formats",
    "Words",
    "clock",
    "clock_of",
    "day",
    "day_and_clock",
    "day_of_week",
    "first_clock",
    "first_clock_of",
    "full_day",
    "full_moment",
    "gettext",
    "gettext_lazy",
    "length",
    "ngettext",
    "number",
    "told_to",
    "written_as",
]

Words: TypeAlias = "str | _StrPromise"


@dataclass(frozen=True, slots=True)
class Formats:
    """How a person writes times and dates, in whichever language; "": as the language does."""

    clock: str = ""  # 12 or 24
    dates: str = ""  # dmy, mdy or ymd


AS_THE_LANGUAGE = Formats()
_formats: ContextVar[Formats] = ContextVar("formats", default=AS_THE_LANGUAGE)
_language: ContextVar[str | None] = ContextVar("language", default=None)  # see told_to
# Per format of Django, by what was chosen. A day without its year is the same in any language.
_CLOCKS = {"12": "P", "24": "H:i"}
_FORMATS = {
    "TIME_FORMAT": _CLOCKS,
    "DATE_FORMAT": {"dmy": "j F Y", "mdy": "F j, Y", "ymd": "Y-m-d"},
    "MONTH_DAY_FORMAT": {"dmy": "j F", "mdy": "F j", "ymd": "m-d"},
}
# German writes a dot behind the day, whoever chose the order, and "Uhr" behind 14:30: a sentence
# cannot, which does not know whether it gets "2:30 nachm.".
_UHR = r"H:i \U\h\r"
_GERMAN = {
    "TIME_FORMAT": {"": _UHR, "12": "P", "24": _UHR},
    "DATE_FORMAT": {"dmy": "j. F Y", "mdy": "F j, Y", "ymd": "Y-m-d"},
    "MONTH_DAY_FORMAT": {"dmy": "j. F", "mdy": "F j", "ymd": "m-d"},
}


@contextmanager
def written_as(formats: Formats) -> Iterator[None]:
    """Times and dates are written so until the end, as the zone and the language are overridden."""
    token = _formats.set(formats)
    try:
        yield
    finally:
        _formats.reset(token)


@contextmanager
def told_to(zone: ZoneInfo, locale: str, formats: Formats) -> Iterator[None]:
    """As one person reads it, until the end: their zone, their language, their formats.

    No other language may be active within: which it is, is asked of Django once, and not for each
    of the dozens of sentences that a look at somebody says.
    """
    token = _language.set(locale)
    try:
        with timezone.override(zone), translation.override(locale), written_as(formats):
            yield
    finally:
        _language.reset(token)


def _active() -> str | None:
    return _language.get() or get_language()


def gettext(message: str) -> str:
    """In the active language. A sweep says the same few sentences a million times."""
    return _translated(message, _active())


@lru_cache(4_096)
def _translated(message: str, _language: str | None) -> str:
    return translate(message)


def ngettext(singular: str, plural: str, number: int) -> str:
    """In the active language, for so many."""
    return _counted(singular, plural, number, _active())


@lru_cache(4_096)
def _counted(singular: str, plural: str, number: int, _language: str | None) -> str:
    return translate_number(singular, plural, number)


def clock(moment: datetime | None) -> str:
    """The time of day, as the person writes it, in the active zone."""
    return clock_of(timezone.localtime(moment).time()) if moment else ""


def clock_of(what: time) -> str:
    """A time of day, as the person writes it."""
    return _written(what, "TIME_FORMAT", _active(), _formats.get())


def first_clock(moment: datetime) -> str:
    """The first of two, as in "14:30 bis 15:00 Uhr"; in the active zone."""
    return first_clock_of(timezone.localtime(moment).time())


def first_clock_of(what: time) -> str:
    """The first of two times of day: what is said behind a time is said behind the second."""
    how = _CLOCKS.get(_formats.get().clock, "TIME_FORMAT")
    return date_format(what, how)  # type: ignore[arg-type]  # as below


def day_and_clock(moment: datetime) -> str:
    """The day of the week and the time, where a time alone could be that of another day."""
    return f"{day_of_week(timezone.localtime(moment))} {clock(moment)}"


def day(which: date) -> str:
    """The day and the month, as the person writes them."""
    return _written(which, "MONTH_DAY_FORMAT", _active(), _formats.get())


def full_day(which: date) -> str:
    """With its year; of a moment, the day that it is in the active zone."""
    on = timezone.localtime(which).date() if isinstance(which, datetime) else which
    return _written(on, "DATE_FORMAT", _active(), _formats.get())


def full_moment(moment: datetime) -> str:
    """The day with its year, and the time, in the active zone."""
    if _formats.get() == AS_THE_LANGUAGE:
        return date_format(timezone.localtime(moment), "DATETIME_FORMAT")
    return f"{full_day(moment)}, {first_clock(moment)}"


def day_of_week(which: date) -> str:
    """In short."""
    return date_format(which, "D")


@lru_cache(2_048)
def _written(what: date | time, how: str, language: str | None, formats: Formats) -> str:
    # A sweep writes the same few days and hours again and again.
    own = _GERMAN if (language or "").startswith("de") else _FORMATS
    how = own[how].get(formats.clock if how == "TIME_FORMAT" else formats.dates, how)
    return date_format(what, how)  # type: ignore[arg-type]  # the stubs forget times of day


def length(span: timedelta | None) -> str:
    """Whole minutes; from two hours on in hours and what is left over."""
    minutes = int(span.total_seconds() // 60) if span else 0
    hours, rest = divmod(minutes, 60)
    if hours < 2:
        return gettext("%(n)s min") % {"n": minutes}
    if rest:
        return gettext("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": rest}
    return gettext("%(n)s h") % {"n": hours}


def number(value: float) -> str:
    """With one decimal at most, as the active language writes it."""
    rounded = round(value, 1)
    return number_format(int(rounded) if rounded == int(rounded) else rounded)
