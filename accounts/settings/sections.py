"""Sections of the settings page that apps above accounts bring along, without being named here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from accounts.models import User


@dataclass(frozen=True, slots=True)
class Section:
    template: str  # is given what `context` returns under the name `section`
    context: Callable[[User], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Drawn:
    template: str
    context: Mapping[str, Any]


_sections: dict[str, Section] = {}


def register_section(section: Section) -> None:
    """Puts it on the page, after those registered before. From AppConfig.ready; again is once."""
    _sections[section.template] = section


def sections_for(user: User) -> list[Drawn]:
    return [Drawn(section.template, section.context(user)) for section in _sections.values()]
