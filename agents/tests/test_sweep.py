"""The sweep: who is looked at when, what is written, and what a failure costs."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection

from accounts.models import Consent, Profile, User
from accounts.privacy.consents import grant, withdraw
from agents.base import (
    Agent,
    AgentManifest,
    Inference,
    InferenceManifest,
    Prefs,
    Snippet,
    UserView,
)
from agents.beliefs import Lateness
from agents.looking import sweeping
from agents.looking.outputs import load_current
from agents.models import (
    AgentDay,
    AgentOutput,
    Belief,
    Claimed,
    LookSchedule,
    Reading,
    Spent,
    Sweep,
)
from agents.registry import AGENTS, INFERENCES
from integrations.models import Task
from oo.lib import bulk
from tests.clock import NOON, TODAY
from tests.factories import make_connection, make_event, make_person, make_task

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def alice(alice: User) -> User:
    """Allows her tasks and her calendar, and was here this morning."""
    settle(alice)
    return alice


def settle(user: User) -> None:
    for key in ("tasks", "calendar"):
        grant(user.pk, key, by="connect", at=NOON - HOUR)
    make_connection(user)
    LookSchedule.objects.begin([user.pk])
    LookSchedule.objects.note_activity(user.pk, at=NOON - HOUR)


def claim(at: datetime, most: int = sweeping.CHUNK) -> list[Claimed]:
    return LookSchedule.objects.claim(most, at=at, until=at + sweeping.LEASE)


def sweep(at: datetime = NOON) -> Sweep:
    run = sweeping.begin(at=at)
    while claimed := claim(at):
        sweeping.sweep_chunk(run, claimed, at=at)
    run.refresh_from_db()
    return run


def seen(user: User, at: datetime = NOON) -> dict[str, str]:
    return {
        key: snippet.text
        for key, snippet in load_current([user.pk], at=at).get(user.pk, {}).items()
    }


def test_what_the_agents_see_is_written_down(alice: User) -> None:
    make_task(alice, "Call the bank", due_in=-1)
    run = sweep()
    assert seen(alice) == {
        "overdue-task": "One task slipped: “Call the bank”, planned for May 4.",
    }
    assert (run.people, run.written, run.failed) == (1, 1, 0)


def test_words_are_in_the_language_and_on_the_clock_of_the_person(alice: User) -> None:
    alice.profile.locale, alice.profile.time_zone = "de", "Asia/Tokyo"
    alice.profile.save()
    make_event(alice, starts_in_min=60, title="Arzt")
    sweep()
    assert "20:00" in seen(alice)["next-gap"]


def test_new_words_are_read_before_anybody_looks(alice: User) -> None:
    make_task(alice, "Anna is waiting for the photos", words_digest="a" * 32, due_in=None)
    sweep()
    assert Reading.objects.filter(user=alice).count() == 1
    assert "people-waiting" in seen(alice)


def test_nothing_changed_nothing_is_looked_at(alice: User) -> None:
    make_task(alice, due_in=-1)
    assert sweep().people == 1
    assert sweep(NOON + MINUTE).people == 0


def test_a_change_is_looked_at_and_only_what_differs_is_written(alice: User) -> None:
    make_task(alice, "Call the bank", due_in=-1)
    make_task(alice, "Answer Mia", due_in=None)
    sweep()
    before = AgentOutput.objects.get(user=alice, agent="overdue-task")
    Task.objects.filter(title="Answer Mia").update(priority=2)
    LookSchedule.objects.note_change(alice.pk)
    run = sweep(NOON + MINUTE)
    assert (run.people, run.written, run.dropped) == (1, 0, 0)
    assert AgentOutput.objects.get(pk=before.pk).made_at == before.made_at


def test_what_is_no_longer_so_is_dropped(alice: User) -> None:
    task = make_task(alice, due_in=-1)
    sweep()
    task.delete()
    LookSchedule.objects.note_change(alice.pk)
    assert sweep(NOON + MINUTE).dropped >= 1
    assert "overdue-task" not in seen(alice)


def test_looked_at_again_when_the_clock_makes_something_untrue(alice: User) -> None:
    make_event(alice, starts_in_min=30)
    sweep()
    assert "next-gap" in seen(alice)
    due = LookSchedule.objects.get(pk=alice.pk).next_look_at
    assert due == NOON + 25 * MINUTE  # what is left then is no gap
    assert sweep(due).people == 1
    assert "next-gap" not in seen(alice, at=due)


def test_without_a_consent_nobody_looks_and_what_was_seen_goes(alice: User) -> None:
    make_event(alice, starts_in_min=60)
    make_task(alice, due_in=-1)
    sweep()
    assert {"next-gap", "overdue-task"} <= seen(alice).keys()
    withdraw(alice.pk, "calendar", at=NOON)
    LookSchedule.objects.note_change(alice.pk)
    sweep(NOON + MINUTE)
    assert "next-gap" not in seen(alice)
    assert "overdue-task" in seen(alice)


def test_whoever_is_not_here_any_more_is_looked_at_only_when_something_changes(
    alice: User,
) -> None:
    make_task(alice, due_in=-1)
    later = NOON + timedelta(days=20)
    sweep(later)
    assert LookSchedule.objects.get(pk=alice.pk).next_look_at is None
    assert sweep(later + timedelta(days=1)).people == 0
    LookSchedule.objects.note_change(alice.pk)
    assert sweep(later + timedelta(days=1)).people == 1
    LookSchedule.objects.note_activity(alice.pk, at=later + timedelta(days=2))
    assert sweep(later + timedelta(days=2)).people == 1


def test_people_in_no_schedule_come_into_it(bob: User) -> None:
    assert not LookSchedule.objects.filter(pk=bob.pk).exists()
    assert sweep().people == 1


class Breaks(Agent):
    manifest = AgentManifest("breaks", "Breaks", 1, HOUR, (), ("tasks",))

    def look(self, view: UserView) -> Snippet | None:
        raise RuntimeError(view.tasks[0].title)


def test_an_agent_that_fails_hurts_no_other_and_tells_no_words(
    alice: User, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    make_task(alice, "My secret", due_in=-1)
    monkeypatch.setitem(AGENTS.load(), "breaks", Breaks())
    run = sweep()
    assert run.failed == 1
    assert "overdue-task" in seen(alice)
    assert "agent breaks failed: RuntimeError" in caplog.text
    spent = AgentDay.objects.spent(TODAY, TODAY)
    assert (spent["breaks"].looks, spent["breaks"].failed) == (1, 1)
    assert (spent["overdue-task"].looks, spent["overdue-task"].failed) == (1, 0)
    assert "My secret" not in caplog.text


class Guesses(Inference):
    manifest = InferenceManifest(
        key="guesses", title="Guesses", version=1, value=Lateness, consents=(), ttl=HOUR
    )

    def infer(self, view: UserView) -> None:
        raise RuntimeError(view.tasks[0].title)

    def say(self, value: Prefs) -> str:
        raise NotImplementedError


def test_an_inference_that_fails_hurts_no_other_and_tells_no_words(
    alice: User, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for days in range(6):
        make_task(alice, "My secret", due_in=-1 - days)
    monkeypatch.setitem(INFERENCES.load(), "guesses", Guesses())
    run = sweep()
    assert (run.people, run.failed) == (1, 1)
    assert "overdue-task" in seen(alice)
    assert Belief.objects.filter(inference="overdue-task").exists()
    assert "inference guesses failed: RuntimeError" in caplog.text
    assert "My secret" not in caplog.text


class Babbles(Agent):
    manifest = AgentManifest("babbles", "Babbles", 1, HOUR, (), ("tasks",))

    def look(self, view: UserView) -> Snippet | None:
        if any(task.title == "My secret" for task in view.tasks):
            return Snippet(text="", facts=(object(),))  # type: ignore[arg-type]  # as a bug has it
        return None


def test_what_cannot_be_written_of_one_person_hurts_no_other(
    alice: User, bob: User, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    settle(bob)
    make_task(alice, "My secret", due_in=-1)
    make_task(bob, "Late", due_in=-1)
    monkeypatch.setitem(AGENTS.load(), "babbles", Babbles())
    run = sweep()
    assert (run.people, run.failed) == (1, 1)
    assert "overdue-task" in seen(bob)
    assert "My secret" not in caplog.text
    assert [c.user_id for c in claim(NOON + sweeping.LEASE)] == [alice.pk]  # tried again


def test_whose_dates_and_zone_are_impossible_keeps_nobody_from_being_looked_at(
    alice: User, bob: User
) -> None:
    settle(bob)
    midnight: dict[str, Any] = {"due_time": time(23, 59, 59), "due_zone": "America/New_York"}
    make_task(alice, words_digest="a" * 32, due_on=date.max, **midnight)
    make_task(alice, words_digest="b" * 32, due_in=-1)
    make_task(bob, words_digest="a" * 32, due_in=-1)
    Profile.objects.filter(user=alice).update(time_zone="Europe/Atlantis")
    run = sweep()
    assert (run.people, run.failed) == (2, 0)
    assert "overdue-task" in seen(alice)
    assert "overdue-task" in seen(bob)


def test_what_agents_took_adds_up_by_day(alice: User) -> None:
    spent = Spent()
    spent.add(0.5, has_failed=False)
    spent.add(0.25, has_failed=True)
    for day in (TODAY, TODAY, TODAY - timedelta(days=1)):
        AgentDay.objects.add(day, {"a": spent, "b": Spent(1, 0, 1.0)})
    AgentDay.objects.add(TODAY, {})
    assert AgentDay.objects.spent(TODAY, TODAY) == {"a": Spent(4, 2, 1.5), "b": Spent(2, 0, 2.0)}
    assert AgentDay.objects.count() == 4
    sweeping.forget_old_sweeps(at=NOON + sweeping.DAYS_KEPT)
    assert {row.day for row in AgentDay.objects.all()} == {TODAY}


def test_who_may_not_look_has_taken_nothing(alice: User) -> None:
    make_event(alice, starts_in_min=60)
    Consent.objects.filter(user=alice).delete()
    sweep()
    assert AgentDay.objects.spent(TODAY, TODAY) == {}


def test_a_newer_version_of_an_agent_looks_anew(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_task(alice, due_in=-1)
    sweep()
    AgentOutput.objects.filter(user=alice, agent="overdue-task").update(version=0)
    assert "overdue-task" not in seen(alice)
    LookSchedule.objects.filter(pk=alice.pk).update(next_look_at=NOON)
    assert sweep(NOON + MINUTE).written == 1
    assert "overdue-task" in seen(alice)


def test_as_many_queries_for_many_as_for_one(
    alice: User, django_assert_num_queries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "FEW", 0)  # a few rows take fewer
    people = [alice]
    for n in range(11):
        people.append(make_person(f"p{n}"))
        settle(people[-1])
    for person in people:
        make_task(person, due_in=-1)
        make_event(person, starts_in_min=60)
    run = sweeping.begin(at=NOON)
    for most in (1, 11):
        claimed = claim(NOON, most)
        assert len(claimed) == most
        with django_assert_num_queries(30 if connection.vendor == "postgresql" else 24):
            sweeping.sweep_chunk(run, claimed, at=NOON)


def test_two_workers_take_different_people(alice: User, bob: User) -> None:
    LookSchedule.objects.begin([bob.pk])
    first, second = claim(NOON, 1), claim(NOON, 1)
    assert {c.user_id for c in first + second} == {alice.pk, bob.pk}
    assert claim(NOON) == []


def test_the_people_of_a_killed_worker_are_due_again(alice: User) -> None:
    assert [c.user_id for c in claim(NOON)] == [alice.pk]
    assert claim(NOON + MINUTE) == []
    assert [c.user_id for c in claim(NOON + sweeping.LEASE)] == [alice.pk]


def test_a_change_that_a_killed_worker_was_told_of_is_not_forgotten(alice: User) -> None:
    task = make_task(alice, "Late", due_in=-1)
    sweep()
    Task.objects.filter(pk=task.pk).update(due_on=TODAY + timedelta(days=30))
    LookSchedule.objects.note_change(alice.pk)
    assert [c.is_changed for c in claim(NOON + MINUTE)] == [True]
    assert seen(alice, NOON + MINUTE) == {}  # nobody has looked yet
    again = NOON + MINUTE + sweeping.LEASE
    assert [c.is_changed for c in claim(again)] == [True]
    sweep(again + sweeping.LEASE)
    assert not AgentOutput.objects.filter(agent="overdue-task").exists()


def test_what_changes_during_a_look_is_looked_at_next(alice: User) -> None:
    make_task(alice, due_in=-1)
    run, claimed = sweeping.begin(at=NOON), claim(NOON)
    LookSchedule.objects.note_change(alice.pk)
    sweeping.sweep_chunk(run, claimed, at=NOON)
    assert [c.is_changed for c in claim(NOON)] == [True]


def test_whoever_leaves_meanwhile_is_left_out(alice: User, bob: User) -> None:
    settle(bob)
    for person in (alice, bob):
        make_task(person, due_in=-1)
    run, claimed = sweeping.begin(at=NOON), claim(NOON)
    bob.delete()
    sweeping.sweep_chunk(run, claimed, at=NOON)
    assert "overdue-task" in seen(alice)
    assert set(AgentOutput.objects.values_list("user", flat=True)) == {alice.pk}


def test_a_look_that_finds_the_same_is_written_once_in_half_a_ttl(alice: User) -> None:
    make_event(alice, starts_in_min=8 * 60 - 30)  # so that only the TTL, one hour, ends it
    sweep()
    row = AgentOutput.objects.get(agent="next-gap")
    assert row.expires_at == NOON + HOUR
    for after, written in ((20 * MINUTE, False), (40 * MINUTE, True)):
        LookSchedule.objects.note_change(alice.pk)
        sweep(NOON + after)
        again = AgentOutput.objects.get(agent="next-gap")
        assert (again.expires_at > row.expires_at) is written
