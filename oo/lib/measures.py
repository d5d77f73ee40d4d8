"""What an app has to say of itself in numbers, for whoever watches an installation.

An app says it in `<app>/metrics.py`, as `measures(at=…)`. Labels are closed sets of words of ours:
nobody's key and nothing that came from outside.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module
from typing import Protocol

from django.apps import apps
from django.utils.module_loading import module_has_submodule

# What is counted of a log that grows is counted of so long: it is of what is now, and few rows.
LATELY = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Measure:
    """A number at one moment for each combination of labels; its unit is in its name."""

    name: str
    says: str
    labels: tuple[str, ...]
    values: Iterable[tuple[tuple[str, ...], float]]


def one(name: str, says: str, value: float) -> Measure:
    return Measure(name, says, (), [((), value)])


class Measuring(Protocol):
    def __call__(self, *, at: datetime) -> Iterator[Measure]:
        """A few queries, as many for a hundred thousand people as for one."""


def measurings() -> dict[str, Measuring]:
    """Of each app that has one."""
    return {
        app.label: import_module(f"{app.name}.metrics").measures
        for app in apps.get_app_configs()
        if app.module is not None and module_has_submodule(app.module, "metrics")
    }


def seconds_since(moment: datetime | None, *, at: datetime) -> float:
    """0 for what has not come yet, and for nothing."""
    return max(0.0, (at - moment).total_seconds()) if moment else 0.0
