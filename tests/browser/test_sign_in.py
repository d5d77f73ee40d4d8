from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Consent, User
from tests.browser.card import expect_state
from tests.browser.conftest import Visit
from tests.stand_ins.openid import OpenIdStandIn

pytestmark = pytest.mark.browser


def at_the_provider(page: Page, way: str, idp: OpenIdStandIn) -> None:
    """A stranger opens the page and picks a way in."""
    page.goto("/")
    expect(page).to_have_url("/sign-in/?next=/")
    page.get_by_role("button", name=f"Continue with {way}").click()
    expect(page.get_by_role("heading")).to_contain_text("stand-in")
    assert page.url.startswith(idp.url)


@pytest.mark.parametrize("way", ["Google", "Apple"])
def test_a_stranger_signs_in_and_is_asked_to_connect(
    visit: Visit, idp: OpenIdStandIn, way: str
) -> None:
    page = visit(timezone_id="Pacific/Auckland")
    at_the_provider(page, way, idp)
    page.get_by_role("button", name="Alice Arden").click()
    expect_state(page, "connect")
    alice = User.objects.select_related("profile").get()
    assert alice.email == "alice@example.com"
    assert alice.profile.time_zone == "Pacific/Auckland"
    assert {c.key for c in Consent.objects.open(alice.pk)} == {"terms", "privacy"}


@pytest.mark.parametrize("way", ["Google", "Apple"])
def test_who_cancels_at_the_provider_is_told_and_can_go_back(
    page: Page, idp: OpenIdStandIn, way: str
) -> None:
    at_the_provider(page, way, idp)
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Cancelled")
    page.get_by_role("link", name="Back to sign in").click()
    expect(page.get_by_role("button", name=f"Continue with {way}")).to_be_visible()
    assert not User.objects.exists()


def test_the_page_that_was_asked_for_comes_after_sign_in(page: Page, idp: OpenIdStandIn) -> None:
    page.goto("/settings/")
    page.get_by_role("button", name="Continue with Google").click()
    page.get_by_role("button", name="Bob Birch").click()
    expect(page).to_have_url("/settings/")
    expect(page.get_by_role("heading", name="Settings", level=1)).to_be_visible()


def test_the_same_person_comes_back_to_the_same_account(visit: Visit, idp: OpenIdStandIn) -> None:
    for _ in range(2):
        page = visit()
        at_the_provider(page, "Google", idp)
        page.get_by_role("button", name="Alice Arden").click()
        expect_state(page, "connect")
    assert User.objects.count() == 1


def test_signing_out_ends_at_the_sign_in_page_and_back_shows_nothing(
    page: Page, idp: OpenIdStandIn
) -> None:
    at_the_provider(page, "Google", idp)
    page.get_by_role("button", name="Alice Arden").click()
    page.get_by_role("link", name="Settings").click()
    page.get_by_role("button", name="Sign out", exact=True).click()
    expect(page).to_have_url("/sign-in/")
    page.go_back()
    expect(page.get_by_role("button", name="Continue with Google")).to_be_visible()
    expect(page.get_by_text("alice@example.com")).to_have_count(0)


def test_the_terms_can_be_read_before_signing_in(page: Page) -> None:
    page.goto("/sign-in/")
    page.get_by_role("link", name="terms").click()
    expect(page).to_have_url("/legal/terms")
    page.get_by_role("link", name="back to the tip").click()
    expect(page).to_have_url("/sign-in/?next=/")


def test_a_made_up_person_needs_no_provider(page: Page) -> None:
    page.goto("/")
    page.get_by_role("button", name="Look around with sample data").click()
    expect_state(page, "tip")
