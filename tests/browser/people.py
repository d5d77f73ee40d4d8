"""What a test puts in front of a person: rows as a sync would have written them, and their tip."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.browser.card import expect_tip


def open_tip(page: Page, title: str = "Pay the rent") -> Page:
    page.goto("/")
    expect_tip(page, title)
    return page
