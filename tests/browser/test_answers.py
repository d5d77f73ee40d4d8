from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from integrations.models import Completion
from tests.browser.card import card, expect_state, expect_tip, expect_words, open_tip, press
from tests.browser.conftest import Visit
from tests.clock import NOON
from tests.factories import give_tip, make_event, make_task, the_tip
from tips.models import Tip, TipView

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
SAID = {"done": "Done.", "snooze": "Later, then.", "dismiss": "Not this, then."}


@pytest.fixture
def tip(alice: User) -> Tip:
    return give_tip(alice)


@pytest.fixture
def open_page(visit: Visit, alice: User, tip: Tip) -> Page:
    return open_tip(visit(alice))


def reaction(tip: Tip) -> str:
    tip.refresh_from_db()
    return tip.reaction


# ---- buttons and keys


@pytest.mark.parametrize(
    ("name", "value"), [("Done", "done"), ("Later", "snooze"), ("Not this", "dismiss")]
)
def test_each_button_gives_its_answer(open_page: Page, tip: Tip, name: str, value: str) -> None:
    press(open_page, name)
    expect_words(open_page, SAID[value], "Pay the rent")
    assert reaction(tip) == value


@pytest.mark.parametrize(("key", "value"), [("d", "done"), ("s", "snooze"), ("x", "dismiss")])
def test_each_key_gives_its_answer(open_page: Page, tip: Tip, key: str, value: str) -> None:
    open_page.keyboard.press(key)
    expect_words(open_page, SAID[value])
    assert reaction(tip) == value


def test_a_key_with_control_is_the_browsers(open_page: Page, tip: Tip) -> None:
    open_page.keyboard.press("Control+d")
    open_page.keyboard.press("Alt+x")
    open_page.keyboard.press("w")
    expect(open_page.get_by_role("heading", name="Why this, why now")).to_be_visible()
    assert reaction(tip) == ""


def test_u_takes_the_answer_back(open_page: Page, tip: Tip) -> None:
    open_page.keyboard.press("d")
    expect_state(open_page, "answered")
    open_page.keyboard.press("u")
    expect_tip(open_page, "Pay the rent")
    assert reaction(tip) == ""


def test_o_brings_one_more(open_page: Page, alice: User) -> None:
    make_task(alice, "Water the plants")
    open_page.keyboard.press("s")
    expect_state(open_page, "answered")
    open_page.keyboard.press("o")
    expect_tip(open_page, "Water the plants")


def test_after_the_last_one_the_page_says_that_nothing_is_left(open_page: Page) -> None:
    press(open_page, "Done")
    press(open_page, "One more")
    expect_state(open_page, "rest")


def test_a_question_mark_shows_the_keys_and_escape_puts_them_away(open_page: Page) -> None:
    keys = open_page.get_by_role("dialog", name="Keys")
    open_page.keyboard.press("?")
    expect(keys).to_be_visible()
    open_page.keyboard.press("d")
    open_page.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    expect_state(open_page, "tip")


def test_a_double_click_is_one_answer(open_page: Page, tip: Tip) -> None:
    card(open_page).get_by_role("button", name="Done", exact=True).dblclick()
    expect_words(open_page, "Done.")
    expect(card(open_page)).not_to_contain_text("already answered")
    assert reaction(tip) == "done"
    assert Completion.objects.count() == 1


def test_only_a_tip_that_was_on_the_screen_counts_as_shown(
    visit: Visit, alice: User, tip: Tip
) -> None:
    page = visit(alice)
    with page.expect_response(lambda answer: answer.url.endswith("/shown")):
        open_tip(page)
    tip.refresh_from_db()
    assert tip.state == Tip.State.SHOWN
    assert TipView.objects.get().surface == "page"


# ---- after the answer


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Not now", "not_now"),
        ("Not relevant", "not_relevant"),
        ("It is wrong", "wrong"),
        ("Already done", "already_done"),
    ],
)
def test_not_this_may_say_why(open_page: Page, tip: Tip, name: str, value: str) -> None:
    press(open_page, "Not this")
    press(open_page, name)
    expect_words(open_page, f"Noted: {name.lower()}.")
    expect(card(open_page).get_by_role("button", name=name)).to_have_count(0)
    tip.refresh_from_db()
    assert tip.reason == value


def test_undo_is_offered_for_eight_seconds(visit: Visit, alice: User, tip: Tip) -> None:
    page = visit(alice)
    page.clock.install()
    open_tip(page)
    press(page, "Done")
    undo = card(page).get_by_role("button", name="Undo")
    expect(undo).to_be_visible()
    page.clock.fast_forward(6_000)
    expect(undo).to_be_visible()
    page.clock.fast_forward(2_500)
    expect(undo).to_be_hidden()
    expect(card(page).get_by_role("button", name="One more")).to_be_visible()


def test_undo_pressed_too_late_is_told(open_page: Page, clock: Any, tip: Tip) -> None:
    press(open_page, "Done")
    expect_state(open_page, "answered")
    clock.shift(60)
    press(open_page, "Undo")
    expect_words(open_page, "It is too late to undo this. The answer stays.")
    assert reaction(tip) == "done"


