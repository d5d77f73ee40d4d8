"""The keys on other keyboards, and off."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from tests.browser.card import card, expect_state, expect_words, open_tip, press
from tests.browser.conftest import Visit
from tests.factories import give_tip
from tips.models import Tip

pytestmark = pytest.mark.browser


@pytest.fixture
def tip(alice: User) -> Tip:
    return give_tip(alice)


@pytest.fixture
def page(visit: Visit, alice: User, tip: Tip) -> Page:
    return open_tip(visit(alice))


def strike(page: Page, key: str, code: str) -> None:
    """A key of a layout that the machine of the test does not have."""
    page.evaluate(
        """([key, code]) => document.body.dispatchEvent(
          new KeyboardEvent("keydown", { key, code, bubbles: true, cancelable: true }))""",
        [key, code],
    )


@pytest.mark.parametrize(
    ("key", "code", "said"),
    [
        ("в", "KeyD", "Done."),  # Russian
        ("Ы", "KeyS", "Later, then."),
        ("ч", "KeyX", "Not this, then."),
        ("ג", "KeyD", "Done."),  # Hebrew
        ("χ", "KeyX", "Not this, then."),  # Greek
        ("्", "KeyD", "Done."),  # Hindi, where the key gives a mark
        ("d", "KeyH", "Done."),  # Dvorak
        ("s", "Semicolon", "Later, then."),
    ],
)
def test_a_key_is_its_letter_or_where_it_is(page: Page, key: str, code: str, said: str) -> None:
    strike(page, key, code)
    expect_words(page, said)


@pytest.mark.parametrize(
    ("key", "code"),
    [
        ("e", "KeyD"),  # Dvorak
        ("o", "KeyS"),
        (",", "KeyW"),
        ("z", "KeyW"),  # AZERTY
        ("ß", "Minus"),  # QWERTZ
        ("Dead", "KeyD"),
        ("Process", "KeyS"),
    ],
)
def test_a_layout_with_latin_letters_keeps_them(page: Page, tip: Tip, key: str, code: str) -> None:
    strike(page, key, code)
    page.wait_for_timeout(300)
    expect_state(page, "tip")
    expect(page.get_by_role("heading", name="Why this, why now")).to_have_count(0)
    tip.refresh_from_db()
    assert tip.reaction == ""


def test_a_sign_among_letters_is_the_key_that_it_is_on(page: Page) -> None:
    strike(page, "ק", "KeyE")
    strike(page, "'", "KeyW")
    expect(page.get_by_role("heading", name="Why this, why now")).to_be_visible()


def test_the_list_opens_with_the_question_mark_of_arabic(page: Page) -> None:
    strike(page, "؟", "Slash")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()


def test_who_switches_the_keys_off_has_none(page: Page, alice: User, visit: Visit) -> None:
    page.goto("/settings/")
    page.get_by_label("Keys").select_option("off")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_have_text("Saved.")
    expect(page.get_by_label("Keys")).to_have_value("off")
    other = open_tip(visit(alice))  # kept on the server: on every device
    for key in ("d", "s", "x", "w", "?"):
        other.keyboard.press(key)
    other.wait_for_timeout(300)
    expect_state(other, "tip")
    expect(other.get_by_role("dialog", name="Keys")).to_be_hidden()
    expect(other.locator("#tip [aria-keyshortcuts]")).to_have_count(0)
    press(other, "Done")
    expect_words(other, "Done.")
    other.keyboard.press("u")
    expect(card(other).locator("[aria-keyshortcuts], kbd")).to_have_count(0)
    assert Tip.objects.filter(user=alice, reaction="done").exists()
