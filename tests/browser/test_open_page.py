"""A page that is left open tells the truth: it asks again when it is looked at, and in time."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from integrations.models import Task
from tests.browser.card import card, expect_tip
from tests.browser.conftest import Visit
from tests.browser.watch import Watch
from tests.clock import NOON
from tests.factories import give_tip, make_task
from tips.make.making import make_tip
from tips.models import Tip, TipSchedule

pytestmark = pytest.mark.browser


def left_open(visit: Visit, person: User) -> Page:
    """The page with the tip "Pay the rent", its clock in the test's hands."""
    give_tip(person)
    page = visit(person)
    page.clock.install(time=NOON)
    page.goto("/")
    expect_tip(page, "Pay the rent")
    page.clock.fast_forward(1_000)
    expect(card(page)).not_to_have_attribute("data-shown", re.compile("."))  # it was seen
    return page


def rename(person: User, title: str) -> None:
    later = NOON + timedelta(seconds=30)
    Task.objects.filter(user=person).update(title=title, changed_at=later)
    TipSchedule.objects.look_again(person.pk, at=later)
    make_tip(person.pk, at=NOON + timedelta(minutes=1))


def look_at(page: Page) -> None:
    page.evaluate("() => document.dispatchEvent(new Event('visibilitychange'))")


def test_a_tip_whose_task_was_renamed_is_replaced_when_the_page_is_looked_at(
    visit: Visit, alice: User
) -> None:
    page = left_open(visit, alice)
    rename(alice, "Pay the rent by card")
    page.clock.fast_forward(61_000)
    look_at(page)
    expect_tip(page, "Pay the rent by card")


def test_a_tip_whose_task_was_closed_elsewhere_makes_room_when_the_page_is_looked_at(
    visit: Visit, alice: User
) -> None:
    page, later = left_open(visit, alice), NOON + timedelta(seconds=30)
    Task.objects.filter(user=alice).update(completed_at=later, changed_at=later)
    make_task(alice, "Call the bank")
    TipSchedule.objects.look_again(alice.pk, at=later)
    make_tip(alice.pk, at=NOON + timedelta(minutes=1))
    page.clock.fast_forward(61_000)
    look_at(page)
    expect_tip(page, "Call the bank")


def test_what_is_done_elsewhere_is_heard_while_it_is_looked_at(visit: Visit, alice: User) -> None:
    page = left_open(visit, alice)
    rename(alice, "Pay the rent by card")
    page.clock.fast_forward(21_000)
    expect_tip(page, "Pay the rent by card")


def test_a_page_that_cannot_ask_says_nothing_and_asks_again(
    visit: Visit, watch: Watch, alice: User
) -> None:
    watch.expect_no_network()
    page = left_open(visit, alice)
    rename(alice, "Pay the rent by card")
    page.route("**/", lambda route: route.abort())
    with page.expect_event("requestfailed"):
        page.clock.fast_forward(21_000)
    expect(page.locator("#trouble")).to_be_hidden()
    expect_tip(page, "Pay the rent")
    page.unroute("**/")
    page.clock.fast_forward(21_000)
    expect_tip(page, "Pay the rent by card")


def test_a_page_that_nobody_touches_asks_when_its_tip_ends(visit: Visit, alice: User) -> None:
    page = left_open(visit, alice)
    rename(alice, "Pay the rent by card")
    page.clock.fast_forward(3_600_000)
    expect_tip(page, "Pay the rent by card")


def test_the_same_tip_stays_as_it_is(visit: Visit, alice: User) -> None:
    page = left_open(visit, alice)
    card(page).evaluate("(e) => { e.dataset.mark = 'the very same' }")
    with page.expect_response(lambda answer: answer.url.endswith("/")):
        page.clock.fast_forward(61_000)  # the page asks by itself, or when it is looked at
        look_at(page)
    expect(card(page)).to_have_attribute("data-mark", "the very same")


def test_nothing_is_replaced_under_the_eyes_of_who_reads_why(visit: Visit, alice: User) -> None:
    page = left_open(visit, alice)
    page.keyboard.press("w")
    expect(page.locator("#why")).to_be_visible()
    rename(alice, "Pay the rent by card")
    page.clock.fast_forward(3_600_000)
    expect_tip(page, "Pay the rent")
    page.keyboard.press("Escape")
    page.clock.fast_forward(3_600_000)
    expect_tip(page, "Pay the rent by card")
    assert Tip.objects.filter(user=alice, state__in=Tip.LIVE).count() == 1
