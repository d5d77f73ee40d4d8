"""The reasons: beside or under what they explain, left by the way back, found again on return."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from tests.browser import states
from tests.browser.card import card, expect_tip, expect_words, open_tip, press
from tests.browser.conftest import Visit
from tests.factories import give_tip, make_task
from tips.models import Tip

pytestmark = pytest.mark.browser

PHONE, TABLET, DESK = (390, 844), (768, 1024), (1440, 900)
STATE = "() => history.state?.why ?? false"


@pytest.fixture
def tip(alice: User) -> Tip:
    for n in range(3):
        make_task(alice, f"Another thing that might matter today, number {n}", project="Home")
    return give_tip(alice, priority=4, project="Home", words_digest="a" * 32)


@pytest.fixture
def page(visit: Visit, alice: User, tip: Tip) -> Page:
    return open_tip(visit(alice, viewport=size(PHONE)))


def size(of: tuple[int, int]) -> Any:
    return {"width": of[0], "height": of[1]}


def panel(page: Page) -> Locator:
    return page.get_by_role("region", name="Why this, why now")


def open_why(page: Page) -> Page:
    page.get_by_role("link", name="Why this?").click()
    expect(panel(page)).to_be_visible()
    # What has just appeared takes no tap for half a second.
    expect(page.locator("#why:not(.is-new)")).to_be_visible()
    return page


def box(found: Locator) -> Any:
    where = found.bounding_box()
    assert where is not None
    return where


def bottom(where: Any) -> float:
    return float(where["y"] + where["height"])


# ---- where it stands


@pytest.mark.parametrize("shape", [PHONE, TABLET, DESK, (320, 640), (844, 390)])
@pytest.mark.parametrize("title", ["Pay the rent", states.LONG])
def test_the_words_that_are_explained_stay_in_sight(
    visit: Visit, alice: User, shape: tuple[int, int], title: str
) -> None:
    give_tip(alice, title)
    page = open_tip(visit(alice, viewport=size(shape)), title)
    wide = box(card(page).locator(".tip__words"))["width"]
    open_why(page)
    words, sheet = box(card(page).locator(".tip__words")), box(panel(page))
    assert words["y"] >= 0
    if shape == DESK:
        heading = box(card(page).get_by_role("heading", level=1))
        assert heading["x"] + heading["width"] <= sheet["x"]
    else:
        assert words["width"] == pytest.approx(wide, abs=1)
        assert bottom(words) <= sheet["y"]
        assert words["y"] < 80  # with no dark above them
        assert sheet["height"] >= shape[1] * 0.5
        assert sheet["x"] + sheet["width"] / 2 == pytest.approx(shape[0] / 2, abs=1)


@pytest.mark.parametrize("shape", [PHONE, TABLET, DESK])
def test_its_close_button_stays_where_it_is(
    visit: Visit, alice: User, tip: Tip, shape: tuple[int, int]
) -> None:
    page = open_why(open_tip(visit(alice, viewport=size(shape))))
    close = panel(page).get_by_role("link", name="Close")
    before = box(close)
    panel(page).evaluate(
        "(e) => { for (const d of e.querySelectorAll('details')) d.open = true;"
        " e.style.paddingBlockEnd = '60rem'; e.scrollTo(0, 400); }"
    )
    assert panel(page).evaluate("(e) => e.scrollTop") > 300
    assert box(close) == before
    on_top = "([x, y]) => document.elementFromPoint(x, y)?.closest('[data-close]') !== null"
    middle = [before["x"] + before["width"] / 2, before["y"] + before["height"] / 2]
    assert page.evaluate(on_top, middle)
    painted = (
        panel(page).locator(".why__top").evaluate("(e) => getComputedStyle(e).backgroundColor")
    )
    assert "rgba" not in painted
    close.click()
    expect(page.locator("#why")).to_be_hidden()


def test_the_words_go_where_they_stand_with_a_movement(visit: Visit, alice: User, tip: Tip) -> None:
    still = {"viewport": size(PHONE), "reduced_motion": "no-preference"}
    page = open_tip(visit(alice, **still))
    page.wait_for_function("() => document.getAnimations().every((a) => a.playState !== 'running')")
    page.evaluate(
        """() => document.addEventListener("htmx:afterSettle", () => {
          const words = document.querySelector(".tip__words");
          window.moved = words.getAnimations().length;
        })"""
    )
    open_why(page)
    assert page.evaluate("() => window.moved") == 1


def test_no_focus_goes_under_the_sheet_and_the_keys_still_answer(page: Page, tip: Tip) -> None:
    open_why(page)
    for _ in range(12):
        page.keyboard.press("Tab")
        assert not page.evaluate("() => Boolean(document.activeElement.closest('.tip__foot'))")
    page.keyboard.press("d")
    expect_words(page, "Done.")


# ---- the way back


def test_the_way_back_closes_it_and_only_then_leaves(page: Page) -> None:
    before = page.evaluate("() => history.length")
    open_why(page)
    assert page.evaluate("() => history.length") == before + 1
    page.go_back()
    expect(page.locator("#why")).to_be_hidden()
    expect_tip(page, "Pay the rent")
    expect(page.get_by_role("link", name="Why this?")).to_have_attribute("aria-expanded", "false")
    page.go_back()
    expect(page).to_have_url("about:blank")


@pytest.mark.parametrize("way", ["button", "escape", "again", "dark"])
def test_closing_it_otherwise_leaves_nothing_behind(page: Page, way: str) -> None:
    open_why(page)
    if way == "button":
        panel(page).get_by_role("link", name="Close").click()
    elif way == "escape":
        page.keyboard.press("Escape")
    elif way == "again":
        page.get_by_role("link", name="Why this?").click()
    else:
        page.mouse.click(4, 200)
    expect(page.locator("#why")).to_be_hidden()
    page.wait_for_function("() => !history.state?.why")
    page.go_back()
    expect(page).to_have_url("about:blank")


def test_the_way_forward_opens_it_again(page: Page) -> None:
    open_why(page)
    page.go_back()
    expect(page.locator("#why")).to_be_hidden()
    page.go_forward()
    expect(panel(page)).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#why")).to_be_hidden()


def test_an_answer_leaves_nothing_behind(page: Page, tip: Tip) -> None:
    open_why(page)
    page.keyboard.press("d")
    expect_words(page, "Done.")
    page.wait_for_function("() => !history.state?.why")
    tip.refresh_from_db()
    assert tip.reaction == "done"
    page.go_forward()  # to reasons of what is not there any more: a step like any other
    page.wait_for_function("() => !history.state?.why")
    expect_words(page, "Done.")
    page.go_back()
    expect_words(page, "Done.")
    page.go_back()
    expect(page).to_have_url("about:blank")


def test_what_is_corrected_in_it_adds_no_step(visit: Visit, alice: User) -> None:
    title = "Ring the council about the parking permit (Mon–Fri 9–16) by Friday"
    give_tip(alice, title, priority=4, words_digest="f" * 32)
    page = open_why(open_tip(visit(alice, viewport=size(PHONE)), title))
    panel(page).get_by_role("button", name="Not after").click()
    expect(page.locator(".understood__denied")).to_be_visible()
    page.go_back()
    expect(page.locator("#why")).to_be_hidden()
    page.go_back()
    expect(page).to_have_url("about:blank")


def test_who_comes_back_from_a_row_finds_it_open(page: Page) -> None:
    open_why(page)
    panel(page).get_by_role("link", name="Change it, or add what oO should know").click()
    expect(page).to_have_url("/settings/mind/understood/task/" + "a" * 32)
    page.go_back()
    expect_tip(page, "Pay the rent")
    expect(panel(page)).to_contain_text("Pay the rent")
    page.go_back()
    expect(page.locator("#why")).to_be_hidden()
    expect(page).to_have_url("/")


def test_the_settings_are_reached_past_it(page: Page) -> None:
    open_why(page)
    page.get_by_role("link", name="Settings").click()
    expect(page).to_have_url("/settings/")
    page.go_back()
    expect(panel(page)).to_be_visible()


def test_who_comes_back_to_a_tip_that_was_answered_meanwhile_sees_the_answer(
    page: Page, visit: Visit, alice: User
) -> None:
    open_why(page)
    panel(page).get_by_role("link", name="Change it, or add what oO should know").click()
    expect(page).to_have_url("/settings/mind/understood/task/" + "a" * 32)
    other = open_tip(visit(alice))
    press(other, "Done")
    expect_words(other, "Done.")
    page.go_back()
    expect_words(page, "Done.")
    page.wait_for_function("() => !history.state?.why")


# ---- what it says first


def test_what_was_weighed_comes_before_what_can_be_opened(page: Page) -> None:
    open_why(page)
    expect(
        panel(page).get_by_text("Another thing that might matter today, number 0")
    ).to_be_visible()
    read = panel(page).get_by_text("Nothing was sent outside this oO.")
    expect(read).to_be_hidden()
    panel(page).get_by_text("What was read for it").focus()
    page.keyboard.press("Enter")
    expect(read).to_be_visible()


def test_it_can_be_opened_without_javascript(visit: Visit, alice: User, tip: Tip) -> None:
    page = open_tip(visit(alice, java_script_enabled=False, viewport=size(PHONE)))
    page.get_by_role("link", name="Why this?").click()
    panel(page).get_by_text("What was read for it").click()
    expect(panel(page).get_by_text("Nothing was sent outside this oO.")).to_be_visible()
