"""Times and days in templates, as the person writes them: `date` knows only the language."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django import template

from oo.lib import words

register = template.Library()


@register.filter
def clock(moment: datetime | None) -> str:
    return words.clock(moment)


@register.filter
def time_of_day(which: time) -> str:
    return words.clock_of(which)


@register.filter
def first_time_of_day(which: time) -> str:
    return words.first_clock_of(which)


@register.filter
def full_day(which: date | None) -> str:
    return words.full_day(which) if which else ""


@register.filter
def full_moment(moment: datetime | None) -> str:
    return words.full_moment(moment) if moment else ""


@register.filter
def lasts(span: timedelta | None) -> str:
    return words.length(span)
