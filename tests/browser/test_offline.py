from __future__ import annotations

from datetime import datetime
from threading import Event
from typing import Any

import pytest
from playwright.sync_api import Error, Page, expect

from accounts.models import User
from accounts.sign_in.session_end import end_sessions
from tests.browser.card import card, expect_state, expect_tip, expect_words, open_tip, press
from tests.browser.conftest import PATIENCE_MS, Visit, session_of
from tests.browser.site import Site
from tests.browser.watch import Watch
from tests.factories import give_tip, make_task
from tips.models import Tip
from tips.page import states

pytestmark = pytest.mark.browser

STEP_MS = 50
WORKER_IS_ACTIVE = "() => navigator.serviceWorker.ready.then((r) => r.active?.state)"
# What the worker keeps about a person: the addresses in its cache.
KEPT = """async () => {
  const found = [];
  for (const name of await caches.keys()) {
    if (name !== "oo-person") continue;
    for (const key of await (await caches.open(name)).keys()) found.push(new URL(key.url).pathname);
  }
  return found;
}"""


@pytest.fixture
def tip(alice: User) -> Tip:
    return give_tip(alice)


@pytest.fixture
def page(visit: Visit, alice: User, tip: Tip, watch: Watch) -> Page:
    """Alice's page, with a worker that has seen it."""
    watch.expect_no_network()
    return with_worker(open_tip(visit(alice)))


def with_worker(page: Page) -> Page:
    page.evaluate(WORKER_IS_ACTIVE)
    page.reload()
    eventually(page, KEPT, ["/"])
    return page


def go_offline(page: Page) -> None:
    page.context.set_offline(True)
    page.wait_for_function("() => !navigator.onLine")


def go_online(page: Page) -> None:
    page.context.set_offline(False)


def expect_waiting(page: Page, count: int) -> None:
    """How many answers the device still keeps. The page may be loading anew meanwhile."""
    eventually(page, "async () => (await self.answerQueue.all()).length", count)


