"""What is wrong with the shape of a page, as sentences. Nothing is wrong: an empty list."""

from __future__ import annotations

from playwright.sync_api import Page

_MEASURE = """({wholeInSight, tap}) => {
  const wrong = [];
  const name = (e) => `${e.tagName.toLowerCase()}.${[...e.classList].join(".")}`
    + ` "${e.textContent.trim().slice(0, 30)}"`;
  const isHidden = (e) => e.closest(".visually-hidden") || !e.checkVisibility();
  const seen = (selector) => [...document.querySelectorAll(selector)].filter((e) => !isHidden(e));
  const box = (e) => e.getBoundingClientRect();

  // ---- nothing sticks out
  const root = document.scrollingElement;
  if (root.scrollWidth > innerWidth) wrong.push(`scrolls sideways: ${root.scrollWidth}`);
  const texts = seen("h1, h2, h3, p, li, a, button, label, input, select, summary, kbd, dt, dd");
  for (const e of texts) {
    const b = box(e);
    const off = b.left < -1 || b.right > innerWidth + 1;
    if (off && b.width) wrong.push(`sticks out: ${name(e)}`);
    const style = getComputedStyle(e);
    const clips = style.overflowX !== "visible" && !["INPUT", "SELECT"].includes(e.tagName);
    if (clips && e.scrollWidth > e.clientWidth + 1) wrong.push(`is clipped: ${name(e)}`);
    const holdsText = style.display !== "inline" && e.tagName !== "LI" && e.clientWidth;
    if (holdsText && !clips && e.scrollWidth > e.clientWidth + 1) wrong.push(`spills: ${name(e)}`);
  }

  // ---- nothing lies on something else
  const beside = ".tip__detail, .tip__links, .reasons, .answers, .closing, .gear, .line";
  const parts = seen(`#tip h1, ${beside}`);
  for (const [i, one] of parts.entries()) {
    const a = box(one);
    if (wholeInSight && (a.top < 0 || a.bottom > innerHeight + 1)) {
      wrong.push(`out of sight: ${name(one)} ${Math.round(a.top)}..${Math.round(a.bottom)}`);
    }
    for (const other of parts.slice(i + 1)) {
      const b = box(other);
      const besides = a.right <= b.left || b.right <= a.left;
      const above = a.bottom <= b.top || b.bottom <= a.top;
      if (!besides && !above) wrong.push(`overlap: ${name(one)} and ${name(other)}`);
    }
  }

  // ---- what is touched is large enough; a link within a sentence may be as high as its line
  const isInText = (e) => getComputedStyle(e).display === "inline" && e.tagName === "A";
  for (const e of seen("a[href], button, select, summary, input:not([type=hidden])")) {
    const target = e.matches("[type=checkbox], [type=radio]") ? e.closest("label") ?? e : e;
    const b = box(target);
    if (!isInText(e) && (b.width < tap || b.height < tap)) {
      wrong.push(`small: ${name(e)} ${Math.round(b.width)}x${Math.round(b.height)}`);
    }
  }
  return wrong;
}"""

TAP_PX = 44


def whats_wrong(page: Page, *, whole_in_sight: bool) -> list[str]:
    """`whole_in_sight`: the card has to be seen without scrolling."""
    asked = {"wholeInSight": whole_in_sight, "tap": TAP_PX}
    return list(page.evaluate(_MEASURE, asked))
