"""Several devices and workers at one answer: whatever the order, one story comes out of it."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from uuid import UUID

import pytest
from django.utils import timezone

from events.catalog import TipDismissalExplained, TipReacted, TipReactionUndone, TipServed
from integrations.complete import completing, completions
from integrations.models import Completion
from integrations.registry import SOURCES
from tests.clock import NOON
from tests.concurrency.people import (
    Connected,
    completions_of,
    connected,
    recorded,
    somebody_with_a_tip,
)
from tests.concurrency.together import Crew, beside, errors, later, meanwhile
from tests.factories import signed_in, the_tip
from tests.stand_ins.todoist import TodoistStandIn
from tips import conf
from tips.answer import answering
from tips.models import Mute, Tip

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

ROUNDS = 15
LAST_MOMENT = NOON + conf.UNDO_WINDOW + conf.UNDO_GRACE


def test_of_devices_that_say_the_same_one_wins(crew: Crew) -> None:
    for _ in range(ROUNDS):
        user, tip = somebody_with_a_tip()
        ends = crew.at_once(*[partial(answering.react, tip, "done", at=NOON)] * 5)
        assert not errors(ends)
        assert sorted(end.won for end in ends) == [False] * 4 + [True]
        assert (completions_of(user), recorded(user, TipReacted)) == (["waiting"], 1)


def test_of_devices_that_disagree_one_wins_and_the_others_are_told_what_won(crew: Crew) -> None:
    for _ in range(ROUNDS):
        user, tip = somebody_with_a_tip()
        said = ("done", "snooze", "dismiss", "done")
        ends = crew.at_once(*[partial(answering.react, tip, word, at=NOON) for word in said])
        assert not errors(ends)
        won = [word for word, end in zip(said, ends, strict=True) if end.won]
        assert len(won) == 1
        assert {end.tip.reaction for end in ends} == {won[0]}
        assert Tip.objects.get(pk=tip.pk).reaction == won[0]
        assert completions_of(user) == ["waiting"] * (won[0] == "done")
        assert Mute.objects.filter(user=user).count() == (won[0] != "done")
        assert recorded(user, TipReacted) == 1


def test_of_two_reasons_the_first_counts(crew: Crew) -> None:
    for _ in range(ROUNDS):
        user, tip = somebody_with_a_tip()
        answering.react(tip, "dismiss", at=NOON)
        said = ("not_now", "already_done", "wrong")
        ends = crew.at_once(*[partial(answering.explain, tip, word, at=NOON) for word in said])
        assert not errors(ends)
        assert [end.won for end in ends].count(True) == 1
        kept = Tip.objects.get(pk=tip.pk).reason
        assert {end.tip.reason for end in ends} == {kept}
        assert completions_of(user) == ["waiting"] * (kept == "already_done")
        assert recorded(user, TipDismissalExplained) == 1


def somebody_done(todoist: TodoistStandIn) -> tuple[Connected, Tip, UUID]:
    alice = connected(todoist, 1)
    tip = the_tip(alice.user)
    answering.react(tip, "done", at=NOON)
    return alice, tip, Completion.objects.get(user=alice.user).key


def test_either_the_undo_won_or_the_source_was_told(crew: Crew, todoist: TodoistStandIn) -> None:
    for lag in range(ROUNDS):
        alice, tip, key = somebody_done(todoist)
        undo, closed, again = crew.at_once(
            partial(answering.undo, tip, at=LAST_MOMENT),
            later(lag * 3, partial(completing.complete_one, key, at=LAST_MOMENT)),
            partial(answering.react, tip, "done", at=LAST_MOMENT),
        )
        assert not errors([undo, closed, again])
        assert undo.won is not bool(alice.account.completions)
        assert Completion.objects.get(key=key).state == ("cancelled" if undo.won else "done")
        assert recorded(alice.user, TipReactionUndone) == undo.won
        assert recorded(alice.user, TipReacted) == 1 + (undo.won and again.won)


def test_an_undo_while_the_source_is_being_told_is_too_late(
    todoist: TodoistStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice, tip, key = somebody_done(todoist)
    undo = partial(beside, partial(answering.undo, tip, at=LAST_MOMENT))
    ends = meanwhile(monkeypatch, SOURCES["todoist"], "complete", undo)
    assert completing.complete_one(key, at=LAST_MOMENT) == alice.connection.pk
    assert [end.won for end in ends] == [False]
    assert Tip.objects.get(pk=tip.pk).reaction == "done"


def test_a_closing_that_begins_during_the_undo_wins(
    todoist: TodoistStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    _alice, tip, key = somebody_done(todoist)
    soon = LAST_MOMENT + timedelta(minutes=2)
    claim = partial(Completion.objects.claim, key, at=LAST_MOMENT, until=soon)
    ends = meanwhile(monkeypatch, completions, "cancel_completion", partial(beside, claim))
    assert answering.undo(tip, at=LAST_MOMENT).won is False
    assert ends == [True]


def test_an_undo_before_the_closing_begins_keeps_it_from_the_source(
    todoist: TodoistStandIn,
) -> None:
    alice, tip, key = somebody_done(todoist)
    assert answering.undo(tip, at=LAST_MOMENT).won
    assert completing.complete_one(key, at=LAST_MOMENT) is None
    assert not alice.account.completions


def test_of_undo_on_two_devices_one_wins(crew: Crew) -> None:
    for _ in range(ROUNDS):
        user, tip = somebody_with_a_tip()
        answering.react(tip, "done", at=NOON)
        soon = NOON + timedelta(seconds=3)
        ends = crew.at_once(*[partial(answering.undo, tip, at=soon)] * 3)
        assert not errors(ends)
        assert [end.won for end in ends].count(True) == 1
        assert Tip.objects.get(pk=tip.pk).state == "shown"
        assert completions_of(user) == ["cancelled"]
        assert recorded(user, TipReactionUndone) == 1


def test_a_tip_is_shown_for_the_first_time_once(crew: Crew) -> None:
    for _ in range(ROUNDS):
        user, tip = somebody_with_a_tip()
        shown = partial(answering.mark_shown, tip, surface="page", at=NOON)
        ends = crew.at_once(shown, shown, partial(answering.react, tip, "snooze", at=NOON), shown)
        assert not errors(ends)
        assert [end for end in ends if end is True] in ([], [True])
        assert recorded(user, TipServed) == 1, "be it by the answer"
        assert Tip.objects.get(pk=tip.pk).state == "answered"


def test_page_and_api_at_once_record_one_answer_and_tell_the_other(crew: Crew) -> None:
    for _ in range(10):
        user, tip = somebody_with_a_tip(at=timezone.now())
        page, api = signed_in(user), signed_in(user)
        from_page, from_api = crew.at_once(
            partial(
                page.post,
                f"/tip/{tip.pk}/answer",
                {"reaction": "dismiss"},
                headers={"HX-Request": "true"},
            ),
            partial(
                api.post,
                f"/api/v1/tip/{tip.pk}/reaction",
                {"reaction": "done"},
                content_type="application/json",
            ),
        )
        assert (from_page.status_code, from_api.status_code) == (200, 200)
        kept = Tip.objects.get(pk=tip.pk).reaction
        assert from_api.json()["won"] is (kept == "done")
        assert from_api.json()["tip"]["reaction"] == kept
        told = b"You had already answered this" in from_page.content
        assert told is (kept == "done")
        assert recorded(user, TipReacted) == 1
