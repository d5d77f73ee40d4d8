from __future__ import annotations

import json
import re
import zipfile
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from playwright.sync_api import Page, expect

from accounts.models import User
from integrations.models import Connection
from tests.browser.card import card, expect_state, open_tip
from tests.browser.conftest import Visit
from tests.factories import give_tip, make_connection

pytestmark = pytest.mark.browser


@pytest.fixture
def page(visit: Visit, alice: User) -> Page:
    page = visit(alice)
    page.goto("/settings/")
    return page


def test_the_gear_leads_to_the_settings_and_the_mark_back(visit: Visit, alice: User) -> None:
    give_tip(alice)
    page = open_tip(visit(alice))
    page.get_by_role("link", name="Settings").click()
    expect(page.get_by_role("heading", name="Settings", level=1)).to_be_visible()
    page.get_by_role("link", name="oO: back to the tip").click()
    expect_state(page, "tip")


def test_a_time_zone_is_saved_and_its_times_are_shown(page: Page, alice: User) -> None:
    page.get_by_label("Time zone").fill("America/New_York")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_have_text("Saved.")
    expect(page.get_by_label("Time zone")).to_have_value("America/New_York")
    make_connection(alice)
    page.goto("/")
    expect_state(page, "rest")
    expect(card(page)).to_contain_text("a.m.")


def test_the_devices_zone_is_offered(visit: Visit, alice: User) -> None:
    page = visit(alice, timezone_id="Asia/Tokyo")
    page.goto("/settings/")
    page.get_by_role("button", name="Use this device's zone: Asia/Tokyo").click()
    expect(page.get_by_label("Time zone")).to_have_value("Asia/Tokyo")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_have_text("Saved.")
    alice.profile.refresh_from_db()
    assert alice.profile.time_zone == "Asia/Tokyo"


def test_a_zone_that_is_none_is_refused_where_it_was_typed(page: Page, watch: Any) -> None:
    watch.expect("status of 422")
    field = page.get_by_label("Time zone")
    field.fill("Middle/Earth")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("This is not a time zone")).to_be_visible()
    expect(field).to_have_value("Middle/Earth")
    expect(field).to_have_attribute("aria-invalid", "true")


def test_the_language_changes_with_the_answer(page: Page, alice: User) -> None:
    page.get_by_label("Language").select_option("de")
    page.locator("#you button.button--primary").click()
    expect(page.locator("html")).to_have_attribute("lang", "de")
    alice.profile.refresh_from_db()
    assert alice.profile.locale == "de"


def test_a_consent_withdrawn_ends_what_rested_on_it(page: Page) -> None:
    page.goto("/connect/")
    page.get_by_role("button", name="Try it").click()
    expect_state(page, "tip")
    page.goto("/settings/")
    page.get_by_role("link", name="Withdraw: Your tasks").click()
    expect(page.get_by_text("is disconnected, and oO forgets")).to_be_visible()
    page.get_by_role("button", name="Withdraw").click()
    expect(page.get_by_role("status")).to_have_text("Withdrawn: Your tasks.")
    expect(page.get_by_role("button", name="Allow: Your tasks")).to_be_visible()
    page.goto("/")
    expect_state(page, "connect")
    assert not Connection.objects.exists()


def test_everything_can_be_downloaded_and_read(page: Page, alice: User, tmp_path: Path) -> None:
    give_tip(alice)
    with page.expect_download() as coming:
        page.get_by_role("button", name="Download everything").click()
    coming.value.save_as(tmp_path / "mine.zip")
    with zipfile.ZipFile(tmp_path / "mine.zip") as archive:
        assert archive.testzip() is None
        texts = [archive.read(n).decode() for n in archive.namelist() if n.endswith(".json")]
    assert all(json.loads(text) is not None for text in texts)
    assert any("Pay the rent" in text for text in texts)
    assert any("alice@example.com" in text for text in texts)


def test_an_account_is_deleted_with_a_receipt_that_proves_it(
    page: Page, alice: User, tmp_path: Path
) -> None:
    give_tip(alice)
    page.get_by_role("link", name="Delete my account").click()
    page.get_by_role("button", name="Delete everything now").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your account is deleted")
    expect(page.get_by_text("Nothing is left.")).to_be_visible()
    with page.expect_download() as coming:
        page.get_by_role("link", name="Download the receipt").click()
    coming.value.save_as(tmp_path / "receipt.json")
    said = StringIO()
    call_command("verify_receipt", tmp_path / "receipt.json", stdout=said)
    assert said.getvalue().strip().endswith(": valid")
    page.goto("/")
    expect(page).to_have_url("/sign-in/?next=/")
    assert not User.objects.exists()


def test_whoever_thinks_again_keeps_the_account(page: Page) -> None:
    page.get_by_role("link", name="Delete my account").click()
    page.get_by_role("link", name="Keep my account").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Settings")
    assert User.objects.count() == 1


def test_signing_out_everywhere_ends_the_other_device_at_once(visit: Visit, alice: User) -> None:
    give_tip(alice)
    phone, laptop = open_tip(visit(alice)), visit(alice)
    laptop.goto("/settings/")
    laptop.get_by_role("button", name="Sign out everywhere").click()
    expect(laptop).to_have_url(re.compile("/sign-in/"))
    card(phone).get_by_role("button", name="Done", exact=True).click()
    expect(phone).to_have_url(re.compile("/sign-in/"))


def test_a_token_for_a_program_is_shown_once_and_can_be_revoked(page: Page) -> None:
    page.get_by_role("link", name="Manage tokens").click()
    page.get_by_label("Name").fill("my script")
    page.get_by_role("checkbox").first.check()
    page.get_by_role("button", name="Make a token").click()
    token = page.get_by_label("Token", exact=True)
    expect(token).to_have_value(re.compile(r".{20}"))
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("() => navigator.clipboard.readText()") == token.input_value()
    page.get_by_role("button", name="Revoke my script").click()
    expect(page.get_by_text("You have no tokens.")).to_be_visible()


def test_two_times_beside_each_other_stay_in_their_column(visit: Visit, alice: User) -> None:
    page = visit(alice, viewport={"width": 320, "height": 640}, service_workers="block")
    page.goto("/settings/mind")
    page.get_by_text("Add a situation").click()
    for label in ("From", "Until"):
        field = page.locator(".more").get_by_label(label, exact=True)
        ends = "(e) => [e, e.closest('.field')].map((each) => each.getBoundingClientRect().right)"
        inner, outer = field.evaluate(ends)
        assert inner <= outer
