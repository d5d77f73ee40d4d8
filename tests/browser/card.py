"""The card on the black page, as a person meets it."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect


def card(page: Page) -> Locator:
    return page.locator("#tip")


def expect_state(page: Page, state: str) -> None:
    expect(card(page)).to_have_attribute("data-state", state)


def expect_tip(page: Page, content: str) -> None:
    expect_state(page, "tip")
    expect(card(page).get_by_role("heading", level=1)).to_have_text(content)


def expect_words(page: Page, *sentences: str) -> None:
    for sentence in sentences:
        expect(card(page)).to_contain_text(sentence)


def open_tip(page: Page, content: str = "Pay the rent") -> Page:
    page.goto("/")
    expect_tip(page, content)
    return page


def press(page: Page, name: str) -> None:
    card(page).get_by_role("button", name=name, exact=True).click()