def eventually(page: Page, asked: str, wanted: object) -> None:
    """wait_for_function takes a promise for its answer; this asks until the answer is `wanted`."""
    found: object = None
    for _ in range(PATIENCE_MS // STEP_MS):
        try:
            found = page.evaluate(asked)
        except Error as error:
            found = error.message  # the page went away under the question
        if found == wanted:
            return
        page.wait_for_timeout(STEP_MS)
    raise AssertionError(f"{found!r} instead of {wanted!r}")


def test_the_last_tip_is_shown_offline_and_said_to_be_old(page: Page) -> None:
    go_offline(page)
    page.reload()
    expect_tip(page, "Pay the rent")
    expect(page.get_by_text("oO cannot be reached.")).to_be_visible()


def test_online_nothing_is_said_to_be_old(page: Page) -> None:
    expect(page.get_by_text("oO cannot be reached.")).to_be_hidden()


def test_an_answer_given_offline_is_sent_once_with_its_moment(
    page: Page, tip: Tip, clock: Any
) -> None:
    go_offline(page)
    press(page, "Done")
    expect_words(page, "Saved: Done.", "It is sent when you are back online.")
    tip.refresh_from_db()
    assert tip.reaction == ""
    go_online(page)
    expect_state(page, "answered")
    expect_words(page, "Done.")
    tip.refresh_from_db()
    assert tip.reaction == "done"
    expect_waiting(page, 0)


def test_the_moment_of_an_answer_is_that_of_the_tap(
    page: Page, tip: Tip, clock: Any, visit: Visit, alice: User
) -> None:
    tip.shown_at, tip.state = tip.made_at, Tip.State.SHOWN
    tip.save()
    tapped = datetime.fromisoformat("2026-05-05T12:01:00+02:00")
    page.clock.set_fixed_time(tapped)
    clock.move_to("2026-05-05T12:30:00+02:00")
    go_offline(page)
    press(page, "Done")
    expect_words(page, "Saved: Done.")
    go_online(page)
    expect_state(page, "answered")
    tip.refresh_from_db()
    assert tip.answered_at == tapped
    assert tip.dwell_s == 60
    assert tip.reward == 1.0


def test_an_answer_given_offline_survives_a_reload_and_can_be_taken_back(
    page: Page, tip: Tip
) -> None:
    go_offline(page)
    press(page, "Not this")
    expect_words(page, "Saved: Not this.")
    page.reload()
    expect_words(page, "Saved: Not this.")
    expect(page.get_by_text("oO cannot be reached.")).to_be_hidden()
    press(page, "Undo")
    expect_tip(page, "Pay the rent")
    go_online(page)
    page.reload()
    expect_tip(page, "Pay the rent")
    tip.refresh_from_db()
    assert tip.reaction == ""


def test_an_answer_to_the_first_page_ever_survives_a_reload(
    visit: Visit, alice: User, tip: Tip, watch: Watch
) -> None:
    """The page that brings the worker was loaded past it, with all that it is made of."""
    watch.expect_no_network()
    page = open_tip(visit(alice))
    page.evaluate(WORKER_IS_ACTIVE)
    go_offline(page)
    press(page, "Later")
    expect_words(page, "Saved: Later.")
    page.reload()
    expect_words(page, "Saved: Later.")
    go_online(page)
    expect_words(page, "Later, then.")
    tip.refresh_from_db()
    assert tip.reaction == "snooze"


def test_so_does_one_to_a_tip_that_the_page_had_waited_for(
    visit: Visit, alice: User, watch: Watch
) -> None:
    watch.expect_no_network()
    page = visit(alice)
    page.goto("/")
    expect_state(page, "connect")
    page.evaluate(WORKER_IS_ACTIVE)
    make_task(alice, "Pay the rent")
    page.goto("/")
    expect_state(page, "wait")
    expect_tip(page, "Pay the rent")
    in_the_copy = "async () => (await (await caches.match('/', { ignoreVary: true })).text())"
    eventually(page, f"async () => (await ({in_the_copy})()).includes('Pay the rent')", True)
    go_offline(page)
    press(page, "Done")
    expect_words(page, "Saved: Done.")
    page.reload()
    expect_words(page, "Saved: Done.")


def test_an_answer_of_another_device_wins_over_one_that_waited(
    page: Page, tip: Tip, visit: Visit, alice: User
) -> None:
    go_offline(page)
    press(page, "Not this")
    expect_words(page, "Saved: Not this.")
    other = open_tip(visit(alice))
    press(other, "Done")
    expect_words(other, "Done.")
    go_online(page)
    expect_words(page, "Done.")
    tip.refresh_from_db()
    assert tip.reaction == "done"
    expect_waiting(page, 0)


def test_offline_every_page_leads_to_the_kept_tip(page: Page) -> None:
    go_offline(page)
    for path in ("/settings/", "/connect/", "/nowhere"):
        page.goto(path)
        expect_tip(page, "Pay the rent")
        expect(page.get_by_text("oO cannot be reached.")).to_be_visible()
        expect(page).to_have_url("/")


def test_an_answer_that_waits_is_told_whatever_page_was_asked_for(page: Page) -> None:
    go_offline(page)
    press(page, "Done")
    expect_words(page, "Saved: Done.")
    page.goto("/settings/")
    expect_words(page, "Saved: Done.")


def test_without_a_kept_tip_a_page_says_that_it_is_offline(page: Page) -> None:
    page.evaluate("() => caches.delete('oo-person')")
    go_offline(page)
    page.goto("/settings/")
    expect(page.get_by_role("heading", name="You are offline.")).to_be_visible()
    go_online(page)
    page.get_by_role("link", name="Try again").click()
    expect_tip(page, "Pay the rent")


def test_the_offline_page_speaks_the_language_that_was_chosen_since(page: Page) -> None:
    page.goto("/settings/")
    page.get_by_label("Language").select_option("de")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("html")).to_have_attribute("lang", "de")
    page.goto("/")
    spoken = "async () => (await caches.match('/offline', { ignoreVary: true })).text()"
    eventually(page, f"async () => (await ({spoken})()).includes('lang=\"de\"')", True)
    page.evaluate("() => caches.delete('oo-person')")
    go_offline(page)
    page.goto("/settings/")
    expect(page.locator("html")).to_have_attribute("lang", "de")
    expect(page.get_by_role("heading", level=1)).not_to_have_text("You are offline.")


