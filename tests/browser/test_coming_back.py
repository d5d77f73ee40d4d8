"""After a button on a long page one is where one pressed it, with JavaScript and without."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from accounts.privacy.consents import grant
from agents.models import Reading
from agents.registry import READERS
from tests.browser.conftest import Visit
from tests.clock import NOON
from tests.factories import make_task

pytestmark = pytest.mark.browser


@pytest.fixture(params=[True, False], ids=["script", "plain"])
def page(request: pytest.FixtureRequest, visit: Visit, alice: User) -> Page:
    grant(alice.pk, "tasks", by="connect", at=NOON)
    for n in range(8):
        make_task(alice, f"Send it to Bea {n}", words_digest=f"{n}" * 32)
        Reading.objects.create(
            user=alice, kind="task", words=f"{n}" * 32, reader="words",
            version=READERS["words"].manifest.version, read_at=NOON,
            traits={"waits": {"value": "Bea", "quote": "to Bea"}},
        )  # fmt: skip
    page = visit(alice, java_script_enabled=request.param)
    page.goto("/settings/mind")
    return page


def test_an_angle_is_switched_off_by_one_tap(page: Page) -> None:
    row = page.locator("#plugin-momentum")
    row.get_by_role("button", name="Switch off").click()
    expect(row.get_by_text("Off", exact=True)).to_be_in_viewport()
    expect(row.get_by_role("status")).to_have_text("Saved.")
    expect(row.get_by_role("status")).to_be_in_viewport()
    expect(row).to_be_focused()
    row.get_by_role("button", name="Switch on").click()
    expect(row.get_by_text("Off", exact=True)).to_have_count(0)


def test_not_so_keeps_the_reader_at_the_task(page: Page) -> None:
    row = page.locator(f"#task-{'3' * 32}")
    row.get_by_role("button", name="Not so").click()
    expect(row.get_by_role("button", name="Undo")).to_be_in_viewport()
    expect(row).to_be_focused()
    row.get_by_role("button", name="Undo").click()
    expect(row.get_by_role("button", name="Not so")).to_be_in_viewport()


def test_saving_keeps_the_reader_at_the_section(page: Page) -> None:
    page.goto("/settings/")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#you").get_by_role("status")).to_be_in_viewport()
    expect(page.locator("#you")).to_be_focused()


def test_what_ends_all_sessions_stands_where_its_heading_does(visit: Visit, alice: User) -> None:
    page = visit(alice, viewport={"width": 1440, "height": 900})
    page.goto("/settings/")
    button = page.get_by_role("button", name="Sign out everywhere")
    starts = button.evaluate(
        "b => { const r = document.createRange(); r.selectNodeContents(b);"
        " return r.getBoundingClientRect().x }"
    )
    heading = page.locator("#sign-in-title").bounding_box()
    assert heading is not None
    assert abs(starts - heading["x"]) < 2


@pytest.mark.parametrize("address", ["/settings/", "/settings/mind", "/connect/"])
def test_the_way_up_is_as_large_as_a_finger(visit: Visit, alice: User, address: str) -> None:
    page = visit(alice, viewport={"width": 390, "height": 844})
    page.goto(address)
    box = page.locator(".page__up").bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) >= 44
