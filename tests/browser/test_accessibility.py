"""What axe-core finds in every state: nothing."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import expect

from accounts.models import User
from tests.browser import states
from tests.browser.card import card, open_tip, press
from tests.browser.conftest import Visit
from tests.browser.watch import Watch
from tests.factories import give_tip

pytestmark = pytest.mark.browser

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SAME_WORDS = {f"tip-{name}" for name in states.TITLES} - {"tip-short", "tip-arabic"}
ALL = {**states.TIPS, **states.OVER, **states.PAGES}


@pytest.mark.parametrize("name", [name for name in ALL if name not in SAME_WORDS])
def test_axe_finds_nothing(visit: Visit, alice: User, watch: Watch, name: str) -> None:
    if name in states.EXPECTED:
        watch.expect(states.EXPECTED[name])
    page = visit(alice, viewport={"width": 390, "height": 844}, service_workers="block")
    ALL[name](page, alice)
    results = Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}})
    found = [
        f"{v['id']}: {node['html'][:120]} {node['failureSummary']}"
        for v in results.response["violations"]
        for node in v["nodes"]
    ]
    assert found == []
    assert len(results.response["passes"]) > 5


# Contrast with the brightest spot of the light behind the words, which axe-core cannot judge.
CONTRAST = """(selector) => {
  const LIGHT = [38, 32, 24];
  const linear = (c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  const shine = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  const style = getComputedStyle(document.querySelector(selector));
  const ink = style.color.match(/[\\d.]+/g).slice(0, 3).map(Number);
  const opacity = Number(style.opacity);
  const seen = ink.map((c, i) => c * opacity + LIGHT[i] * (1 - opacity));
  return (shine(seen) + 0.05) / (shine(LIGHT) + 0.05);
}"""


def test_the_words_stand_out_from_the_light_behind_them(visit: Visit, alice: User) -> None:
    give_tip(alice)
    page = open_tip(visit(alice))
    for selector in ("#tip h1", ".tip__detail", ".whisper", ".answer"):
        assert page.evaluate(CONTRAST, selector) >= 4.5, selector


def test_what_changes_is_said_aloud(visit: Visit, alice: User) -> None:
    give_tip(alice)
    page = open_tip(visit(alice))
    expect(page.get_by_role("main")).to_have_attribute("aria-live", "polite")
    press(page, "Not this")
    press(page, "It is wrong")
    expect(card(page).get_by_role("status")).to_have_text("Noted: it is wrong.")


def test_the_language_of_a_page_is_named(visit: Visit, alice: User) -> None:
    give_tip(alice)
    page = open_tip(visit(alice))
    assert page.locator("html").get_attribute("lang") == "en"
