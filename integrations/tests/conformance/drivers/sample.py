from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from integrations.models import CalendarEvent, Task
from integrations.sources.sample.month import load
from integrations.tests.conformance.driver import Driver
from integrations.tests.conformance.excuses import CHANGES, NOBODY_IS_ASKED, PLACES

MADE_UP = "a made-up month that nobody can change; what is in it is its own, and is tested there"
ALONE = "nobody but oO holds its tasks: to close one asks nobody"


class SampleDriver(Driver):
    key = "sample"
    rows: ClassVar[type[Task] | type[CalendarEvent]] = Task
    excused: ClassVar[Mapping[str, str]] = {
        **NOBODY_IS_ASKED,
        **dict.fromkeys((*CHANGES, *PLACES), MADE_UP),
        "test_a_task_is_closed_once_however_often_it_is_asked_for": ALONE,
        "test_a_worker_that_dies_after_closing_closes_once": ALONE,
        "test_a_task_that_comes_back_moves_by_one_date": ALONE,
        "test_a_task_that_is_gone_there_counts_as_closed": ALONE,
    }

    def given(self) -> Mapping[str, str]:
        return {}

    def seed(self) -> tuple[str, ...]:
        return tuple(
            entry["title"] for entry in load()["task"] if not {"done", "every"} & entry.keys()
        )
