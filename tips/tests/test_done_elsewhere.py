"""What a tip earns when its task is closed at its source: which tip, when, and how often."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from accounts.models import User
from events.bus import publish
from events.catalog import TaskCompleted
from events.models import EventRecord
from integrations.models import Task
from tests.clock import NOON
from tests.factories import give_tip, make_task
from tips import tasks
from tips.answer import answering, rewarding
from tips.base import says_done
from tips.decide.rewards import DELAYED, beside_delayed, is_undecided
from tips.models import Tip

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
CLOSED = NOON + HOUR
HEARD = CLOSED + 5 * MINUTE


@pytest.fixture
def tip(alice: User) -> Tip:
    """Alice's, shown at noon."""
    made = give_tip(alice, "Pay the rent")
    answering.mark_shown(made, surface="page", at=NOON)
    made.refresh_from_db()
    return made


def task_of(tip: Tip) -> Task:
    return Task.objects.get(pk=tip.evidence[0]["id"])


def earlier(tip: Tip, shown_at: datetime, **fields: Any) -> Tip:
    """Another tip about the same, that has ended."""
    values = {"state": Tip.State.EXPIRED, "ended_at": shown_at + MINUTE, **fields}
    return Tip.objects.create(
        user_id=tip.user_id,
        content=tip.content,
        kind=tip.kind,
        policy=tip.policy,
        confidence=1.0,
        evidence=tip.evidence,
        candidate=tip.candidate,
        made_at=shown_at,
        expires_at=shown_at + HOUR,
        shown_at=shown_at,
        **values,
    )


def close(tip: Tip, at: datetime = CLOSED) -> None:
    Task.objects.filter(pk=task_of(tip).pk).update(completed_at=at)


def reward(tip: Tip, at: datetime = HEARD) -> bool:
    return rewarding.reward(tip.user_id, task_of(tip).pk, at=at) is not None


def delayed(tip: Tip) -> float | None:
    tip.refresh_from_db()
    return tip.delayed_reward


def told() -> list[EventRecord]:
    return list(EventRecord.objects.filter(subject="feedback.tip.rewarded"))


def test_a_tip_that_was_followed_without_a_word_is_rewarded(tip: Tip) -> None:
    close(tip)
    assert reward(tip)
    assert delayed(tip) == DELAYED
    (event,) = told()
    assert (event.user_id, event.at) == (tip.user_id, HEARD)
    assert event.body == {
        "tip_id": str(tip.pk),
        "candidate": tip.candidate,
        "closed_at": "2026-05-05T11:00:00Z",
        "reward": DELAYED,
    }


def test_it_is_rewarded_once(tip: Tip) -> None:
    close(tip)
    assert reward(tip)
    assert not reward(tip)
    assert len(told()) == 1


@pytest.mark.parametrize("state", [Tip.State.EXPIRED, Tip.State.WITHDRAWN])
def test_one_that_has_ended_is_rewarded_too(tip: Tip, state: str) -> None:
    Tip.objects.filter(pk=tip.pk).update(state=state, ended_at=CLOSED)
    close(tip)
    assert reward(tip)


def test_one_that_nobody_saw_earns_nothing(alice: User) -> None:
    tip = give_tip(alice, "Pay the rent")
    close(tip)
    assert not reward(tip)
    assert delayed(tip) is None


@pytest.mark.parametrize(
    ("closed_after", "is_rewarded"),
    [
        (timedelta(0), True),
        (timedelta(seconds=-1), False),  # it was done before it was suggested
        (timedelta(hours=23, minutes=59), True),
        (timedelta(hours=24), False),
        (timedelta(days=-20_000), False),  # the source does not know when
    ],
)
def test_the_moment_that_counts_is_that_of_the_source(
    tip: Tip, closed_after: timedelta, is_rewarded: bool
) -> None:
    close(tip, NOON + closed_after)
    assert reward(tip, at=NOON + timedelta(days=2)) is is_rewarded


def test_a_source_whose_clock_is_ahead_is_not_believed(tip: Tip) -> None:
    close(tip, NOON + timedelta(days=300))
    assert reward(tip)
    assert datetime.fromisoformat(told()[0].body["closed_at"]) == HEARD


