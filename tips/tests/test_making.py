from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, time, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext, override_settings
from django.utils import translation

from accounts.models import Profile, User
from agents.base import UserView
from agents.view import load_views
from integrations.models import Task
from tests.clock import NOON, TODAY
from tests.factories import make_event, make_task
from tips import conf
from tips.answer import answering
from tips.make import making
from tips.make.making import make_tip
from tips.models import Mute, Tip, TipDecision, TipSchedule


def made(user: User, minutes: float = 0) -> Tip:
    tip = make_tip(user.pk, at=NOON + timedelta(minutes=minutes))
    assert tip is not None
    return tip


def test_a_task_becomes_the_one_ready_tip(alice: User) -> None:
    task = make_task(alice, "Pay rent")
    tip = made(alice)
    assert (tip.content, tip.detail, tip.state) == ("Pay rent", "Due today", Tip.State.READY)
    assert tip.evidence == [{"model": "task", "id": task.pk, "fact": "due_today"}]


def test_silence_is_on_record_and_makes_no_tip(alice: User) -> None:
    make_task(alice, "Someday", due_in=None)
    assert make_tip(alice.pk, at=NOON) is None
    assert TipDecision.objects.get(user=alice).silence == "nothing_urgent"
    assert TipSchedule.objects.get(user=alice).next_look_at > NOON


def test_nothing_changed_makes_nothing(alice: User) -> None:
    make_task(alice, "Pay rent")
    assert made(alice) == made(alice, 1)
    assert TipDecision.objects.count() == 1


def test_a_more_urgent_task_replaces_a_tip_that_nobody_has_seen(alice: User) -> None:
    make_task(alice, "Pay rent")
    first = made(alice)
    make_task(alice, "Call the bank", priority=4)
    assert made(alice, 1).content == "Call the bank"
    first.refresh_from_db()
    assert first.state == Tip.State.WITHDRAWN


def test_a_tip_under_the_persons_eyes_stays_while_it_is_true(alice: User) -> None:
    make_task(alice, "Pay rent")
    first = made(alice)
    answering.mark_shown(first, surface="page", at=NOON)
    make_task(alice, "Call the bank", priority=4)
    assert made(alice, 1) == first


def test_what_is_better_takes_its_turn_after_half_an_hour(alice: User) -> None:
    make_task(alice, "Pay rent")
    first = made(alice)
    answering.mark_shown(first, surface="page", at=NOON)
    make_task(alice, "Call the bank", priority=4)
    made(alice, 1)
    later = NOON + conf.SHOWN_STAYS
    assert TipSchedule.objects.get(user=alice).next_look_at == later
    assert made(alice, conf.SHOWN_STAYS / timedelta(minutes=1)).content == "Call the bank"


def test_what_is_still_the_best_stays_however_long_it_is_shown(alice: User) -> None:
    make_task(alice, "Pay rent")
    first = made(alice)
    answering.mark_shown(first, surface="page", at=NOON)
    make_task(alice, "Water plants", due_in=1)
    later = conf.SHOWN_STAYS + timedelta(minutes=10)
    same = made(alice, later / timedelta(minutes=1))
    assert same == first
    assert same.expires_at == NOON + later + conf.LONGEST_LIFE


@pytest.mark.parametrize(
    ("change", "content", "detail"),
    [
        ({"title": "Pay the rent by card"}, "Pay the rent by card", "Due today at 3 p.m."),
        ({"due_on": TODAY + timedelta(days=1)}, "Pay rent", "Due tomorrow · Marked urgent"),
        ({"due_time": time(16)}, "Pay rent", "Due today at 4 p.m. · Marked urgent"),
        ({"priority": 1}, "Pay rent", "Due today at 3 p.m."),
        ({"url": "https://example.org/moved"}, "Pay rent", "Due today at 3 p.m. · Marked urgent"),
    ],
    ids=["title", "date", "time", "priority", "address"],
)
def test_a_shown_tip_whose_row_says_something_else_is_replaced_at_once(
    alice: User, change: dict[str, Any], content: str, detail: str
) -> None:
    make_task(alice, "Water plants", due_in=6)
    task = make_task(alice, "Pay rent", priority=4, due_time=time(15))
    first = made(alice)
    answering.mark_shown(first, surface="page", at=NOON)
    changed = {"changed_at": NOON + timedelta(seconds=30), **change}
    Task.objects.filter(pk=task.pk).update(**changed)
    second = made(alice, 1)
    assert second.content == content
    assert second.detail.startswith(detail)
    first.refresh_from_db()
    assert first.state == Tip.State.WITHDRAWN


