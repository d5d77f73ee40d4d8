"""After an answer nothing jumps: neither for a reason nor when the time to undo is over."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from tests.browser.card import card, expect_state, expect_words, open_tip, press
from tests.browser.conftest import Visit
from tests.factories import give_tip
from tips.models import Tip

pytestmark = pytest.mark.browser

SHAPES = [(390, 844), (768, 1024), (1440, 900)]
TOPS = """() => [...document.querySelectorAll(".tip__words > *")].slice(0, 2)
  .map((e) => e.getBoundingClientRect().top)"""
STANDS = "() => document.getAnimations().every((a) => a.playState !== 'running')"
# Where "One more" is in the very moment in which Undo goes, and whether it moves from there.
WHEN_UNDO_GOES = """() => new Promise((resolve) => {
  const more = document.querySelector("[data-more]");
  const middle = () => { const b = more.getBoundingClientRect(); return b.x + b.width / 2; };
  const before = middle();
  new MutationObserver(() => {
    const moves = more.getAnimations().filter((a) => !(a instanceof CSSTransition)).length;
    resolve({ before, now: middle(), moves });
  }).observe(document.querySelector("[data-undo-ms]"), { attributes: true });
})"""


@pytest.fixture
def tip(alice: User) -> Tip:
    return give_tip(alice)


def moving(visit: Visit, alice: User, shape: tuple[int, int], **more: Any) -> Page:
    width, height = shape
    options = {"reduced_motion": "no-preference", **more}
    return visit(alice, viewport={"width": width, "height": height}, **options)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("reason", ["Not now", "Not relevant", "It is wrong", "Already done"])
def test_a_reason_moves_nothing(
    visit: Visit, alice: User, tip: Tip, shape: tuple[int, int], reason: str
) -> None:
    page = open_tip(moving(visit, alice, shape))
    press(page, "Not this")
    expect_state(page, "answered")
    expect(page.locator("#tip:not(.is-new)")).to_be_visible()
    page.wait_for_function("() => document.getAnimations().every((a) => a.id || !a.effect.target"
                           "?.closest('.tip__words') || a.playState !== 'running')")  # fmt: skip
    before = page.evaluate(TOPS)
    page.evaluate(
        """() => document.addEventListener("htmx:afterSwap", () => {
          const seen = (e) => getComputedStyle(e).opacity;
          window.seen = ["#tip h1", ".tip__foot"].map((s) => seen(document.querySelector(s)));
        })"""
    )
    press(page, reason)
    expect_words(page, f"Noted: {reason.lower()}.")
    assert page.evaluate("() => window.seen") == ["1", "1"]
    assert page.evaluate(TOPS) == pytest.approx(before, abs=1)


def test_an_answer_says_until_when_it_holds(visit: Visit, alice: User, tip: Tip) -> None:
    page = open_tip(moving(visit, alice, (390, 844)))
    press(page, "Not this")
    expect_words(page, "Not before tomorrow, 8 a.m.")
    press(page, "Not relevant")
    expect_words(page, "Noted: not relevant.", "Not for 30 days.")
    expect(card(page)).not_to_contain_text("tomorrow")


@pytest.mark.parametrize("shape", SHAPES)
def test_one_more_goes_to_the_middle_with_a_movement(
    visit: Visit, alice: User, tip: Tip, shape: tuple[int, int]
) -> None:
    page = moving(visit, alice, shape)
    page.clock.install()
    open_tip(page)
    press(page, "Later")
    page.clock.run_for(1_000)
    expect_state(page, "answered")
    page.evaluate(f"() => {{ window.gone = ({WHEN_UNDO_GOES})(); }}")
    page.clock.run_for(8_500)
    seen = page.evaluate("() => window.gone")
    assert seen["moves"] == 1
    assert seen["now"] == pytest.approx(seen["before"], abs=2)
    page.wait_for_function(STANDS)
    more = card(page).get_by_role("button", name="One more").bounding_box()
    assert more is not None
    assert more["x"] + more["width"] / 2 == pytest.approx(shape[0] / 2, abs=1)


def test_the_key_of_undo_stands_under_its_word(visit: Visit, alice: User, tip: Tip) -> None:
    page = open_tip(moving(visit, alice, (1440, 900), reduced_motion="reduce"))
    press(page, "Done")
    expect_state(page, "answered")
    off = page.evaluate(
        """() => {
          const button = document.querySelector("[data-undo]");
          const word = document.createRange();
          word.selectNode([...button.childNodes].find((n) => n.nodeType === 3));
          const middle = (b) => b.x + b.width / 2;
          const key = button.querySelector("kbd").getBoundingClientRect();
          return middle(key) - middle(word.getBoundingClientRect());
        }"""
    )
    assert abs(off) < 1.5
