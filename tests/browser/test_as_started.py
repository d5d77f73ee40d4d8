"""The whole of it as `make run` starts it: granian, a worker, beat, SQLite, the broker of files.

Time is the machine's own here, and nothing is reached into: a browser, and what a person does.
"""

from __future__ import annotations

import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.card import card, expect_state, expect_words, press
from tests.browser.conftest import PATIENCE_MS
from tests.browser.watch import Watch
from tests.home import SOON_S, Home, copy_to

pytestmark = [pytest.mark.browser, pytest.mark.slow]
# Six processes of a cold start share the machine with the browser.
START_S = 120
# The time to take it back, beat's period, and what a busy machine adds.
CLOSED_S = 90


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    made = Home(copy_to(tmp_path / "my oO"))
    made.start(OO_POLICY="deadline_first")  # which is never silent because of the hour
    try:
        made.until(lambda: "oO is at" in made.said(), within_s=START_S)
        yield made
    finally:
        made.clear()


@pytest.fixture
def stranger(chromium: Browser, home: Home) -> Iterator[Page]:
    url = f"http://localhost:{home.port}"
    context = chromium.new_context(
        base_url=url, locale="en-GB", timezone_id="Europe/Berlin", reduced_motion="reduce"
    )
    context.set_default_timeout(PATIENCE_MS)
    watch = Watch(url)
    watch.over(context)
    yield context.new_page()
    context.close()
    assert watch.complaints == []


def completions(home: Home) -> list[str]:
    with closing(sqlite3.connect(home.folder / "var" / "oo.sqlite3")) as database:
        rows = database.execute("SELECT state FROM integrations_completion").fetchall()
    return [state for (state,) in rows]


def test_a_stranger_looks_around_answers_and_takes_it_back(stranger: Page, home: Home) -> None:
    stranger.goto("/")
    stranger.get_by_role("button", name="Look around with sample data").click()
    expect_state(stranger, "tip")
    headline = card(stranger).get_by_role("heading", level=1)
    expect(headline).not_to_be_empty()
    tip = headline.inner_text()
    press(stranger, "Done")
    expect_words(stranger, "Done.", tip)
    press(stranger, "Undo")
    expect_state(stranger, "tip")
    expect(headline).to_have_text(tip)
    press(stranger, "Done")
    expect_words(stranger, "Done.", tip)
    # Web only writes a row: the worker closes it, when web's message or beat's has come through.
    home.until(lambda: "done" in completions(home), within_s=CLOSED_S)
    home.runs[0].send_signal(signal.SIGINT)
    assert home.runs[0].wait(SOON_S) == 0
    assert "Traceback" not in home.said()