# ---- why


def test_why_tells_the_row_how_fresh_it_is_and_what_else_there_was(
    visit: Visit, alice: User
) -> None:
    make_task(alice, "Water the plants")
    give_tip(alice, priority=4, project="Home")
    page = open_tip(visit(alice))
    page.get_by_role("link", name="Why this?").click()
    panel = page.get_by_role("region", name="Why this, why now")
    for words in ("Due today", "Pay the rent", "Sample data", "Home", "read", "Water the plants"):
        expect(panel).to_contain_text(words)
    expect(panel).to_contain_text("No model was asked.")
    page.get_by_role("link", name="Close").click()
    expect(panel).to_be_hidden()
    expect_tip(page, "Pay the rent")


def test_an_answer_may_be_given_while_why_is_open(open_page: Page, tip: Tip) -> None:
    open_page.keyboard.press("w")
    expect(open_page.get_by_role("heading", name="Why this, why now")).to_be_visible()
    open_page.keyboard.press("d")
    expect_words(open_page, "Done.")
    assert reaction(tip) == "done"


# ---- a finger


def swipe(page: Page, dx: int, dy: int) -> None:
    """A finger of a real touch screen, in steps, from the middle of the words."""
    box = card(page).get_by_role("heading", level=1).bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    session = page.context.new_cdp_session(page)

    def touch(kind: str, *points: dict[str, float]) -> None:
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": list(points)})

    touch("touchStart", {"x": x, "y": y})
    for step in range(1, 6):
        touch("touchMove", {"x": x + dx * step / 5, "y": y + dy * step / 5})
    touch("touchEnd")


@pytest.mark.parametrize(
    ("dx", "dy", "value"), [(150, 0, "done"), (-150, 0, "dismiss"), (0, -150, "snooze")]
)
def test_a_swipe_gives_its_answer(
    visit: Visit, alice: User, tip: Tip, dx: int, dy: int, value: str
) -> None:
    page = open_tip(visit(alice, **PHONE))
    swipe(page, dx, dy)
    expect_words(page, SAID[value])
    assert reaction(tip) == value


@pytest.mark.parametrize(("dx", "dy"), [(40, 0), (0, 150)])
def test_a_swipe_that_is_too_short_or_means_nothing_leaves_the_tip(
    visit: Visit, alice: User, tip: Tip, dx: int, dy: int
) -> None:
    page = open_tip(visit(alice, **PHONE))
    swipe(page, dx, dy)
    expect(card(page)).not_to_have_attribute("data-pull", "done")
    expect_state(page, "tip")
    assert reaction(tip) == ""


def test_a_tap_presses_the_button(visit: Visit, alice: User, tip: Tip) -> None:
    page = open_tip(visit(alice, **PHONE))
    card(page).get_by_role("button", name="Later").tap()
    expect_words(page, "Later, then.")


# ---- two devices


def test_of_two_devices_one_wins_and_the_other_is_told(visit: Visit, alice: User, tip: Tip) -> None:
    phone, laptop = open_tip(visit(alice, **PHONE)), open_tip(visit(alice))
    press(phone, "Done")
    expect_words(phone, "Done.")
    press(laptop, "Not this")
    expect_words(laptop, "You had already answered this", "Done.")
    assert reaction(tip) == "done"


def test_a_page_whose_session_has_ended_asks_to_sign_in(
    visit: Visit, alice: User, tip: Tip
) -> None:
    page = open_tip(visit(alice))
    page.context.clear_cookies(name="sessionid")
    press(page, "Done")
    expect(page).to_have_url("/sign-in/?next=/")
    assert reaction(tip) == ""


def test_an_answer_that_the_server_refuses_can_be_tried_again(
    visit: Visit, alice: User, tip: Tip, watch: Any
) -> None:
    watch.expect("status of 500|Response Status Error Code 500")
    # A worker would fetch past the route.
    page = open_tip(visit(alice, service_workers="block"))
    page.route("**/answer", lambda route: route.fulfill(status=500, body=""), times=1)
    press(page, "Done")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("That did not get through.")
    expect_tip(page, "Pay the rent")
    alert.get_by_role("button", name="Try again").click()
    expect_words(page, "Done.")
    expect(alert).to_be_hidden()
    assert reaction(tip) == "done"


def test_a_reminder_tells_how_long_and_takes_later_away_in_time(visit: Visit, alice: User) -> None:
    make_event(alice, starts_in_min=12)
    the_tip(alice)
    page = visit(alice)
    page.clock.install(time=NOON)
    open_tip(page, "Design review")
    expect_words(page, "in 12 minutes", "Later")
    page.clock.fast_forward("05:30")
    expect_words(page, "in 7 minutes")
    expect(card(page).get_by_role("button", name="Later")).to_have_count(0)
    page.keyboard.press("s")
    expect_state(page, "tip")
    page.keyboard.press("d")
    expect_state(page, "answered")
    expect_words(page, "Noted.", "Starts at 12:12", "in 7 minutes")
    page.clock.fast_forward("08:00")
    expect(page.locator("[data-until]")).to_have_text("")
