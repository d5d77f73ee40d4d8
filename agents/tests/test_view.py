"""Many people's rows as views, and what they answered out of the log."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import User
from agents.base import Answer
from agents.view import load_views
from events.models import EventRecord
from tests.clock import NOON
from tests.factories import give_tip, make_event, make_person, make_task
from tips.answer.answering import explain, mark_shown, react, undo

MINUTE = timedelta(minutes=1)
pytestmark = pytest.mark.django_db


def test_everybody_gets_their_own_rows(alice: User, bob: User) -> None:
    for person in (alice, bob):
        make_task(person, f"Task of {person.name}")
        make_event(person, title=f"Meeting of {person.name}", starts_in_min=60)
    views = load_views([alice.pk, bob.pk], at=NOON)
    assert [t.title for t in views[alice.pk].tasks] == ["Task of Alice"]
    assert [e.title for e in views[bob.pk].events] == ["Meeting of Bob"]


def test_as_many_queries_for_many_as_for_one(alice: User, django_assert_num_queries: Any) -> None:
    people = [alice, *(make_person(f"p{n}") for n in range(9))]
    for person in people:
        make_task(person)
        make_event(person)
    with django_assert_num_queries(7):
        assert len(load_views([p.pk for p in people], at=NOON)) == 10


def test_who_has_left_has_no_view(alice: User) -> None:
    gone = alice.pk
    alice.delete()
    assert load_views([gone], at=NOON) == {}


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


def test_an_older_log_that_does_not_say_what_was_answered_teaches_nothing(alice: User) -> None:
    react(give_tip(alice), "snooze", at=NOON)
    record = EventRecord.objects.get(subject="feedback.tip.reacted")
    del record.body["candidate"], record.body["answered_at"]
    record.save()
    assert answers_of(alice) == ()
