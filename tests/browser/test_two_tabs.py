"""A page that was open while its person, or another one, signed in anew in the next tab."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from tests.browser.card import card, expect_state, expect_tip, expect_words, open_tip, press
from tests.browser.conftest import Visit, session_of
from tests.browser.site import Site
from tests.browser.test_offline import expect_waiting
from tests.browser.watch import Watch
from tests.factories import give_tip
from tips.models import Tip

pytestmark = pytest.mark.browser


@pytest.fixture
def tip(alice: User) -> Tip:
    return give_tip(alice)


@pytest.fixture
def page(visit: Visit, alice: User, tip: Tip, watch: Watch) -> Page:
    watch.expect("status of 40[34]|Response Status Error Code 40[34]")
    return open_tip(visit(alice))


def sign_in_beside(page: Page, person: User, site: Site) -> None:
    """In another tab: a new session and, as with every sign-in, a new token for forms."""
    page.context.clear_cookies()
    page.context.add_cookies([session_of(person, site.url)])
    beside = page.context.new_page()
    beside.goto("/settings/")
    beside.close()


def reaction(tip: Tip) -> str:
    tip.refresh_from_db()
    return tip.reaction


@pytest.mark.parametrize(
    ("name", "said", "value"),
    [("Done", "Done.", "done"), ("Not this", "Not this, then.", "dismiss")],
)
def test_an_answer_gets_through_after_signing_in_anew(
    page: Page, alice: User, tip: Tip, site: Site, name: str, said: str, value: str
) -> None:
    sign_in_beside(page, alice, site)
    press(page, name)
    expect_words(page, said)
    expect(card(page)).not_to_contain_text("already answered")
    expect(page.get_by_role("alert")).to_be_hidden()
    assert reaction(tip) == value


def test_so_does_what_follows_it(page: Page, alice: User, tip: Tip, site: Site) -> None:
    press(page, "Not this")
    expect_state(page, "answered")
    sign_in_beside(page, alice, site)
    press(page, "Not relevant")
    expect_words(page, "Noted: not relevant.")
    sign_in_beside(page, alice, site)
    press(page, "Undo")
    expect_tip(page, "Pay the rent")
    assert reaction(tip) == ""


def test_a_token_that_is_refused_again_is_told_and_can_be_tried_again(
    page: Page, visit: Visit, alice: User, tip: Tip, site: Site
) -> None:
    page = open_tip(visit(alice, service_workers="block"))
    page.route("**/answer", lambda route: route.fulfill(status=403, body=""), times=2)
    press(page, "Done")
    page.get_by_role("alert").get_by_role("button", name="Try again").click()
    expect_state(page, "answered")
    expect_words(page, "Done.")
    assert reaction(tip) == "done"


def test_an_answer_waits_over_the_sign_in_and_is_sent_once(
    page: Page, alice: User, tip: Tip, site: Site
) -> None:
    page.context.clear_cookies(name="sessionid")
    press(page, "Done")
    expect(page).to_have_url("/sign-in/?next=/")
    assert reaction(tip) == ""
    page.context.clear_cookies()
    page.context.add_cookies([session_of(alice, site.url)])
    page.goto("/")
    expect_state(page, "answered")
    expect_words(page, "Done.")
    assert reaction(tip) == "done"
    expect_waiting(page, 0)


@pytest.mark.parametrize("is_token_new", [True, False])
def test_an_answer_is_never_sent_for_who_signed_in_since(
    page: Page, alice: User, bob: User, tip: Tip, site: Site, is_token_new: bool
) -> None:
    if is_token_new:
        sign_in_beside(page, bob, site)
    else:
        page.context.add_cookies([session_of(bob, site.url)])
    press(page, "Done")
    expect_state(page, "connect")
    expect(card(page)).not_to_contain_text("Pay the rent")
    assert reaction(tip) == ""
    page.reload()
    expect_state(page, "connect")
    expect_waiting(page, 1)
    page.context.clear_cookies()
    page.context.add_cookies([session_of(alice, site.url)])
    page.goto("/")
    expect_state(page, "answered")
    expect_words(page, "Done.")
    assert reaction(tip) == "done"
    expect_waiting(page, 0)
