"""With the keyboard alone: what Tab reaches, in which order, and where focus is afterwards."""

from __future__ import annotations

from itertools import pairwise

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from tests.browser.card import card, expect_state, expect_tip, expect_words, open_tip
from tests.browser.conftest import Visit
from tests.factories import give_tip
from tips.models import Tip

pytestmark = pytest.mark.browser

# What has focus, in words; an outline that is not there is told.
FOCUS = """() => {
  const at = document.activeElement;
  if (!at || at === document.body) return "";
  const style = getComputedStyle(at);
  const seen = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  const box = at.getBoundingClientRect();
  const inside = box.top >= 0 && box.left >= 0
    && box.bottom <= innerHeight + 1 && box.right <= innerWidth + 1;
  const label = (at.getAttribute("aria-label") || at.labels?.[0]?.textContent
    || at.firstChild?.textContent || at.textContent).trim();
  return label + (seen ? "" : " (no outline)") + (inside ? "" : " (out of sight)");
}"""


def focus(page: Page) -> str:
    return str(page.evaluate(FOCUS))


def tab_through(page: Page, *, most: int = 80) -> list[str]:
    """Everything that Tab reaches, until it leaves the page."""
    reached: list[str] = []
    for _ in range(most):
        page.keyboard.press("Tab")
        here = focus(page)
        if not here or (reached and here == reached[0] and len(reached) > 1):
            return reached
        reached.append(here)
    raise AssertionError(f"Tab does not leave the page: {reached}")


@pytest.fixture
def tip(alice: User) -> Tip:
    return give_tip(alice)


@pytest.fixture
def page(visit: Visit, alice: User, tip: Tip) -> Page:
    return open_tip(visit(alice))


def test_tab_goes_through_the_tip_in_the_order_of_reading(page: Page) -> None:
    assert tab_through(page) == ["Settings", "Why this?", "Open it", "Done", "Later", "Not this"]


def test_enter_answers_and_focus_stays_in_the_card(page: Page, tip: Tip) -> None:
    for _ in range(4):
        page.keyboard.press("Tab")
    assert focus(page) == "Done"
    page.keyboard.press("Enter")
    expect_words(page, "Done.")
    expect(card(page).get_by_role("button", name="Undo")).to_be_focused()
    wait_until_it_answers(page)
    page.keyboard.press("Enter")
    expect_tip(page, "Pay the rent")
    expect(card(page).locator(":focus")).to_have_count(1)


def test_when_undo_goes_away_focus_goes_to_one_more(visit: Visit, alice: User, tip: Tip) -> None:
    page = visit(alice)
    page.clock.install()
    open_tip(page)
    card(page).get_by_role("button", name="Done").focus()
    page.keyboard.press("Enter")
    page.clock.run_for(500)
    expect_state(page, "answered")
    card(page).get_by_role("button", name="Undo").focus()
    page.clock.run_for(9_000)
    expect(card(page).get_by_role("button", name="One more")).to_be_focused()


def test_why_takes_focus_and_escape_gives_it_back(page: Page) -> None:
    page.get_by_role("link", name="Why this?").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Why this, why now")).to_be_focused()
    page.keyboard.press("Tab")
    assert focus(page) == "Close"
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Why this?")).to_be_focused()
    expect(page.get_by_role("link", name="Why this?")).to_have_attribute("aria-expanded", "false")


def test_why_is_no_trap(page: Page) -> None:
    page.get_by_role("link", name="Why this?").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Why this, why now")).to_be_focused()
    reached = tab_through(page)
    assert reached[:2] == ["Close", "Pay the rent"]
    assert "Close" not in reached[2:]


def test_the_list_of_keys_gives_focus_back(page: Page) -> None:
    gear = page.get_by_role("link", name="Settings")
    gear.focus()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(gear).to_be_focused()


@pytest.mark.parametrize(
    "path", ["/settings/", "/connect/", "/settings/delete", "/settings/tokens"]
)
def test_every_control_of_a_page_is_reached_in_the_order_of_reading(page: Page, path: str) -> None:
    page.goto(path)
    reached = tab_through(page)
    controls = "a[href], button, input:not([type=hidden]), select, summary, textarea"
    count = sum(1 for c in page.locator(controls).all() if c.is_visible())
    assert len(reached) == count
    assert [r for r in reached if r.endswith(")")] == []
    tops = page.evaluate(
        """(controls) => [...document.querySelectorAll(controls)]
          .filter((e) => e.checkVisibility()).map((e) => e.getBoundingClientRect().top)""",
        controls,
    )
    assert all(later - sooner > -60 for sooner, later in pairwise(tops))


def test_a_person_gets_from_nothing_to_an_answer_by_keyboard(visit: Visit) -> None:
    page = visit()
    page.goto("/")
    press_with_tab(page, "Look around with sample data")
    expect_state(page, "tip")
    wait_until_it_answers(page)
    press_with_tab(page, "Later")
    expect_words(page, "Later, then.")


def wait_until_it_answers(page: Page) -> None:
    """What has just appeared takes no press for half a second."""
    expect(page.locator("#tip:not(.is-new)")).to_be_visible()


def press_with_tab(page: Page, name: str) -> None:
    page.locator("a, button").filter(has_text=name).first.wait_for()
    for _ in range(20):
        page.keyboard.press("Tab")
        if focus(page) == name:
            return page.keyboard.press("Enter")
    raise AssertionError(f"Tab never reaches {name}")
