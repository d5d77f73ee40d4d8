"""Staff and the console, with a device that the browser makes up: WebAuthn over CDP."""

from __future__ import annotations

import pytest
from playwright.sync_api import CDPSession, Page, expect

from accounts.models import User
from adminconsole.models import AuditEntry, Passkey
from tests.browser.conftest import Visit, session_of
from tests.browser.site import Site

pytestmark = pytest.mark.browser

INSIDE = "/console/overview/"


@pytest.fixture
def ops(site: Site, bob: User, settings: object) -> User:
    settings.OO_STAFF_PASSKEYS = True  # type: ignore[attr-defined]
    User.objects.filter(pk=bob.pk).update(is_staff=True, is_superuser=True)
    return bob


def device_at(page: Page) -> CDPSession:
    """Like a laptop that knows its owner's finger."""
    cdp = page.context.new_cdp_session(page)
    cdp.send("WebAuthn.enable")
    cdp.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    return cdp


def prove(page: Page, button: str) -> None:
    """With the keyboard: the button has the focus."""
    expect(page.get_by_role("button", name=button)).to_be_focused()
    page.keyboard.press("Enter")


def test_the_first_passkey_is_added_and_asked_for_again(
    visit: Visit, site: Site, ops: User
) -> None:
    page = visit(ops)
    device_at(page)
    page.goto("/console/overview/?days=7")
    expect(page.get_by_role("heading", level=1)).to_have_text("Add your passkey")
    prove(page, "Add passkey")
    expect(page).to_have_url(f"{INSIDE}?days=7")
    passkey = Passkey.objects.get()
    assert (passkey.user, passkey.transports) == (ops, "internal")
    assert AuditEntry.objects.get().action == "first passkey"

    page.context.add_cookies([session_of(ops, site.url)])  # signed in anew
    page.goto("/console/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Show your passkey")
    prove(page, "Show passkey")
    expect(page).to_have_url(INSIDE)
    assert Passkey.objects.get().sign_count > passkey.sign_count


def test_a_device_without_it_stays_outside_and_is_told(visit: Visit, site: Site, ops: User) -> None:
    page = visit(ops)
    device_at(page)
    page.goto("/console/")
    prove(page, "Add passkey")
    expect(page).to_have_url(INSIDE)

    other = visit(ops)
    device_at(other)
    other.goto("/console/")
    prove(other, "Show passkey")
    expect(other.get_by_role("alert")).to_have_text("That did not work. Try again.")
    expect(other.get_by_role("button", name="Show passkey")).to_be_enabled()
    other.goto(INSIDE)
    expect(other.get_by_role("heading", level=1)).to_have_text("Show your passkey")


def test_a_second_one_gets_a_name_and_the_first_goes(visit: Visit, ops: User) -> None:
    page = visit(ops)
    first = device_at(page)
    page.goto("/console/passkeys/")
    prove(page, "Add passkey")
    expect(page.get_by_role("button", name="Remove")).to_have_count(0)
    page.get_by_label("Name").last.fill("My laptop")
    page.get_by_role("button", name="Add passkey").click()
    expect(page.get_by_role("alert")).to_have_text("This device has a passkey of yours already.")

    first.send("WebAuthn.disable")
    device_at(page)
    page.get_by_role("button", name="Add passkey").click()
    page.get_by_role("button", name="Remove First one").click()
    expect(page.get_by_text("opens nothing any more")).to_be_visible()
    assert Passkey.objects.get().name == "My laptop"
