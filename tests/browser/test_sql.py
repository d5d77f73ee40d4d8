"""The console's page for SQL, with the keyboard."""

from __future__ import annotations

import pytest
from django.db.models import F
from playwright.sync_api import expect

from accounts.models import User
from adminconsole.models import SavedQuery, TipDay
from tests.browser.conftest import Visit
from tests.clock import TODAY

pytestmark = pytest.mark.browser


def test_a_question_is_run_by_keys_seen_kept_and_run_again(visit: Visit, alice: User) -> None:
    alice.is_staff = alice.is_superuser = True
    alice.save()
    for kind, count in (("task", 41), ("event", 17)):
        TipDay.objects.create(
            day=TODAY, policy="p", kind=kind, hour=9, cohort=TODAY, reaction="", count=count
        )
    page = visit(alice)
    page.goto("/console/sql/")
    page.get_by_label("A SELECT").fill(
        "select kind, sum(count) as tips\nfrom adminconsole_tipday group by kind order by kind"
    )
    page.keyboard.press("Control+Enter")
    rows = page.locator(".ask__rows tbody tr")
    expect(rows).to_have_text(["event17", "task41"])
    drawn = page.locator("canvas.chart")
    expect(drawn).to_be_visible()
    page.wait_for_function("() => Boolean(Chart.getChart(document.querySelector('canvas.chart')))")
    assert drawn.evaluate("canvas => Chart.getChart(canvas).data.datasets[0].data") == [17, 41]

    page.get_by_label("Name to keep it under").fill("By kind")
    page.get_by_role("button", name="Keep").click()
    expect(page.get_by_text("Kept.")).to_be_visible()
    assert SavedQuery.objects.get().name == "By kind"

    TipDay.objects.filter(kind="task").update(count=F("count") + 1)
    page.goto("/console/sql/")
    page.get_by_role("button", name="Run By kind").click()
    expect(rows).to_have_count(2)
    expect(rows.last).to_contain_text("42")
    assert page.url.endswith("/console/sql/")