def test_a_session_that_was_ended_elsewhere_leaves_no_tip(page: Page, alice: User) -> None:
    go_offline(page)
    page.reload()
    expect_tip(page, "Pay the rent")
    end_sessions(alice.pk)
    go_online(page)
    expect(page).to_have_url("/sign-in/?next=/")
    eventually(page, KEPT, [])
    go_offline(page)
    page.goto("/")
    expect(page.get_by_role("heading", name="You are offline.")).to_be_visible()
    page.go_back()
    expect(page.get_by_text("Pay the rent")).to_have_count(0)


def test_a_session_that_was_ended_elsewhere_takes_the_copy_when_any_page_is_opened(
    page: Page, alice: User
) -> None:
    end_sessions(alice.pk)
    page.goto("/settings/")
    expect(page).to_have_url("/sign-in/?next=/settings/")
    eventually(page, KEPT, [])


def test_whoever_signed_in_meanwhile_gets_their_own_page(page: Page, bob: User, site: Site) -> None:
    go_offline(page)
    page.context.add_cookies([session_of(bob, site.url)])
    go_online(page)
    expect_state(page, "connect")
    expect(card(page)).not_to_contain_text("Pay the rent")


def test_after_signing_out_nobodys_tip_is_kept(page: Page) -> None:
    page.get_by_role("link", name="Settings").click()
    page.get_by_role("button", name="Sign out", exact=True).click()
    expect(page).to_have_url("/sign-in/")
    eventually(page, KEPT, [])
    go_offline(page)
    page.goto("/")
    expect(page.get_by_role("heading", name="You are offline.")).to_be_visible()
    page.go_back()
    expect(page.get_by_text("Pay the rent")).to_have_count(0)


def test_a_page_that_was_asked_for_before_signing_out_is_not_kept_after_it(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, signed_out, build = Event(), Event(), states.build_page

    def build_late(*args: Any, **options: Any) -> states.Page:
        found = build(*args, **options)
        asked.set()
        signed_out.wait(PATIENCE_MS / 1000)
        return found

    monkeypatch.setattr(states, "build_page", build_late)
    press(page, "Later")
    expect_words(page, "Later, then.")  # and the worker asks for the page anew
    assert asked.wait(PATIENCE_MS / 1000)
    page.goto("/settings/")
    page.get_by_role("button", name="Sign out", exact=True).click()
    expect(page).to_have_url("/sign-in/")
    signed_out.set()
    page.wait_for_timeout(10 * STEP_MS)
    assert page.evaluate(KEPT) == []
    go_offline(page)
    page.goto("/")
    expect(page.get_by_role("heading", name="You are offline.")).to_be_visible()


def test_the_next_person_does_not_send_the_answers_of_the_last(
    page: Page, tip: Tip, bob: User, site: Site
) -> None:
    go_offline(page)
    press(page, "Done")
    expect_words(page, "Saved: Done.")
    page.goto("about:blank")
    page.context.clear_cookies(name="sessionid")
    page.context.add_cookies([session_of(bob, site.url)])
    go_online(page)
    page.goto("/")
    expect_state(page, "connect")
    expect(card(page)).not_to_contain_text("Pay the rent")
    tip.refresh_from_db()
    assert tip.reaction == ""
    expect_waiting(page, 1)
