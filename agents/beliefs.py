"""What can be believed of a person, as closed values: inferences fill them, decisions use them.

Each is also what the settings page draws a form from, so that a person can say it themselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time
from typing import ClassVar

from pydantic import Field

from agents.base import Prefs
from oo.lib.words import Words, gettext_lazy


class GoodHours(Prefs):
    labels: ClassVar[Mapping[str, Words]] = {
        "start": gettext_lazy("From"),
        "end": gettext_lazy("Until"),
    }

    start: time = time(9)
    end: time = time(12)


class Waking(Prefs):
    labels: ClassVar[Mapping[str, Words]] = {
        "start": gettext_lazy("Awake from"),
        "end": gettext_lazy("Awake until"),
    }

    start: time = time(6, 30)
    end: time = time(23, 30)


class Areas(Prefs):
    labels: ClassVar[Mapping[str, Words]] = {"names": gettext_lazy("Projects, one per line")}

    names: tuple[str, ...] = Field(default=(), max_length=12)


class Cadence(Prefs):
    labels: ClassVar[Mapping[str, Words]] = {"a_day": gettext_lazy("Things a day")}

    a_day: int = Field(default=1, ge=1, le=50)


class Lateness(Prefs):
    labels: ClassVar[Mapping[str, Words]] = {"days": gettext_lazy("Days late that are normal")}

    days: int = Field(default=0, ge=0, le=365)


class Reminders(Prefs):
    labels: ClassVar[Mapping[str, Words]] = {
        "wanted": gettext_lazy("Remind me of meetings before they begin")
    }

    wanted: bool = Field(default=True)


class Away(Prefs):
    labels: ClassVar[Mapping[str, Words]] = {"until": gettext_lazy("Last day away")}

    until: date = date.min
