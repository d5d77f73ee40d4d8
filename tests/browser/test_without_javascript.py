from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from tests.browser.card import card, expect_state, expect_tip, expect_words, open_tip, press
from tests.browser.conftest import Visit
from tests.factories import give_tip, make_task
from tips.models import Tip

pytestmark = pytest.mark.browser

PLAIN = {"java_script_enabled": False}


@pytest.fixture
def tip(alice: User) -> Tip:
    return give_tip(alice)


@pytest.fixture
def page(visit: Visit, alice: User, tip: Tip) -> Page:
    return open_tip(visit(alice, **PLAIN))


def test_from_the_first_page_to_an_answer_and_out_again(visit: Visit) -> None:
    page = visit(**PLAIN)
    page.goto("/")
    page.get_by_role("button", name="Look around with sample data").click()
    expect_state(page, "tip")
    press(page, "Later")
    expect_words(page, "Later, then.")
    page.get_by_role("link", name="Settings").click()
    page.get_by_role("link", name="Delete my account").click()
    page.get_by_role("button", name="Delete everything now").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your account is deleted")
    assert not User.objects.exists()


def test_the_page_that_waits_for_a_tip_asks_again_by_itself(visit: Visit, alice: User) -> None:
    make_task(alice, "Pay the rent")
    page = visit(alice, **PLAIN)
    page.goto("/")
    expect_tip(page, "Pay the rent")


def test_an_answer_and_its_undo(page: Page, tip: Tip) -> None:
    press(page, "Done")
    expect_words(page, "Done.", "Pay the rent")
    press(page, "Undo")
    expect_tip(page, "Pay the rent")
    tip.refresh_from_db()
    assert tip.reaction == ""


def test_not_this_with_a_reason_and_one_more(page: Page, tip: Tip) -> None:
    press(page, "Not this")
    press(page, "Not relevant")
    expect_words(page, "Noted: not relevant.")
    press(page, "One more")
    expect_state(page, "rest")


def test_why_opens_and_closes(page: Page) -> None:
    page.get_by_role("link", name="Why this?").click()
    expect(page.get_by_role("region", name="Why this, why now")).to_contain_text("Sample data")
    page.get_by_role("link", name="Close").click()
    expect(page.get_by_role("region", name="Why this, why now")).to_have_count(0)
    expect_tip(page, "Pay the rent")


def test_the_settings_are_saved(page: Page, alice: User) -> None:
    page.goto("/settings/")
    page.get_by_label("Time zone").fill("Asia/Tokyo")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_have_text("Saved.")
    alice.profile.refresh_from_db()
    assert alice.profile.time_zone == "Asia/Tokyo"


def test_nothing_is_offered_that_cannot_work(page: Page) -> None:
    expect(page.locator("button:visible")).to_have_count(3)
    assert card(page).locator("form:visible").count() == 1
