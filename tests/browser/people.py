"""What a test puts in front of a person: rows as a sync would have written them, and their tip."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

from tests.browser.card import expect_tip
from tips.make.making import make_tip
from tips.models import Tip
from tips.tests.people import NOON
from tips.tests.rows import add_task


def give_tip(person: Any, title: str = "Pay the rent", **fields: Any) -> Tip:
    """The one task, due today, as the ready tip."""
    add_task(person, title, **{"url": "https://app.todoist.com/app/task/1", **fields})
    made = make_tip(person.pk, at=NOON)
    assert made is not None
    return made


def open_tip(page: Page, title: str = "Pay the rent") -> Page:
    page.goto("/")
    expect_tip(page, title)
    return page
