"""What a person did on each day, counted as agents.profile.counting does."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta

from adminconsole.demo.answers import Answer
from adminconsole.demo.base import DAY_S, KEYS_A_PERSON, Rows
from adminconsole.demo.people import Person
from adminconsole.demo.telling import Said
from agents.models import CountedDay
from agents.profile.counting import FIELDS, LONGEST_DWELL_S, NOTED
from tips.base import Kind, Reaction


@dataclass(slots=True)
class Day:
    counts: Counter[str] = field(default_factory=Counter)
    dwell_s: float = 0.0
    hours: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class Days:
    person: Person
    by_day: dict[int, Day] = field(default_factory=dict)

    @property
    def belief_id(self) -> int:
        """Of the one belief that oO asks about."""
        return self.person.number * KEYS_A_PERSON + 1

    @property
    def a_day(self) -> int:
        """How many tasks are done on an ordinary day."""
        done = sum(day.counts["done"] for day in self.by_day.values())
        return max(1, round(done / max(1, len(self.by_day))))

    def serve(self, local_s: float) -> None:
        self._day(local_s).counts["served"] += 1

    def react(self, said: Said, answer: Answer, dwell_s: float | None, local_s: float) -> None:
        day, name = self._day(local_s), FIELDS[answer.reaction]
        if answer.reaction == Reaction.DONE and said.kind is not Kind.TASK:
            name = NOTED
        elif answer.reaction == Reaction.DONE:
            day.hours[str(int(local_s % DAY_S // 3_600))] += 1
        day.counts[name] += 1
        if dwell_s is not None and dwell_s <= LONGEST_DWELL_S:
            day.counts["dwells"] += 1
            day.dwell_s += dwell_s

    def _day(self, local_s: float) -> Day:
        return self.by_day.setdefault(int(local_s // DAY_S), Day())

    def add_rows(self, rows: Rows) -> None:
        for number, day in sorted(self.by_day.items()):
            rows.add_keyed(
                CountedDay,
                user_id=self.person.id,
                day=(date(1970, 1, 1) + timedelta(days=number)).isoformat(),
                dwell_s=round(day.dwell_s, 3),
                hours=json.dumps(day.hours),
                **day.counts,
            )
