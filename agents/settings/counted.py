"""What oO counts of a person, and what it sees of now, as the person reads it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from agents.base import UserView
from agents.profile.counting import load_counted
from agents.profile.features import CONTEXT, COUNTED, Feature, S


@dataclass(frozen=True, slots=True)
class FeatureRow:
    key: str
    title: str
    sentence: str  # "" while there is too little to say so


def build_counted(view: UserView) -> dict[str, Any]:
    """The context of agents/counted.html, without what the person does not allow. Two queries."""
    counted = load_counted([view.user_id], at=view.now)[view.user_id]
    return {
        "counted": list(_rows(COUNTED, counted, view.consents)),
        "now": list(_rows(CONTEXT, view, view.consents)),
        "counted_since": counted.days[0].day if counted.days else None,
    }


def _rows(
    features: tuple[Feature[S], ...], source: S, consents: frozenset[str]
) -> Iterator[FeatureRow]:
    for feature in features:
        if consents.issuperset(feature.consents):
            value = feature.work_out(source)
            sentence = "" if value is None else feature.say(value)
            yield FeatureRow(feature.key, str(feature.title), sentence)
