"""The words of plug-ins, in one idiom: gettext_lazy, and the same ways to say a moment or a length.

A manifest is read in whichever language is active then. This is the only part of Django that what
decides may know (see "pure" in .importlinter).
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as translate
from django.utils.translation import ngettext as translate_number

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

__all__ = [
    "Words",
    "clock",
    "clock_of",
    "day",
    "day_and_clock",
    "gettext",
    "gettext_lazy",
    "length",
    "ngettext",
    "number",
]

Words: TypeAlias = "str | _StrPromise"


def gettext(message: str) -> str:
    """In the active language. A sweep says the same few sentences a million times."""
    return _translated(message, get_language())


@lru_cache(4_096)
def _translated(message: str, _language: str | None) -> str:
    return translate(message)


def ngettext(singular: str, plural: str, number: int) -> str:
    """In the active language, for so many."""
    return _counted(singular, plural, number, get_language())


@lru_cache(4_096)
def _counted(singular: str, plural: str, number: int, _language: str | None) -> str:
    return translate_number(singular, plural, number)


def clock(moment: datetime | None) -> str:
    """The time of day, as the active language writes it, in the active zone."""
    return (
        _written(timezone.localtime(moment).time(), "TIME_FORMAT", get_language()) if moment else ""
    )


def clock_of(what: time) -> str:
    """A time of day, as the active language writes it."""
    return _written(what, "TIME_FORMAT", get_language())


def day_and_clock(moment: datetime) -> str:
    """The day of the week and the time, where a time alone could be that of another day."""
    return f"{date_format(timezone.localtime(moment), 'D')} {clock(moment)}"


def day(which: date) -> str:
    """The day and the month, as the active language writes them."""
    return _written(which, "MONTH_DAY_FORMAT", get_language())


@lru_cache(2_048)
def _written(what: date | time, how: str, _language: str | None) -> str:
    # A sweep writes the same few days and hours again and again.
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