# ---- what was answered -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reaction", "reason", "is_rewarded"),
    [
        ("snooze", "", True),
        ("dismiss", "not_now", True),
        ("dismiss", "", False),
        ("dismiss", "not_relevant", False),
        ("dismiss", "wrong", False),
        ("dismiss", "already_done", False),
        ("done", "", False),
    ],
)
def test_which_answers_leave_it_open(
    tip: Tip, reaction: str, reason: str, is_rewarded: bool
) -> None:
    answering.react(tip, reaction, at=NOON + MINUTE)
    if reason:
        answering.explain(tip, reason, at=NOON + MINUTE)
    close(tip)
    worth = Tip.objects.get(pk=tip.pk).reward
    assert reward(tip) is is_rewarded
    assert delayed(tip) == (DELAYED if is_rewarded else None)
    assert tip.reward == worth, "the answer keeps what it was worth"


def test_the_latest_tip_gets_it(tip: Tip) -> None:
    before = earlier(tip, NOON - 2 * HOUR)
    close(tip)
    assert reward(tip)
    assert (delayed(before), delayed(tip)) == (None, DELAYED)


def test_the_one_that_was_put_off_gets_it_when_the_next_was_refused(tip: Tip) -> None:
    before = earlier(tip, NOON - 2 * HOUR)
    answering.react(tip, "dismiss", at=NOON + MINUTE)
    close(tip)
    assert reward(tip)
    assert (delayed(before), delayed(tip)) == (DELAYED, None)


def test_whoever_said_done_to_the_next_tip_is_not_rewarded_for_the_one_before(tip: Tip) -> None:
    before = earlier(tip, NOON - 2 * HOUR)
    answering.react(tip, "done", at=NOON + MINUTE)
    close(tip)
    assert not reward(tip)
    assert delayed(before) is None


def test_a_done_to_an_old_tip_that_came_late_is_a_done(tip: Tip) -> None:
    old = earlier(tip, NOON - 30 * HOUR)
    answering.react(old, "done", at=NOON + MINUTE)
    close(tip)
    assert not reward(tip)


def test_a_done_that_was_taken_back_is_none(tip: Tip) -> None:
    answering.react(tip, "done", at=NOON + MINUTE)
    answering.undo(tip, at=NOON + MINUTE)
    close(tip)
    assert reward(tip)


def test_a_tip_about_another_task_earns_nothing(tip: Tip, alice: User) -> None:
    other = make_task(alice, "Call the bank", completed_at=CLOSED)
    assert rewarding.reward(alice.pk, other.pk, at=HEARD) is None
    assert delayed(tip) is None


def test_somebody_elses_tip_earns_nothing(tip: Tip, bob: User) -> None:
    close(tip)
    assert rewarding.reward(bob.pk, task_of(tip).pk, at=HEARD) is None
    assert delayed(tip) is None


def test_of_somebody_who_has_left_nothing_is_written(tip: Tip, alice: User) -> None:
    close(tip)
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert not reward(tip)
    assert not told()


# ---- afterwards --------------------------------------------------------------------------------


def test_the_task_that_comes_back_takes_nothing_away(tip: Tip) -> None:
    close(tip)
    assert reward(tip)
    Task.objects.filter(pk=task_of(tip).pk).update(completed_at=None)
    assert not reward(tip)
    assert delayed(tip) == DELAYED


def test_a_task_that_is_open_again_before_it_is_rewarded_was_done_all_the_same(tip: Tip) -> None:
    assert reward(tip)
    assert datetime.fromisoformat(told()[0].body["closed_at"]) == HEARD


def test_a_new_tip_about_a_task_that_came_back_earns_its_own(tip: Tip) -> None:
    before = earlier(tip, NOON - 2 * HOUR, delayed_reward=DELAYED)
    close(tip)
    assert reward(tip)
    assert (delayed(before), delayed(tip)) == (DELAYED, DELAYED)


def test_one_deed_does_not_reward_the_tip_before_as_well(tip: Tip) -> None:
    before = earlier(tip, NOON - 2 * HOUR)
    close(tip)
    assert reward(tip)
    answering.react(tip, "dismiss", at=HEARD + MINUTE)
    assert not reward(tip)
    assert delayed(before) is None


def test_done_afterwards_is_no_second_reward(tip: Tip) -> None:
    close(tip)
    reward(tip)
    answering.react(tip, "done", at=HEARD)
    assert delayed(tip) == DELAYED
    assert tip.reward == 0.0
    assert EventRecord.objects.get(subject="feedback.tip.reacted").body["reward"] == 0.0


