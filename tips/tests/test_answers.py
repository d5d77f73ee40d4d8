from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest

from accounts.models import User
from events.models import EventRecord
from integrations.models import Completion, Task
from tests.clock import NOON
from tests.factories import give_tip, make_event, make_task
from tips import conf
from tips.answer import answering
from tips.make.making import make_tip
from tips.models import Mute, Tip, TipSchedule, TipView


@pytest.fixture
def tip(alice: User) -> Tip:
    made = give_tip(alice, "Pay rent")
    answering.mark_shown(made, surface="page", at=NOON)
    return made


LATER = NOON + timedelta(seconds=40)


def subjects() -> list[str]:
    return list(EventRecord.objects.order_by("pk").values_list("subject", flat=True))


def test_done_is_recorded_with_dwell_and_reward(tip: Tip) -> None:
    answered = answering.react(tip, "done", at=LATER).tip
    answered.refresh_from_db()
    assert (answered.state, answered.reaction) == (Tip.State.ANSWERED, "done")
    assert (answered.dwell_s, answered.reward) == (40.0, 1.0)


def test_done_asks_for_the_task_to_be_closed_after_the_undo_window(tip: Tip) -> None:
    answering.react(tip, "done", at=LATER)
    closing = Completion.objects.get()
    assert closing.not_before >= LATER + timedelta(seconds=8)
    assert closing.task_id == tip.evidence[0]["id"]


def test_the_first_answer_wins_and_the_second_is_told(tip: Tip) -> None:
    assert answering.react(tip, "done", at=LATER).won
    second = answering.react(tip, "dismiss", at=LATER)
    assert (second.won, second.tip.reaction) == (False, "done")
    assert Completion.objects.count() == 1
    assert subjects().count("feedback.tip.reacted") == 1


def test_a_repeated_answer_changes_nothing(tip: Tip) -> None:
    first = answering.react(tip, "snooze", at=LATER).tip
    again = answering.react(tip, "snooze", at=LATER + timedelta(seconds=5)).tip
    assert first.ended_at == again.ended_at
    assert Mute.objects.count() == 1


def test_an_answer_to_an_expired_tip_is_not_lost(tip: Tip) -> None:
    make_tip(tip.user_id, at=NOON + timedelta(hours=5))
    outcome = answering.react(tip, "done", at=NOON + timedelta(hours=6))
    assert outcome.won
    assert Completion.objects.count() == 1


def test_an_offline_answer_counts_from_when_it_was_given(tip: Tip) -> None:
    at = NOON + timedelta(hours=3)
    answered = answering.react(tip, "done", at=at, answered_at=NOON + timedelta(seconds=30)).tip
    assert answered.dwell_s == 30.0


@pytest.mark.parametrize("hours", [-30, 30])
def test_a_device_with_a_wrong_clock_is_not_believed(tip: Tip, hours: int) -> None:
    answered = answering.react(tip, "done", at=LATER, answered_at=NOON + timedelta(hours=hours)).tip
    assert answered.dwell_s is not None
    assert 0 <= answered.dwell_s <= 40


def test_undo_brings_the_tip_back_and_takes_the_closing_back(tip: Tip) -> None:
    answering.react(tip, "done", at=LATER)
    back = answering.undo(tip, at=LATER + timedelta(seconds=7))
    assert back.won
    assert back.tip.state == Tip.State.SHOWN
    assert Completion.objects.get().state == Completion.State.CANCELLED
    assert make_tip(tip.user_id, at=LATER + timedelta(seconds=20)) == tip


def test_after_undo_it_can_be_done_again(tip: Tip) -> None:
    answering.react(tip, "done", at=LATER)
    answering.undo(tip, at=LATER + timedelta(seconds=3))
    answering.react(tip, "done", at=LATER + timedelta(seconds=6))
    states = sorted(Completion.objects.values_list("state", flat=True))
    assert states == ["cancelled", "waiting"]


def test_undo_is_over_after_the_window(tip: Tip) -> None:
    answering.react(tip, "done", at=LATER)
    late = answering.undo(tip, at=LATER + timedelta(seconds=11))
    assert (late.won, late.tip.reaction) == (False, "done")


def test_undo_after_the_source_was_told_is_refused(tip: Tip) -> None:
    answering.react(tip, "done", at=LATER)
    Completion.objects.update(state=Completion.State.DONE)
    assert not answering.undo(tip, at=LATER + timedelta(seconds=2)).won


