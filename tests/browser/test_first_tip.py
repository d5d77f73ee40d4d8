from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from integrations.complete import completing
from integrations.models import Completion, Connection, Task
from tests.browser.card import card, expect_state, expect_tip, expect_words, press
from tests.browser.conftest import Visit
from tests.stand_ins.todoist import TodoistStandIn
from tips.models import Tip

pytestmark = pytest.mark.browser


@pytest.fixture
def rent(todoist: TodoistStandIn) -> str:
    return todoist.alice.add_task("Pay the rent", due="today", priority=4)


@pytest.fixture
def at_todoist(visit: Visit, todoist: TodoistStandIn, rent: str, alice: User) -> Page:
    """Alice, asked by Todoist whether oO may."""
    page = visit(alice)
    page.goto("/")
    page.get_by_role("link", name="Connect an app").click()
    page.get_by_role("link", name="Connect Todoist").click()
    page.get_by_role("button", name="Continue to Todoist").click()
    expect(page.get_by_role("button", name="Approve")).to_be_visible()
    return page


def is_open(todoist: TodoistStandIn, task: str) -> bool:
    return not todoist.alice.get_task(task)["checked"]


def close_what_is_due(clock: time_machine.Traveller, **later: float) -> int:
    clock.shift(timedelta(**later))
    return completing.complete_due(at=timezone.now())


def test_a_made_up_person_looks_around_and_sees_a_tip(page: Page) -> None:
    page.goto("/")
    page.get_by_role("button", name="Look around with sample data").click()
    expect_state(page, "tip")
    expect(card(page).get_by_role("heading", level=1)).not_to_be_empty()
    for answer in ("Done", "Later", "Not this"):
        expect(card(page).get_by_role("button", name=answer, exact=True)).to_be_visible()


def test_a_task_of_todoist_becomes_the_tip(at_todoist: Page) -> None:
    at_todoist.get_by_role("button", name="Approve").click()
    expect_tip(at_todoist, "Pay the rent")
    expect_words(at_todoist, "Due today")
    assert Connection.objects.get().label == "alice@example.org"


def test_the_task_can_be_opened_where_it_lives(at_todoist: Page) -> None:
    at_todoist.get_by_role("button", name="Approve").click()
    link = card(at_todoist).get_by_role("link", name="Open it (in a new tab)")
    expect(link).to_have_attribute("href", Task.objects.get().url)
    expect(link).to_have_attribute("rel", "noopener noreferrer")


def test_who_refuses_at_todoist_is_told_that_nothing_was_read(at_todoist: Page) -> None:
    at_todoist.get_by_role("button", name="Deny").click()
    expect(at_todoist.get_by_role("status")).to_have_text(
        "Todoist was not connected, as you chose. Nothing was read."
    )
    assert not Connection.objects.exists()


def test_done_closes_the_task_in_todoist_once_the_undo_window_is_over(
    at_todoist: Page, todoist: TodoistStandIn, rent: str, clock: time_machine.Traveller
) -> None:
    at_todoist.get_by_role("button", name="Approve").click()
    press(at_todoist, "Done")
    expect_words(at_todoist, "Done.", "Pay the rent")
    assert close_what_is_due(clock, seconds=1) == 0
    assert is_open(todoist, rent)
    assert close_what_is_due(clock, seconds=10) == 1
    assert not is_open(todoist, rent)


def test_an_answer_taken_back_in_time_closes_nothing(
    at_todoist: Page, todoist: TodoistStandIn, rent: str, clock: time_machine.Traveller
) -> None:
    at_todoist.get_by_role("button", name="Approve").click()
    press(at_todoist, "Done")
    press(at_todoist, "Undo")
    expect_tip(at_todoist, "Pay the rent")
    assert close_what_is_due(clock, minutes=1) == 0
    assert is_open(todoist, rent)
    assert Tip.objects.get().reaction == ""


def test_a_closing_that_todoist_never_confirmed_is_told_and_tried_again(
    at_todoist: Page, todoist: TodoistStandIn, rent: str, clock: time_machine.Traveller
) -> None:
    at_todoist.get_by_role("button", name="Approve").click()
    press(at_todoist, "Done")
    expect_state(at_todoist, "answered")
    Completion.objects.update(state=Completion.State.FAILED, finished_at=timezone.now(), attempts=9)
    at_todoist.reload()
    expect_words(at_todoist, "Todoist never confirmed that this was closed: Pay the rent")
    press(at_todoist, "Try again")
    expect(card(at_todoist)).not_to_contain_text("never confirmed")
    close_what_is_due(clock, seconds=30)
    assert not is_open(todoist, rent)


@pytest.fixture
def connections_page(visit: Visit, alice: User) -> Callable[[], Page]:
    def opened() -> Page:
        page = visit(alice)
        page.goto("/connect/")
        return page

    return opened


def test_a_personal_token_is_another_way(
    connections_page: Callable[[], Page], todoist: TodoistStandIn, rent: str
) -> None:
    page = connections_page()
    page.get_by_role("link", name="Connect Todoist").click()
    page.get_by_label("Personal API token").fill(todoist.alice.personal_token)
    page.get_by_role("button", name="Connect", exact=True).click()
    expect_tip(page, "Pay the rent")


def test_a_token_that_todoist_does_not_know_is_refused_in_words(
    connections_page: Callable[[], Page], todoist: TodoistStandIn
) -> None:
    page = connections_page()
    page.get_by_role("link", name="Connect Todoist").click()
    page.get_by_label("Personal API token").fill("0" * 40)
    page.get_by_role("button", name="Connect", exact=True).click()
    expect(page.get_by_text("Todoist did not accept this.")).to_be_visible()
    page.get_by_role("link", name="Try again Todoist").click()
    expect(page.get_by_role("alert")).to_contain_text("did not accept this")
    expect(page.get_by_role("heading", level=1)).to_have_text("Connect Todoist")


def test_a_source_is_disconnected_after_one_question(
    connections_page: Callable[[], Page], todoist: TodoistStandIn, rent: str
) -> None:
    page = connections_page()
    page.get_by_role("link", name="Connect Todoist").click()
    page.get_by_role("button", name="Continue to Todoist").click()
    page.get_by_role("button", name="Approve").click()
    expect_tip(page, "Pay the rent")
    page.goto("/connect/")
    page.get_by_role("link", name="Disconnect Todoist").click()
    expect(page.get_by_role("heading", name="Disconnect Todoist?")).to_be_visible()
    page.get_by_role("button", name="Disconnect").click()
    expect(page.get_by_role("status")).to_have_text(
        "Disconnected. oO has forgotten what it read there."
    )
    assert not Task.objects.exists()
    page.goto("/")
    expect_state(page, "connect")
