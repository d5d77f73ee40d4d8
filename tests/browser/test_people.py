from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from tests.browser.conftest import Visit
from tests.factories import give_tip, make_person
from tips.models import Tip

pytestmark = pytest.mark.browser
TITLE = "Ring Dr Okonkwo"


def act(page: Page, title: str, why: str) -> None:
    form = page.locator("details", has=page.locator("summary", has_text=title)).first
    form.locator("summary").click()
    form.get_by_label("Why").fill(why)
    form.get_by_role("button", name=title).click()


def test_a_persons_words_are_revealed_and_their_tip_ended_on_record(
    visit: Visit, alice: User
) -> None:
    tip = give_tip(alice, TITLE)
    page = visit(make_person("olga", is_staff=True, is_superuser=True))
    page.goto("/console/people/?q=alice")
    page.get_by_role("link", name=alice.email).click()
    expect(page.get_by_role("cell", name="•••").or_(page.get_by_text("•••")).first).to_be_visible()
    expect(page.get_by_text(TITLE)).to_have_count(0)
    act(page, "Reveal what they wrote", "She asked what it says")
    expect(page.get_by_text(TITLE).first).to_be_visible()
    act(page, "End the live tip", "It is wrong")
    expect(page.get_by_text("The tip has ended.")).to_be_visible()
    tip.refresh_from_db()
    assert tip.state == Tip.State.EXPIRED
    page.goto("/console/audit/")
    for words in ("Reveal what they wrote", "She asked what it says"):
        expect(page.get_by_role("cell", name=words)).to_be_visible()
    for words in ("End the live tip", "It is wrong"):
        expect(page.get_by_role("cell", name=words)).to_be_visible()
    expect(page.get_by_text(TITLE)).to_have_count(0)
