"""What else could have been said is forgotten when it is old; what was said and answered is not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from tests.clock import NOON
from tests.factories import give_tip
from tips import tasks
from tips.answer import answering
from tips.models import Tip, TipDecision, TipView

LATER = timedelta(days=30, hours=1)


@pytest.fixture
def tip(alice: User) -> Tip:
    """Seen and answered at NOON."""
    tip = give_tip(alice)
    answering.mark_shown(tip, surface="page", at=NOON)
    return answering.react(tip, "done", at=NOON).tip


def kept() -> tuple[int, int, int]:
    return Tip.objects.count(), TipDecision.objects.count(), TipView.objects.count()


def test_a_decision_and_a_view_are_kept_for_thirty_days(tip: Tip, time_machine: Any) -> None:
    time_machine.move_to(NOON + timedelta(days=29, hours=23))
    assert (tasks.purge(), kept()) == (0, (1, 1, 1))
    time_machine.move_to(NOON + LATER)
    assert (tasks.purge(), kept()) == (2, (1, 0, 0))
    assert tasks.purge() == 0


def test_the_tip_its_showing_and_its_answer_stay(tip: Tip, time_machine: Any) -> None:
    before = Tip.objects.values().get()
    time_machine.move_to(NOON + LATER)
    tasks.purge()
    assert Tip.objects.values().get() == before
    assert (before["shown_at"], before["reaction"]) == (NOON, "done")


def test_a_silence_is_forgotten_as_well(alice: User, time_machine: Any) -> None:
    TipDecision.objects.create(
        user=alice, at=NOON, policy="deadline_first", policy_version=1, candidates=[],
        candidate_count=0, propensity=1.0, silence="nothing",
    )  # fmt: skip
    time_machine.move_to(NOON + LATER)
    assert (tasks.purge(), kept()) == (1, (0, 0, 0))


def test_whoever_keeps_more_keeps_more(tip: Tip, settings: Any, time_machine: Any) -> None:
    settings.OO_HISTORY_KEPT_DAYS = 60
    time_machine.move_to(NOON + LATER)
    assert (tasks.purge(), kept()) == (0, (1, 1, 1))


def test_an_answer_is_taken_along_when_its_decision_is_forgotten(
    tip: Tip, alice_client: Client, time_machine: Any
) -> None:
    from tips.eraser import TipsEraser

    time_machine.move_to(NOON + LATER)
    tasks.purge()
    told: Any = TipsEraser().export(tip.user_id)
    assert (told["decisions"], told["views"]) == ([], [])
    assert [each["answer"] for each in told["tips"]] == ["done"]
