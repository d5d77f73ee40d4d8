"""What a person answered, as agents and policies get to know it: out of the log of events."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from accounts.models import User
from agents.base import Answer
from agents.view import load_views
from events.models import EventRecord
from tests.clock import NOON
from tests.factories import give_tip, the_tip
from tips import conf
from tips.answer.answering import explain, mark_shown, react, undo
from tips.models import Tip

MINUTE = timedelta(minutes=1)
pytestmark = pytest.mark.django_db


def answers_of(user: User) -> tuple[Answer, ...]:
    return load_views([user.pk], at=NOON + timedelta(hours=1))[user.pk].answers


def test_an_answer_is_remembered_with_its_reason_and_its_time(alice: User) -> None:
    tip = give_tip(alice)
    mark_shown(tip, surface="page", at=NOON)
    react(tip, "dismiss", at=NOON + MINUTE)
    explain(tip, "not_relevant", at=NOON + 2 * MINUTE)
    assert answers_of(alice) == (
        Answer(tip.candidate, "dismiss", NOON + MINUTE, "not_relevant", dwell_s=60.0),
    )


def test_what_was_taken_back_was_not_answered(alice: User) -> None:
    tip = give_tip(alice)
    react(tip, "snooze", at=NOON)
    undo(tip, at=NOON)
    assert answers_of(alice) == ()


def test_an_answer_given_offline_counts_when_it_was_given(alice: User) -> None:
    tip = give_tip(alice)
    mark_shown(tip, surface="page", at=NOON)
    react(tip, "snooze", at=NOON + 30 * MINUTE, answered_at=NOON + MINUTE)
    assert [a.at for a in answers_of(alice)] == [NOON + MINUTE]


def answer_two_tips(user: User, reaction: str, *, apart: timedelta) -> Tip:
    """The second was made when the first had run out on a page that was left open."""
    first = give_tip(user)
    second = the_tip(user, at=NOON + conf.LONGEST_LIFE + MINUTE)
    assert second != first
    assert second.candidate == first.candidate
    react(first, reaction, at=second.made_at)
    react(second, reaction, at=second.made_at + apart)
    return second


def answered_at(user: User) -> list[datetime]:
    found = load_views([user.pk], at=NOON + timedelta(days=3))[user.pk].answers
    return [answer.at for answer in found]


def test_what_two_tips_said_and_was_done_once_is_one_answer_of_when_it_was_done(
    alice: User,
) -> None:
    tip = answer_two_tips(alice, "done", apart=MINUTE)
    assert answered_at(alice) == [tip.made_at]
    assert EventRecord.objects.filter(subject="feedback.tip.reacted").count() == 2


def test_a_no_that_was_said_twice_is_one_and_holds_from_the_last_on(alice: User) -> None:
    tip = answer_two_tips(alice, "dismiss", apart=MINUTE)
    assert answered_at(alice) == [tip.made_at + MINUTE]


def test_the_same_on_another_day_where_the_person_is_is_another_answer(alice: User) -> None:
    tip = answer_two_tips(alice, "done", apart=timedelta(hours=10))
    assert answered_at(alice) == [tip.made_at + timedelta(hours=10), tip.made_at]


def test_an_older_log_that_does_not_say_what_was_answered_teaches_nothing(alice: User) -> None:
    react(give_tip(alice), "snooze", at=NOON)
    record = EventRecord.objects.get(subject="feedback.tip.reacted")
    del record.body["candidate"], record.body["answered_at"]
    record.save()
    assert answers_of(alice) == ()