@pytest.mark.parametrize(
    ("change", "detail"),
    [
        ({"locale": "de"}, "Heute um 15:00 Uhr fällig"),
        ({"time_zone": "Europe/London"}, "Due today at 2 p.m."),
    ],
    ids=["language", "zone"],
)
def test_a_shown_tip_follows_the_persons_language_and_zone(
    alice: User, change: dict[str, str], detail: str
) -> None:
    make_task(alice, "Pay rent", due_time=time(15), due_zone="Europe/Berlin")
    answering.mark_shown(made(alice), surface="page", at=NOON)
    Profile.objects.filter(user=alice).update(**change)
    assert made(alice, 1).detail == detail


def test_a_meeting_that_comes_up_shortens_the_life_of_a_shown_tip(alice: User) -> None:
    make_task(alice, "Pay rent")
    answering.mark_shown(made(alice), surface="page", at=NOON)
    make_event(alice, starts_in_min=90)
    assert made(alice, 1).expires_at == NOON + timedelta(minutes=70)


def test_the_chosen_one_is_in_the_log_wherever_it_ranks(alice: User) -> None:
    for n in range(conf.LOGGED_CANDIDATES * 3):
        make_task(alice, f"Task {n}")
    for seed in range(8):
        TipSchedule.objects.filter(user=alice).update(fingerprint="")
        with override_settings(OO_POLICY="random_task"):
            make_tip(alice.pk, at=NOON, rng=Random(seed))
    decisions = list(TipDecision.objects.all())
    assert len(decisions) == 8
    for decision in decisions:
        keys = [c["key"] for c in decision.candidates]
        assert decision.chosen in keys
        assert len(keys) == conf.LOGGED_CANDIDATES
        assert decision.propensity == pytest.approx(1 / 60)


def test_a_tip_whose_task_was_done_elsewhere_is_withdrawn(alice: User) -> None:
    task = make_task(alice, "Pay rent")
    first = made(alice)
    answering.mark_shown(first, surface="page", at=NOON)
    Task.objects.filter(pk=task.pk).update(completed_at=NOON)
    assert make_tip(alice.pk, at=NOON + timedelta(minutes=1)) is None
    first.refresh_from_db()
    assert first.state == Tip.State.WITHDRAWN


def test_an_expired_tip_gives_way(alice: User) -> None:
    make_task(alice, "Pay rent")
    first = made(alice)
    second = made(alice, 200)
    first.refresh_from_db()
    assert (first.state, second.state) == (Tip.State.EXPIRED, Tip.State.READY)


def test_a_tip_lives_no_longer_than_until_the_next_meeting(alice: User) -> None:
    make_task(alice, "Pay rent")
    make_event(alice, starts_in_min=15)
    tip = made(alice)
    assert tip.expires_at == NOON + timedelta(minutes=15)


def test_somebody_else_s_tasks_are_never_seen(alice: User, bob: User) -> None:
    make_task(bob, "Bob's secret", priority=4)
    assert make_tip(alice.pk, at=NOON) is None


def test_who_has_left_is_made_no_tip(charlie: User) -> None:
    make_task(charlie, "Pay rent")
    assert make_tip(charlie.pk, at=NOON) is None
    assert not TipDecision.objects.exists()


def test_the_words_are_in_the_persons_language_whatever_the_worker_speaks(alice: User) -> None:
    make_task(alice, "Pay rent")
    Profile.objects.filter(user=alice).update(locale="en")
    with translation.override("de"):
        assert made(alice).detail == "Due today"


def test_a_task_that_was_called_wrong_comes_back_when_it_changes(alice: User) -> None:
    task = make_task(alice, "Pay rent")
    tip = made(alice)
    answering.react(tip, "dismiss", at=NOON)
    answering.explain(tip, "wrong", at=NOON)
    answering.end_rest(alice.pk, at=NOON)
    assert make_tip(alice.pk, at=NOON + timedelta(minutes=1)) is None
    Task.objects.filter(pk=task.pk).update(changed_at=NOON + timedelta(minutes=2))
    assert made(alice, 3).content == "Pay rent"
    assert Mute.objects.exists()


def test_three_hundred_tasks_take_as_many_queries_as_one(alice: User, bob: User) -> None:
    make_task(alice, "Pay rent")
    for n in range(300):
        make_task(bob, f"Task {n}")
    counts = []
    for user in (alice, bob):
        with CaptureQueriesContext(connection) as queries:
            make_tip(user.pk, at=NOON)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 34


def test_what_changes_while_a_decision_is_made_is_not_lost(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sync commits between the reading of the rows and the storing of the decision."""
    read = load_views

    def read_then_sync(user_ids: Collection[UUID], *, at: datetime) -> dict[UUID, UserView]:
        views = read(user_ids, at=at)
        if not Task.objects.exists():
            make_task(alice, "Pay rent")
            TipSchedule.objects.look_again(alice.pk, at=at)
        return views

    monkeypatch.setattr(making, "load_views", read_then_sync)
    assert made(alice).content == "Pay rent"
    assert not TipDecision.objects.filter(silence="nothing_open").exists()
