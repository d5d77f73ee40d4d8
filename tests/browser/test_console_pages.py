"""Every page of the console in a browser, over a small demo: at a desk and in a hand, light and
dark. The policy refuses nothing, nothing fails, nothing is wider than the screen, charts are drawn.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from playwright.sync_api import Page, expect

from accounts.models import User
from adminconsole.counting.counting import count_days
from adminconsole.models import AuditEntry
from adminconsole.registry import PAGES
from agents.models import AgentOutput
from tests.browser.conftest import Visit
from tests.clock import NOON
from tips.models import Tip
from tips.registry import PROMPTS

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SHAPES = [({"width": 1440, "height": 900}, "light"), ({"width": 390, "height": 844}, "dark")]
PEOPLE, DAYS = 20, 10


@pytest.fixture
def demo(site: Any) -> User:
    """Made-up people and their days; who looks at them."""
    call_command(
        "seed_demo",
        people=PEOPLE,
        days=DAYS,
        workers=1,
        until=(NOON - timedelta(minutes=1)).isoformat(),
        verbosity=0,
    )
    count_days(at=NOON)
    return User.objects.create_superuser("staff@example.invalid")


def open_page(page: Page, address: str) -> None:
    answer = page.goto(address)
    assert answer is not None
    assert answer.status == 200, address
    page.wait_for_load_state("networkidle")
    width = page.evaluate("() => document.documentElement.scrollWidth - innerWidth")
    assert width <= 0, address
    page.wait_for_function(  # which are drawn by a script that comes behind the page
        "() => [...document.querySelectorAll('canvas.chart')].every((c) => Chart.getChart(c))"
    )


@pytest.mark.parametrize(("viewport", "scheme"), SHAPES, ids=["desk", "hand"])
def test_every_page_is_drawn(visit: Visit, demo: User, viewport: Any, scheme: str) -> None:
    page = visit(demo, viewport=viewport, color_scheme=scheme)
    tip = Tip.objects.filter(decision__isnull=False, shown_at__isnull=False).latest("shown_at")
    for each in PAGES:
        # The stream asks again and again, so that its network is never idle for long.
        open_page(page, f"/console/{each.manifest.key}/")
    for address in (
        f"/console/people/{tip.user_id}/",
        f"/console/tips/?tip={tip.pk}",
        f"/console/agents/?person={tip.user_id}",
        f"/console/features/?person={tip.user_id}",
        f"/console/understanding/?person={tip.user_id}",
        "/console/docs/?document=runbooks/quality",
        "/console/rows/",
        "/console/tips/tip/",
    ):
        open_page(page, address)


def test_why_a_person_got_a_tip_is_found_by_their_address(visit: Visit, demo: User) -> None:
    page = visit(demo)
    tip = Tip.objects.filter(decision__isnull=False, shown_at__isnull=False).latest("shown_at")
    page.goto("/console/")
    page.locator("#nav-sidebar-apps").get_by_text("Tips", exact=True).click()
    page.get_by_label("Person").fill(tip.user.email)
    page.get_by_role("button", name="Show").click()
    page.locator("tbody a").first.click()
    expect(page.get_by_text("Why this one: what else was considered")).to_be_visible()
    expect(page.get_by_text("chosen", exact=True)).to_be_visible()
    expect(page.get_by_text("What each policy would say to them now")).to_be_visible()
    expect(page.get_by_role("row", name="good_sense")).to_be_visible()


def test_whether_this_weeks_prompt_is_better_is_said_in_words(visit: Visit, demo: User) -> None:
    newer = PROMPTS["wording"].version
    page = visit(demo)
    page.goto("/console/")
    page.locator("#nav-sidebar-apps").get_by_text("Rewards", exact=True).click()
    page.get_by_role("navigation", name="Compared by").get_by_text("prompt version").click()
    page.locator("select[name=a]").select_option(newer)
    page.locator("select[name=b]").select_option(f"{newer.partition('-')[0]}-5f0c21d8")
    page.get_by_role("button", name="Compare").click()
    # The demo of this test is small.
    verdict = page.get_by_role("status").filter(has_text="Too few people yet")
    expect(verdict).to_contain_text(newer)


def test_the_stale_agent_is_told_from_the_others(visit: Visit, demo: User) -> None:
    AgentOutput.objects.filter(agent="momentum").update(expires_at=NOON - timedelta(hours=2))
    count_days(at=NOON)
    page = visit(demo)
    page.goto("/console/")
    page.locator("#nav-sidebar-apps").get_by_text("Agents", exact=True).click()
    stale = page.get_by_role("row").filter(has_text="momentum").filter(has_text="stale")
    expect(stale).to_be_visible()
    fresh = page.get_by_role("row").filter(has_text="people-waiting")
    expect(fresh).to_be_visible()
    expect(fresh.filter(has_text="stale")).to_have_count(0)


def test_a_wrong_action_is_undone_from_the_log(visit: Visit, demo: User) -> None:
    demo.is_superuser, demo.is_staff = False, True
    demo.save()
    demo.groups.set([Group.objects.get(name="operator")])
    page = visit(demo)
    page.goto("/console/agents/")
    row = page.get_by_role("row").filter(has_text="overdue-task")
    row.get_by_text("Switch off").first.click()
    row.get_by_label("Why").fill("It repeats itself")
    row.get_by_role("button").click()
    expect(page.get_by_text("switched off", exact=False).first).to_be_visible()
    page.goto("/console/audit/")
    page.get_by_role("button", name="Undo").first.click()
    actions = AuditEntry.objects.order_by("pk").values_list("action", flat=True)
    expect(page.get_by_text("Undone", exact=False).first).to_be_visible()
    assert list(actions)[-2:] == ["disable_agent", "enable_agent"]


def test_it_looks_as_the_person_likes_it(visit: Visit, demo: User) -> None:
    page = visit(demo, color_scheme="dark")
    page.goto("/console/overview/")
    dark = page.locator("body").evaluate("body => getComputedStyle(body).backgroundColor")
    page = visit(demo, color_scheme="light")
    page.goto("/console/overview/")
    light = page.locator("body").evaluate("body => getComputedStyle(body).backgroundColor")
    assert dark != light
