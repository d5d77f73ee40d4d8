"""One tap, one answer: the second of two quick ones was meant for what stood there before."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from integrations.models import Connection
from tests.browser.card import card, open_tip
from tests.browser.conftest import PATIENCE_MS, Visit
from tests.browser.watch import Watch
from tests.clock import NOON
from tests.factories import give_tip, make_connection, make_task
from tips.models import Tip

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
STEP_MS = 20
SETTLE_MS = 40  # HTMX waits for 20
SOON_MS = 300
LATER_MS = 600
ANSWERS = [("Done", "done"), ("Later", "snooze"), ("Not this", "dismiss")]


@pytest.fixture
def tip(alice: User) -> Tip:
    given = give_tip(alice)
    make_task(alice, "Water the plants")
    return given


@pytest.fixture
def page(visit: Visit, alice: User, tip: Tip) -> Page:
    """A phone on which time passes only when a test says so."""
    page = visit(alice, **PHONE)
    page.clock.install(time=NOON)
    open_tip(page)
    page.clock.pause_at(NOON + timedelta(minutes=1))
    return page


def pass_until(page: Page, state: str) -> None:
    """To the moment in which the card is drawn, and HTMX has taken hold of its forms."""
    for _ in range(PATIENCE_MS // STEP_MS):
        if card(page).get_attribute("data-state") == state:
            page.clock.run_for(SETTLE_MS)
            return
        page.clock.run_for(STEP_MS)
        page.wait_for_timeout(STEP_MS)
    raise AssertionError(f"never {state}")


def expect_unchanged(page: Page, tip: Tip, reaction: str) -> None:
    """Whatever was sent would be on the page a second later."""
    page.wait_for_timeout(200)
    page.clock.run_for(1_000)
    expect(card(page)).to_have_attribute("data-state", "answered")
    tip.refresh_from_db()
    assert tip.reaction == reaction


def middle_of(page: Page, name: str) -> tuple[float, float]:
    box = card(page).get_by_role("button", name=name, exact=True).bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


@pytest.mark.parametrize(("name", "value"), ANSWERS)
@pytest.mark.parametrize("pointer", ["touchscreen", "mouse"])
def test_the_second_tap_hits_nothing(
    page: Page, tip: Tip, pointer: str, name: str, value: str
) -> None:
    at = middle_of(page, name)
    tap = page.touchscreen.tap if pointer == "touchscreen" else page.mouse.click
    tap(*at)
    pass_until(page, "answered")
    tap(*at)
    page.clock.run_for(SOON_MS)
    tap(*at)
    expect_unchanged(page, tip, value)


def test_after_a_swipe_a_tap_hits_nothing(page: Page, tip: Tip) -> None:
    finger = page.context.new_cdp_session(page)

    def touch(kind: str, *points: tuple[int, int]) -> None:
        touched = [{"x": x, "y": y} for x, y in points]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touched})

    undo_will_be = middle_of(page, "Done")
    touch("touchStart", (150, 300))
    for x in (200, 250, 300):
        touch("touchMove", (x, 300))
    touch("touchEnd")
    pass_until(page, "answered")
    page.touchscreen.tap(*undo_will_be)
    expect_unchanged(page, tip, "done")


def test_enter_twice_is_one_answer(page: Page, tip: Tip) -> None:
    card(page).get_by_role("button", name="Done").focus()
    page.keyboard.press("Enter")
    pass_until(page, "answered")
    card(page).get_by_role("button", name="Undo").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Space")
    expect_unchanged(page, tip, "done")


@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_a_key_that_is_held_down_presses_once(page: Page, tip: Tip, key: str) -> None:
    """The focus goes to Undo under the finger, and the key goes on."""
    card(page).get_by_role("button", name="Done").focus()
    if key == "Space":
        page.keyboard.press("d")
        card(page).focus()
    page.keyboard.down(key)
    pass_until(page, "answered")
    page.clock.run_for(LATER_MS)
    card(page).get_by_role("button", name="Undo").focus()
    page.keyboard.down(key)
    page.keyboard.up(key)
    expect_unchanged(page, tip, "done")


def test_a_letter_twice_is_one_answer(page: Page, tip: Tip) -> None:
    page.keyboard.press("d")
    page.keyboard.press("d")
    pass_until(page, "answered")
    page.keyboard.press("d")
    expect_unchanged(page, tip, "done")


def test_a_letter_does_not_answer_a_tip_that_has_just_come(page: Page, tip: Tip) -> None:
    page.keyboard.press("s")
    pass_until(page, "answered")
    page.keyboard.press("o")
    pass_until(page, "tip")
    page.keyboard.press("d")
    page.wait_for_timeout(LATER_MS)  # what was sent would be answered, and another "d" is another
    page.clock.run_for(LATER_MS)
    expect(card(page)).to_have_attribute("data-state", "tip")
    page.keyboard.press("d")
    pass_until(page, "answered")


def test_another_letter_counts_at_once(page: Page, tip: Tip) -> None:
    page.keyboard.press("d")
    pass_until(page, "answered")
    page.keyboard.press("u")
    pass_until(page, "tip")
    tip.refresh_from_db()
    assert tip.reaction == ""


@pytest.mark.parametrize("press", ["(b) => b.click()", "(b) => { b.focus(); b.click(); }"])
def test_half_a_second_later_a_screen_readers_click_counts(
    page: Page, tip: Tip, press: str
) -> None:
    card(page).get_by_role("button", name="Done").evaluate(press)
    pass_until(page, "answered")
    undo = card(page).get_by_role("button", name="Undo")
    undo.evaluate(press)
    expect(card(page)).not_to_have_attribute("data-leaving", "form")
    page.clock.run_for(LATER_MS)
    undo.evaluate(press)
    pass_until(page, "tip")


def test_why_opened_twice_stays_open(page: Page) -> None:
    why = page.get_by_role("link", name="Why this?")
    why.click()
    for _ in range(PATIENCE_MS // STEP_MS):
        if why.get_attribute("aria-expanded") == "true":
            break
        page.clock.run_for(STEP_MS)
        page.wait_for_timeout(STEP_MS)
    why.evaluate("(link) => link.click()")
    expect(page.get_by_role("heading", name="Why this, why now")).to_be_visible()
    page.clock.run_for(LATER_MS)
    why.evaluate("(link) => link.click()")
    expect(page.locator("#why")).to_be_hidden()


def test_saved_offline_twice_stays_saved(page: Page, watch: Watch) -> None:
    watch.expect_no_network()
    at = middle_of(page, "Done")
    page.context.set_offline(True)
    page.touchscreen.tap(*at)
    pass_until(page, "saved")
    page.touchscreen.tap(*at)
    expect(card(page)).to_have_attribute("data-state", "saved")
    page.clock.run_for(LATER_MS)
    page.touchscreen.tap(*middle_of(page, "Undo"))
    pass_until(page, "tip")


def test_a_page_that_has_just_come_takes_no_second_tap(visit: Visit, alice: User) -> None:
    """Disconnect asks first, and its answer stands where a finger may still be."""
    connection = make_connection(alice)
    page = visit(alice, **PHONE)
    time = page.context.new_cdp_session(page)
    time.send("Animation.enable")
    time.send("Animation.setPlaybackRate", {"playbackRate": 0})
    page.goto(f"/connect/?disconnect={connection.pk}")
    button = page.get_by_role("button", name="Disconnect", exact=True)
    box = button.bounding_box()
    assert box
    page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_timeout(SOON_MS)  # what was sent would have been answered
    assert Connection.objects.get() == connection
    time.send("Animation.setPlaybackRate", {"playbackRate": 1})
    button.tap()
    expect(page.get_by_text("Disconnected.")).to_be_visible()
