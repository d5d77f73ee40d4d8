"""Every state on every shape of screen. OO_SHOTS=folder keeps a picture of each."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from tests.browser import states
from tests.browser.card import card, expect_state, open_tip
from tests.browser.conftest import Visit
from tests.browser.measure import whats_wrong
from tests.browser.watch import Watch
from tests.factories import give_tip

pytestmark = pytest.mark.browser

SHAPES = [(320, 640), (390, 844), (844, 390), (1440, 900), (3840, 2160)]
ALL = {**states.TIPS, **states.OVER, **states.PAGES}
# A sheet over the tip hides what is behind it, and long lists may scroll.
WHOLE_IN_SIGHT = set(states.TIPS)
# What settles, moves nothing: css/page.css.
MOVING = """() => document.getAnimations().map((each) => each.animationName ?? "")
  .filter((name) => name !== "page-settles")"""


def keep_picture(page: Page, name: str, width: int) -> None:
    if folder := os.environ.get("OO_SHOTS"):
        page.screenshot(path=Path(folder) / f"{name}-{width}.png", animations="disabled")


@pytest.mark.parametrize("name", ALL)
def test_a_page_fits_every_screen(visit: Visit, alice: User, watch: Watch, name: str) -> None:
    if name in states.EXPECTED:
        watch.expect(states.EXPECTED[name])
    page = visit(alice, has_touch=True, service_workers="block")
    ALL[name](page, alice)
    # A page that a form led to can be seen before its stylesheets are there.
    page.wait_for_load_state("load")
    page.evaluate("() => document.fonts.ready")
    found = {}
    for width, height in SHAPES:
        page.set_viewport_size({"width": width, "height": height})
        keep_picture(page, name, width)
        if wrong := whats_wrong(page, whole_in_sight=name in WHOLE_IN_SIGHT):
            found[f"{width}x{height}"] = wrong
    assert found == {}
    assert page.evaluate(MOVING) == []


def test_a_card_arrives_with_a_movement_that_ends(visit: Visit, alice: User) -> None:
    give_tip(alice)
    page = open_tip(visit(alice, reduced_motion="no-preference"))
    assert page.evaluate("() => document.getAnimations().length") > 0
    page.wait_for_function("() => document.getAnimations().every((a) => a.playState !== 'running')")
    heading = card(page).get_by_role("heading", level=1)
    assert heading.evaluate("(e) => getComputedStyle(e).opacity") == "1"


def test_text_of_twice_the_size_still_fits(visit: Visit, alice: User) -> None:
    give_tip(alice, states.LONG)
    page = visit(alice, viewport={"width": 640, "height": 900}, service_workers="block")
    open_tip(page, states.LONG)
    page.evaluate("() => { document.documentElement.style.fontSize = '200%'; }")
    assert whats_wrong(page, whole_in_sight=False) == []


def test_a_phone_in_an_arabic_hand(visit: Visit, alice: User) -> None:
    give_tip(alice, states.TITLES["arabic"])
    page = open_tip(visit(alice), states.TITLES["arabic"])
    heading = card(page).get_by_role("heading", level=1)
    assert heading.evaluate("(e) => getComputedStyle(e).direction") == "rtl"
    expect_state(page, "tip")
    expect(heading).to_be_in_viewport()
