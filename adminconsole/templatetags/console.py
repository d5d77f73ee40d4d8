"""Figures in templates of the console, as adminconsole.looking.numbers writes them."""

from __future__ import annotations

from collections.abc import Mapping

from django import template

from adminconsole.looking import numbers
from adminconsole.period import short_day

register = template.Library()
register.filter(short_day)


@register.filter
def number(value: float | None) -> str:
    return numbers.NOTHING if value is None else numbers.number(value)


@register.filter
def money(value: float | None) -> str:
    return numbers.NOTHING if value is None else numbers.money(value)


@register.filter
def percent(value: float | None) -> str:
    return numbers.NOTHING if value is None else numbers.percent(value)


@register.filter
def of(counts: Mapping[str, int], key: str) -> int:
    """What is counted under a key, 0 for nothing: Django's templates find no key in a variable."""
    return counts.get(key, 0)
