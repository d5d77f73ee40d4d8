"""Which policy decides, and what a switch of it or of an agent does to the next tip."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts.models import User
from accounts.privacy.consents import grant
from agents.models import AgentSwitch
from tests.clock import NOON
from tests.factories import give_tip, make_task
from tips.make.generating import generate
from tips.make.in_force import load_in_force, switch_policy
from tips.make.making import make_tip
from tips.models import PolicySwitch, Tip, TipDecision, TipSchedule

LATER = NOON + timedelta(minutes=1)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _by_the_settings(settings: Any) -> None:
    settings.OO_POLICY = "good_sense"


def decides() -> str:
    return load_in_force().policy.manifest.key


def test_the_settings_say_it_until_staff_does() -> None:
    assert (decides(), load_in_force().since) == ("good_sense", None)
    assert switch_policy("good_sense", "deadline_first", at=NOON)
    assert (decides(), load_in_force().since) == ("deadline_first", NOON)
    assert switch_policy("deadline_first", "good_sense", at=LATER)
    assert (decides(), load_in_force().since) == ("good_sense", LATER)
    assert PolicySwitch.objects.count() == 1


def test_who_knows_of_another_state_switches_nothing() -> None:
    assert not switch_policy("random_task", "deadline_first", at=NOON)
    switch_policy("good_sense", "deadline_first", at=NOON)
    assert not switch_policy("good_sense", "random_task", at=LATER)
    assert (decides(), load_in_force().since) == ("deadline_first", NOON)


def test_of_a_policy_whose_package_is_gone_the_settings_take_the_place() -> None:
    PolicySwitch.objects.create(pk=1, policy="bookish", since=NOON)
    assert (decides(), load_in_force().since) == ("good_sense", None)
    assert switch_policy("good_sense", "deadline_first", at=LATER)
    assert decides() == "deadline_first"


def test_it_decides_the_next_tip(alice: User) -> None:
    first = give_tip(alice, "Pay rent")
    assert first.policy == "good_sense"
    assert make_tip(alice.pk, at=LATER) == first, "nothing has changed"
    switch_policy("good_sense", "deadline_first", at=LATER)
    second = make_tip(alice.pk, at=LATER)
    assert second is not None
    assert (second.policy, TipSchedule.objects.get().policy) == ("deadline_first",) * 2
    assert TipDecision.objects.get(tip=second).policy == "deadline_first"
    first.refresh_from_db()
    assert first.state == Tip.State.WITHDRAWN


def test_what_could_be_said_is_what_it_would_say(alice: User) -> None:
    make_task(alice, "Pay rent")
    sensible = generate(alice.pk, 1, at=NOON)
    switch_policy("good_sense", "deadline_first", at=NOON)
    plain = generate(alice.pk, 1, at=NOON)
    assert [c.content for c in sensible] == [c.content for c in plain] == ["Pay rent"]
    assert sensible[0].score != plain[0].score


@time_machine.travel(NOON.astimezone(UTC), tick=False)
def test_the_page_with_a_ready_tip_does_not_ask_which_one(
    alice: User, alice_client: Client, django_assert_num_queries: Any
) -> None:
    give_tip(alice, "Pay rent")
    switch_policy("good_sense", "deadline_first", at=NOON)
    AgentSwitch.objects.switch_off("overdue-task", at=NOON)
    with django_assert_num_queries(2):  # the session and the tip
        page = alice_client.get("/").content.decode()
    assert ">Pay rent</h1>" in page


def test_an_agent_that_is_off_is_in_no_decision(alice: User) -> None:
    grant(alice.pk, "tasks", by="connect", at=NOON)
    first = give_tip(alice, "Call the bank", due_in=-1)
    assert nominated_by(first) == [["overdue-task"]]
    AgentSwitch.objects.switch_off("overdue-task", at=NOON)
    second = make_tip(alice.pk, at=LATER)
    assert second is not None
    assert second != first, "what is said about the first one is not so any more"
    assert nominated_by(second) == [[]]
    assert TipDecision.objects.get(tip=second).seen == []


def nominated_by(tip: Tip) -> list[list[str]]:
    return [c["nominated_by"] for c in TipDecision.objects.get(tip=tip).candidates]
