"""What reached nobody was not said: it uses up nothing, and keeps nothing back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from accounts.models import User
from notifier.base import Message
from notifier.models import Delivery, Wish
from notifier.sending.queueing import queue
from notifier.sending.sending import send_one
from tests.clock import NOON
from tips.deliver import delivering
from tips.deliver.delivering import deliver, topic_of
from tips.deliver.learning import HitRate, hit_rate, learn
from tips.models import Interruption, Tip
from tips.tests.speaking import device_of, ready, why

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_noon(time_machine: Any) -> None:
    time_machine.move_to(NOON, tick=False)


def was_spoken(tip: Tip) -> bool:
    return Interruption.objects.get(tip=tip).spoken


def said_again(tip: Tip, at: datetime) -> int:
    """How many deliveries another tip gets that says the same."""
    Tip.objects.live().update(state=Tip.State.EXPIRED)
    again = ready(tip.user)
    Tip.objects.filter(pk=tip.pk).update(candidate=again.candidate)
    Tip.objects.filter(pk=again.pk).update(expires_at=at + HOUR)
    return len(deliver(at=at))


@pytest.fixture
def no_keys(settings: Any) -> None:
    settings.OO_VAPID_KEY = ""


@pytest.mark.usefixtures("no_keys")
def test_what_reached_nobody_was_not_said(alice: User) -> None:
    """It uses up no budget, keeps nothing back, did not fail to help; and is not tried again."""
    Wish.objects.create(user=alice, often="rarely")
    device_of(alice), device_of(alice, most_a_day=1)
    tip = ready(alice)
    first, second = deliver(at=NOON)
    assert send_one(first, at=NOON) == "failed"
    assert was_spoken(tip)  # the other may still arrive
    assert send_one(second, at=NOON) == "failed"
    assert not was_spoken(tip)
    assert deliver(at=NOON + MINUTE) == []
    assert why(tip) == ["worth_it"]
    assert said_again(tip, NOON + 2 * MINUTE) == 2
    Interruption.objects.exclude(tip=tip).delete()
    assert hit_rate(alice.pk, at=NOON + 3 * HOUR) == HitRate(spoken=0, helped=0)
    assert learn(at=NOON + 3 * HOUR).count == 0


@pytest.mark.usefixtures("no_keys")
@pytest.mark.parametrize(
    "other",
    [
        {"state": "sending"},
        {"state": "sent"},
        {"state": "failed", "last_error": "unknown"},  # a service that did not answer
    ],
)
def test_what_may_have_reached_one_device_was_said(alice: User, other: dict[str, str]) -> None:
    device_of(alice), device_of(alice)
    tip = ready(alice)
    first, second = deliver(at=NOON)
    Delivery.objects.filter(pk=second).update(**other)
    assert send_one(first, at=NOON) == "failed"
    assert was_spoken(tip)
    assert said_again(tip, NOON + 5 * HOUR) == 0


@pytest.mark.usefixtures("no_keys")
def test_told_again_when_its_deliveries_are_forgotten_it_does_no_harm(alice: User) -> None:
    device = device_of(alice)
    tip = ready(alice)
    deliver(at=NOON)
    Delivery.objects.all().delete()
    delivering.note_unheard(alice.pk, topic_of(tip.pk))
    assert was_spoken(tip)
    (trial,) = queue({device: Message("x", "test-1")}, at=NOON, not_after=NOON + HOUR)
    assert send_one(trial, at=NOON) == "failed"
    assert was_spoken(tip)


def test_what_was_taken_back_before_it_left_was_not_said(alice: User) -> None:
    device_of(alice)
    tip = ready(alice)
    deliver(at=NOON)
    assert delivering.take_back(alice.pk, tip.pk) == 1
    assert not was_spoken(tip)


def test_nothing_is_said_without_the_work_of_sending_it(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*_args: Any, **_kwargs: Any) -> None:
        raise MemoryError

    device_of(alice)
    ready(alice)
    with monkeypatch.context() as patched:
        patched.setattr("notifier.sending.queueing.queue", dies)
        with pytest.raises(MemoryError):
            deliver(at=NOON)
    assert not Interruption.objects.exists()
    assert len(deliver(at=NOON + MINUTE)) == 1
