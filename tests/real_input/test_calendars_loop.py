from __future__ import annotations

from collections import Counter

import pytest

from tests.real_input.calendars_loop import MOMENTS, run
from tests.real_input.test_calendars import HERE


@pytest.mark.django_db
def test_real_calendars_remind_before_a_meeting_and_are_silent_in_it() -> None:
    outcomes = {moment: Counter[str]() for moment in MOMENTS}
    files = Counter(run(path, outcomes) for path in HERE.glob("*.ics"))
    assert files == {"read": 14}
    meetings = outcomes[MOMENTS[0]].total()
    assert meetings >= 10
    assert outcomes[MOMENTS[0]] == {"tip: reminder": meetings}
    assert outcomes[MOMENTS[1]] == {"silence: in_meeting": meetings}
    assert "tip: task" not in outcomes[MOMENTS[2]]
