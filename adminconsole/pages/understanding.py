from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import Http404
from django.utils.translation import gettext_lazy as _

from adminconsole.base import Asked, ConsolePage, PageManifest, Section
from adminconsole.looking.people import find
from adminconsole.looking.revealing import revealed_until
from agents.models import Correction, Reading
from agents.understanding.keeping import read_now
from integrations.models import Task

# The newest say how it is now, and cost the same however many there are.
READINGS, CORRECTIONS, TASKS = 5_000, 1_000, 30


@dataclass(frozen=True, slots=True)
class Row:
    """One trait in one language."""

    trait: str
    locale: str
    by_reader: Mapping[str, int]
    said: int  # by the person: another value
    denied: int  # by the person: it is not so

    @property
    def read(self) -> int:
        return sum(self.by_reader.values())

    @property
    def corrected(self) -> float | None:
        """For each reading of it, so many corrections; both of the newest alone."""
        return (self.said + self.denied) / self.read if self.read else None


@dataclass(frozen=True, slots=True)
class Side:
    """One trait of one task: what is kept, and what would be read now."""

    reader: str
    trait: str
    before: Any
    now: Any

    @property
    def is_same(self) -> bool:
        return bool(self.before == self.now)


class Understanding(ConsolePage):
    manifest = PageManifest(
        key="understanding",
        title=_("Understanding"),
        says=_("What does oO believe that tasks say, who read it, and how often is it corrected?"),
        icon="translate",
        section=Section.MIND,
        rank=2,
        has_period=False,
    )

    def context(self, asked: Asked) -> Mapping[str, Any]:
        """Two queries; up to five more for a person or one task."""
        readings = Reading.objects.newest(READINGS)
        corrections = Correction.objects.newest(CORRECTIONS)
        return {
            "rows": _rows(readings, corrections),
            "readers": sorted({reader for reader, _locale, _traits in readings}),
            "most": READINGS,
            "tasks": None,
            "task": None,
            "typed": asked.given("person"),
            **_chosen(asked),
        }


def _rows(
    readings: list[tuple[str, str, dict[str, Any]]], corrections: list[tuple[str, str, bool]]
) -> list[Row]:
    read: dict[tuple[str, str], Counter[str]] = {}
    for reader, locale, traits in readings:
        for trait in traits:
            read.setdefault((trait, locale or ""), Counter())[reader] += 1
    counted = Counter((trait, locale or "", denied) for trait, locale, denied in corrections)
    keys = sorted({*read, *((trait, locale) for trait, locale, _denied in counted)})
    return [
        Row(
            trait,
            locale,
            read.get((trait, locale), {}),
            counted[trait, locale, False],
            counted[trait, locale, True],
        )
        for trait, locale in keys
    ]


def _chosen(asked: Asked) -> dict[str, Any]:
    if key := asked.given("task"):
        return _one(asked, key)
    person = find(asked.given("person"))
    if person is None:
        return {}
    tasks = Task.objects.filter(user=person).order_by("-changed_at")[:TASKS]
    return {"tasks": tasks, "revealed": revealed_until(asked, person.pk)}


def _one(asked: Asked, key: str) -> dict[str, Any]:
    if not key.isdecimal() or len(key) > 18:
        raise Http404
    task = Task.objects.select_related("user__profile").filter(pk=int(key)).first()
    if task is None:
        raise Http404
    kept = Reading.objects.filter(user=task.user_id, kind="task", words=task.words_digest)
    before = {reading.reader: reading.traits for reading in kept}
    now = read_now(task, task.user.profile.zone, at=asked.at)
    sides = [
        Side(reader, trait, old.get(trait), new.get(trait))
        for reader in sorted({*before, *now})
        # What is not read here, a model's, is shown as it is kept.
        for old, new in [(before.get(reader, {}), now.get(reader, before.get(reader, {})))]
        for trait in sorted({*old, *new})
    ]
    return {"task": task, "sides": sides, "revealed": revealed_until(asked, task.user_id)}