def test_undo_withdraws_what_came_up_meanwhile(tip: Tip, alice: User) -> None:
    make_task(alice, "Water plants")
    answering.react(tip, "snooze", at=LATER)
    answering.end_rest(alice.pk, at=LATER)
    other = make_tip(alice.pk, at=LATER)
    assert other is not None
    assert answering.undo(tip, at=LATER + timedelta(seconds=5)).won
    other.refresh_from_db()
    assert other.state == Tip.State.WITHDRAWN
    assert Tip.objects.live().get() == tip


def took_back(tip: Tip, minutes: float) -> datetime:
    """Three seconds after it was done; that moment."""
    at = NOON + timedelta(minutes=minutes)
    assert answering.react(tip, "done", at=at).won
    at += timedelta(seconds=3)
    assert answering.undo(tip, at=at).won
    return at


def on_page(user: User, at: datetime) -> list[str]:
    return [tip.content for tip in Tip.objects.current(user.pk, at=at)]


def test_what_is_taken_back_is_looked_at_again_at_once(tip: Tip, alice: User) -> None:
    at = took_back(tip, 5)
    assert on_page(alice, at) == ["Pay rent"]
    assert TipSchedule.objects.due(at=at).exists()
    assert make_tip(alice.pk, at=at) == tip
    assert on_page(alice, at + timedelta(minutes=30)) == ["Pay rent"]


def test_a_meeting_that_has_begun_is_not_told_of_because_of_an_undo(alice: User) -> None:
    make_event(alice, title="Review", starts_in_min=10)
    reminder = make_tip(alice.pk, at=NOON)
    assert reminder is not None
    answering.mark_shown(reminder, surface="page", at=NOON)
    at = took_back(reminder, 9)
    assert on_page(alice, at) == [reminder.content]
    assert on_page(alice, NOON + timedelta(minutes=10)) == []
    make_tip(alice.pk, at=at)
    assert on_page(alice, NOON + timedelta(minutes=10)) == []


def test_what_is_due_in_a_moment_is_not_due_for_longer_because_of_an_undo(alice: User) -> None:
    make_task(alice, "Pay rent", due_time=time(12, 5), priority=4)
    due = make_tip(alice.pk, at=NOON)
    assert due is not None
    answering.mark_shown(due, surface="page", at=NOON)
    took_back(due, 4.9)
    assert on_page(alice, NOON + timedelta(minutes=5, seconds=1)) == []


def test_what_was_closed_meanwhile_does_not_stay_because_of_an_undo(tip: Tip, alice: User) -> None:
    Task.objects.filter(user=alice).update(completed_at=NOON + timedelta(minutes=1))
    at = took_back(tip, 2)
    assert make_tip(alice.pk, at=at) is None
    assert on_page(alice, at) == []


def test_after_an_answer_the_page_rests_until_one_more_is_asked_for(tip: Tip, alice: User) -> None:
    make_task(alice, "Water plants")
    answering.react(tip, "snooze", at=LATER)
    assert make_tip(alice.pk, at=LATER + timedelta(minutes=5)) is None
    answering.end_rest(alice.pk, at=LATER + timedelta(minutes=6))
    following = make_tip(alice.pk, at=LATER + timedelta(minutes=6))
    assert following is not None
    assert following.content == "Water plants"


@pytest.fixture
def newer(tip: Tip) -> Tip:
    """About the same task, made when the first had run out on a page that was left open."""
    made = make_tip(tip.user_id, at=NOON + timedelta(hours=5))
    assert made is not None
    assert made.candidate == tip.candidate
    assert made != tip
    return made


def test_an_answer_to_an_old_tip_is_one_to_the_newer_about_the_same(tip: Tip, newer: Tip) -> None:
    answering.react(tip, "snooze", at=NOON + timedelta(hours=5, minutes=1))
    newer.refresh_from_db()
    assert newer.state == Tip.State.WITHDRAWN


def test_a_tip_about_something_else_outlives_an_answer_to_an_old_one(tip: Tip, alice: User) -> None:
    make_task(alice, "Catch the train", due_in=0, priority=4)
    Mute.objects.create(
        user=alice, tip=tip, candidate=tip.candidate, until=NOON + timedelta(days=1), since=NOON
    )
    other = make_tip(alice.pk, at=NOON + timedelta(hours=5))
    assert other is not None
    answering.react(tip, "snooze", at=NOON + timedelta(hours=5, minutes=1))
    assert Tip.objects.live().get() == other


def test_two_tips_about_one_task_complete_it_once(tip: Tip, newer: Tip) -> None:
    answering.react(tip, "done", at=NOON + timedelta(hours=5, minutes=1))
    Completion.objects.update(state=Completion.State.DONE, finished_at=NOON + timedelta(hours=5))
    answering.react(newer, "done", at=NOON + timedelta(hours=5, minutes=2))
    assert Completion.objects.count() == 1


