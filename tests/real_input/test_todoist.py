from __future__ import annotations

from typing import Any

import pytest

from integrations.models import Task
from integrations.sources.todoist.text import plain_title
from tests.real_input.todoist_account import COUNT, HOSTILE, fill
from tests.real_input.todoist_loop import run
from tests.stand_ins.todoist import TodoistStandIn
from tips.models import TipDecision


@pytest.mark.django_db
def test_a_large_account_is_read_and_leads_to_tips(
    settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    with TodoistStandIn(timezone="Europe/Berlin") as todoist:
        fill(todoist)
        settings.TODOIST_API_URL = f"{todoist.url}/api/v1/"
        run(todoist)
    said = capsys.readouterr().out
    assert f"seeded {COUNT}, read {Task.objects.count()}" in said
    assert "UNKNOWN" not in said
    assert "silence: in_meeting" in said
    assert TipDecision.objects.exclude(chosen="").count() == 4
    hostile = {plain_title(title) for title in HOSTILE}
    assert Task.objects.filter(title__in=hostile).count() >= 6
    assert not Task.objects.filter(title__contains="**").exists()
