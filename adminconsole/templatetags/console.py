"""Figures in templates of the console, as adminconsole.looking.numbers writes them."""

from __future__ import annotations

from django import template

from adminconsole.looking import numbers

register = template.Library()


@register.filter
def number(value: float | None) -> str:
    return numbers.NOTHING if value is None else numbers.number(value)


@register.filter
def percent(value: float | None) -> str:
    return numbers.NOTHING if value is None else numbers.percent(value)
