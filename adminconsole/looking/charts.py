"""Charts as Chart.js reads them, which Unfold brings; with their numbers as a table beneath."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.encoding import force_str

from adminconsole.looking import numbers
from oo.lib.words import Words

Value = float | int | None
FEW = 3


@dataclass(frozen=True, slots=True)
class Line:
    """
    tone   1 to 6, or the name of a tone in console.css: the same thing has the same colour on
           every page
    style  how a line is drawn: "", "dashed", or "points" alone
    """

    title: Words
    values: Sequence[Value]
    tone: str = "1"
    style: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """
    says      what is seen in it, for who does not see it
    labels    along the x axis
    is_share  whether values are shares, which are shown in percent
    """

    says: Words
    labels: Sequence[Any]
    lines: Sequence[Line]
    kind: str = "line"
    is_stacked: bool = False
    is_share: bool = False
    height: int = 260
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def data(self) -> str:
        return json.dumps(
            {
                "labels": [str(label) for label in self.labels],
                "datasets": [self._dataset(line) for line in self.lines],
            }
        )

    @property
    def options(self) -> str:
        ticks = {"color": "#8b8b93", "maxRotation": 0, "autoSkipPadding": 24}
        y: dict[str, Any] = {
            "beginAtZero": True,
            "stacked": self.is_stacked,
            "ticks": {**ticks, "precision": 0},
            "border": {"display": False},
            "grid": {"tickLength": 0},
        }
        if self.is_share:
            percent = {"style": "percent", "minimumFractionDigits": 0, "maximumFractionDigits": 1}
            y |= {"suggestedMax": 0.5, "ticks": {**ticks, "format": percent, "stepSize": 0.25}}
        return json.dumps(
            {
                "animation": False,
                "responsive": True,
                "maintainAspectRatio": False,
                "interaction": {"mode": "index", "intersect": False},
                "plugins": {
                    "legend": {
                        "display": len(self.lines) > 1,
                        "align": "start",
                        "position": "bottom",
                        "labels": {"color": "#8b8b93", "boxWidth": 8, "boxHeight": 8,
                                   "usePointStyle": True, "pointStyle": "circle"},
                    }
                },
                "scales": {
                    "x": {"stacked": self.is_stacked, "grid": {"display": False}, "ticks": ticks,
                          "border": {"display": False}},
                    "y": y,
                },
                **self.more,
            }
        )  # fmt: skip

    def _dataset(self, line: Line) -> dict[str, Any]:
        colour = f"var(--tone-{line.tone})"
        drawn: dict[str, Any] = {
            "label": force_str(line.title),
            "data": list(line.values),
            "borderColor": colour,
            "backgroundColor": colour,
        }
        if self.kind == "bar":
            stack = {"stack": "all"} if self.is_stacked else {}  # else side by side
            return drawn | {"maxBarThickness": 22, "borderRadius": 2, **stack}
        if line.style == "points":
            return drawn | {"showLine": False, "pointRadius": 4}
        dashes = {"borderDash": [4, 4]} if line.style == "dashed" else {}
        # A line of one point would not be seen.
        is_short = sum(value is not None for value in line.values) < FEW
        return drawn | {
            "borderWidth": 2,
            "pointRadius": 3 if is_short else 0,
            "tension": 0,  # a curve would say something of the time between two values
            **dashes,
        }

    @property
    def rows(self) -> list[tuple[Any, list[Value | str]]]:
        """(label, value of each line), for the table; shares in percent, as the axis has them."""
        return [
            (label, [self._written(line.values[n]) for line in self.lines])
            for n, label in enumerate(self.labels)
        ]

    def _written(self, value: Value) -> Value | str:
        return numbers.percent(value) if self.is_share and value is not None else value
