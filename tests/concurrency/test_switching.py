"""Two of the staff at one switch: one of them does it, and the other is told that it is done."""

from __future__ import annotations

from functools import partial

import pytest

from agents.models import AgentSwitch
from tests.clock import NOON
from tests.concurrency.together import Crew
from tips.make.in_force import load_in_force, switch_policy
from tips.models import PolicySwitch

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
ROUNDS = 10


def test_two_switch_one_agent_off_and_one_of_them_did(crew: Crew) -> None:
    off = partial(AgentSwitch.objects.switch_off, "overdue-task", at=NOON)
    on = partial(AgentSwitch.objects.switch_on, "overdue-task")
    for _ in range(ROUNDS):
        assert sorted(crew.at_once(off, off)) == [False, True]
        assert AgentSwitch.objects.off() == {"overdue-task"}
        assert sorted(crew.at_once(on, on)) == [False, True]
        assert AgentSwitch.objects.off() == frozenset()


@pytest.mark.parametrize("is_first", [True, False])
def test_two_switch_the_policy_and_one_of_them_did(crew: Crew, is_first: bool) -> None:
    """Nobody overwrites what they have not seen, not even with the very first switch."""
    others = ["good_sense", "random_task"]  # tests here go by deadline_first
    for _ in range(ROUNDS):
        PolicySwitch.objects.all().delete()
        if not is_first:
            PolicySwitch.objects.create(pk=1, policy="deadline_first", since=NOON)
        ways = [partial(switch_policy, "deadline_first", other, at=NOON) for other in others]
        ends = crew.at_once(*ways)
        assert sorted(ends) == [False, True]
        assert load_in_force().policy.manifest.key == others[ends.index(True)]