def test_what_was_taken_back_is_completed_by_the_newer_tip(tip: Tip, newer: Tip) -> None:
    said = NOON + timedelta(hours=5, minutes=1)
    answering.react(tip, "done", at=said)
    answering.undo(tip, at=said + timedelta(seconds=3))
    answering.react(newer, "done", at=said + timedelta(seconds=20))
    states = sorted(Completion.objects.values_list("state", flat=True))
    assert states == ["cancelled", "waiting"]


def test_a_snoozed_tip_comes_back_after_two_hours(tip: Tip, alice: User) -> None:
    answering.react(tip, "snooze", at=LATER)
    assert make_tip(alice.pk, at=LATER + timedelta(minutes=110)) is None
    again = make_tip(alice.pk, at=LATER + timedelta(minutes=121))
    assert again is not None
    assert again.content == "Pay rent"


def test_already_done_closes_the_task_like_done(tip: Tip) -> None:
    answering.react(tip, "dismiss", at=LATER)
    assert answering.explain(tip, "already_done", at=LATER).won
    assert Completion.objects.count() == 1
    assert not Mute.objects.exists()


def test_already_done_has_an_undo_window_of_its_own(tip: Tip) -> None:
    answering.react(tip, "dismiss", at=LATER)
    said = LATER + timedelta(minutes=1)
    answering.explain(tip, "already_done", at=said)
    assert Completion.objects.get().not_before == said + conf.UNDO_WINDOW + conf.UNDO_GRACE
    assert answering.undo(tip, at=said + conf.UNDO_WINDOW).won
    assert Completion.objects.get().state == Completion.State.CANCELLED
    tip.refresh_from_db()
    assert (tip.state, tip.reaction, tip.reason) == (Tip.State.SHOWN, "", "")


def test_already_done_stays_when_its_window_is_over(tip: Tip) -> None:
    answering.react(tip, "dismiss", at=LATER)
    answering.explain(tip, "already_done", at=LATER + timedelta(minutes=1))
    assert not answering.undo(tip, at=LATER + timedelta(seconds=71)).won


def test_a_reason_that_stays_in_the_house_opens_no_new_window(tip: Tip) -> None:
    answering.react(tip, "dismiss", at=LATER)
    answering.explain(tip, "not_relevant", at=LATER + timedelta(minutes=1))
    assert not answering.undo(tip, at=LATER + timedelta(seconds=61)).won


def test_only_the_first_reason_counts(tip: Tip) -> None:
    answering.react(tip, "dismiss", at=LATER)
    answering.explain(tip, "not_relevant", at=LATER)
    second = answering.explain(tip, "already_done", at=LATER)
    assert (second.won, second.tip.reason) == (False, "not_relevant")
    assert not Completion.objects.exists()


def test_a_reason_without_a_dismissal_is_refused(tip: Tip) -> None:
    answering.react(tip, "done", at=LATER)
    assert not answering.explain(tip, "wrong", at=LATER).won


def test_a_reason_that_the_kind_does_not_have_is_refused(alice: User) -> None:
    make_event(alice, starts_in_min=10)
    reminder = make_tip(alice.pk, at=NOON)
    assert reminder is not None
    answering.react(reminder, "dismiss", at=NOON)
    with pytest.raises(answering.NotOffered, match="reason"):
        answering.explain(reminder, "not_now", at=NOON)


def test_a_reminder_is_acknowledged_and_closes_nothing(alice: User) -> None:
    make_event(alice, starts_in_min=10)
    reminder = make_tip(alice.pk, at=NOON)
    assert reminder is not None
    answering.react(reminder, "done", at=NOON)
    answering.end_rest(alice.pk, at=NOON)
    assert make_tip(alice.pk, at=NOON + timedelta(minutes=1)) is None
    assert not Completion.objects.exists()


def test_showing_twice_is_served_once(alice: User, tip: Tip) -> None:
    answering.mark_shown(tip, surface="api", at=LATER)
    assert TipView.objects.filter(user=alice).count() == 2
    assert subjects().count("signals.tip.served") == 1


def test_a_task_in_closing_is_not_suggested_again(tip: Tip, alice: User) -> None:
    answering.react(tip, "done", at=LATER)
    answering.end_rest(alice.pk, at=LATER)
    assert make_tip(alice.pk, at=LATER + timedelta(minutes=1)) is None
    assert TipSchedule.objects.get(pk=alice.pk).silence == "nothing_open"