def test_already_done_afterwards_is_no_second_reward(tip: Tip) -> None:
    close(tip)
    reward(tip)
    answering.react(tip, "dismiss", at=HEARD)
    answering.explain(tip, "already_done", at=HEARD)
    assert delayed(tip) == DELAYED
    assert tip.reward == 0.0
    assert EventRecord.objects.get(subject="feedback.tip.explained").body["reward"] == 0.0


def test_what_was_wrong_is_wrong_however_it_ended(tip: Tip) -> None:
    close(tip)
    reward(tip)
    answering.react(tip, "dismiss", at=HEARD)
    answering.explain(tip, "wrong", at=HEARD)
    assert (delayed(tip), tip.reward) == (DELAYED, -1.0)


def test_undo_of_an_answer_keeps_the_delayed_reward(tip: Tip) -> None:
    answering.react(tip, "snooze", at=CLOSED)
    close(tip)
    reward(tip, at=CLOSED)
    answering.undo(tip, at=CLOSED + timedelta(seconds=5))
    assert (delayed(tip), tip.reward) == (DELAYED, None)


def test_an_answer_beside_it_is_never_praise() -> None:
    assert [beside_delayed(r, None) for r in (-0.4, 0.0, 1.0)] == [-0.4, 0.0, 1.0]
    assert [beside_delayed(r, DELAYED) for r in (-0.4, 0.0, 1.0)] == [-0.4, 0.0, 0.0]


def test_no_answer_is_both_undecided_and_done() -> None:
    refusals = [("dismiss", reason) for reason in ("", *Tip.Reason.values)]
    answers = [("", ""), ("snooze", ""), ("done", ""), *refusals]
    assert [a for a in answers if is_undecided(*a)] == [
        ("", ""),
        ("snooze", ""),
        ("dismiss", "not_now"),
    ]
    assert not [a for a in answers if is_undecided(*a) and says_done(*a)]


# ---- how it is heard ---------------------------------------------------------------------------


def say(tip: Tip, by: str, at: datetime = HEARD) -> None:
    publish(TaskCompleted(user_id=tip.user_id, at=at, task_id=task_of(tip).pk, by=by))


@pytest.fixture
def queued(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    found: list[Any] = []
    monkeypatch.setattr(tasks.reward, "apply_async", lambda args, **_more: found.append(args))
    monkeypatch.setattr(tasks.make_tip, "apply_async", lambda _args, **_more: None)
    return found


@pytest.mark.parametrize(("by", "count"), [("source", 1), ("oo", 0)])
def test_only_what_was_closed_elsewhere_is_looked_at(
    tip: Tip, queued: list[Any], django_capture_on_commit_callbacks: Any, by: str, count: int
) -> None:
    close(tip)
    with django_capture_on_commit_callbacks(execute=True):
        say(tip, by)
    assert len(queued) == count
    for args in queued:
        assert tasks.reward(*args)
    assert delayed(tip) == (DELAYED if count else None)


def test_a_lost_message_is_found_within_the_hour(tip: Tip) -> None:
    close(tip)
    say(tip, "source")
    assert rewarding.reward_missed(at=HEARD + 15 * MINUTE) == 1
    assert rewarding.reward_missed(at=HEARD + 30 * MINUTE) == 0
    assert delayed(tip) == DELAYED


def test_what_we_closed_is_not_missing(tip: Tip) -> None:
    close(tip)
    say(tip, "oo")
    assert rewarding.reward_missed(at=HEARD + MINUTE) == 0
    assert delayed(tip) is None


def test_nothing_missing_costs_two_queries_however_many(
    tip: Tip, alice: User, django_assert_num_queries: Any
) -> None:
    for n in range(5):
        other = make_task(alice, f"Task {n}", completed_at=CLOSED)
        publish(TaskCompleted(user_id=alice.pk, at=HEARD, task_id=other.pk, by="source"))
    with django_assert_num_queries(2):
        assert rewarding.reward_missed(at=HEARD + MINUTE) == 0


def test_no_reward_of_one_person_is_given_to_another(tip: Tip, bob: User) -> None:
    close(tip)
    publish(TaskCompleted(user_id=bob.pk, at=HEARD, task_id=task_of(tip).pk, by="source"))
    assert rewarding.reward_missed(at=HEARD + MINUTE) == 0
    assert delayed(tip) is None


def test_whoever_is_gone_is_tolerated(db: None) -> None:
    assert tasks.reward("00000000-0000-0000-0000-000000000007", 1, HEARD.isoformat()) is False
    assert tasks.reward_missed() == 0
