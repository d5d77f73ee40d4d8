"""What oO has learnt is said when nothing else is, and kept or denied in one tap."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, time, timedelta
from random import Random
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from django.utils import translation

from accounts.models import Profile, User
from accounts.privacy.consents import grant, withdraw
from agents.base import Answer, FreshBelief, UserView
from agents.beliefs import GoodHours
from agents.inferring import beliefs
from agents.models import Belief
from agents.registry import INFERENCES
from agents.tests.people import meeting, task, view
from agents.view import load_view
from tests.clock import NOON, TODAY
from tests.factories import make_connection, make_event, make_task, the_tip
from tips.answer import answering
from tips.base import Choice, Kind
from tips.decide.candidates import build_candidates
from tips.decide.fingerprint import fingerprint
from tips.make.making import make_tip
from tips.models import Mute, Tip
from tips.policies.deadline_first import DeadlineFirst
from tips.policies.good_sense import GoodSense

HTMX = {"HX-Request": "true"}
SENTENCE = "Between 9 a.m. and noon you act most."
KEY = "belief:time-of-day"
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON.astimezone(UTC), tick=False) as coordinates:
        yield coordinates


@pytest.fixture
def belief(alice: User) -> Belief:
    make_connection(alice)
    grant(alice.pk, "tasks", by="connect", at=NOON)
    return Belief.objects.create(
        user=alice,
        inference="time-of-day",
        version=1,
        value={"start": "09:00:00", "end": "12:00:00"},
        confidence=0.8,
        evidence=12,
        made_at=NOON - timedelta(hours=1),
        expires_at=NOON + 6 * DAY,
    )


@pytest.fixture
def insight(alice: User, belief: Belief) -> Tip:
    return the_tip(alice)


def learnt(*rows: Any, **fields: Any) -> UserView:
    known = {
        "beliefs": {"time-of-day": GoodHours()},
        "fresh_beliefs": {"time-of-day": FreshBelief(1, lambda: SENTENCE)},
    }
    return replace(view(*rows), **{**known, **fields})


def decided(seen: UserView) -> Choice:
    return GoodSense().decide(seen, build_candidates(seen, set()), Random(0))


def is_told(seen: UserView) -> bool:
    chosen = decided(seen).chosen
    return chosen is not None and chosen.candidate.kind is Kind.INSIGHT


def answered(days_ago: float, candidate: str = KEY) -> Answer:
    return Answer(candidate, "done", NOON - days_ago * DAY)


# ---- when it is said


def test_it_is_said_when_nothing_else_is() -> None:
    choice = decided(learnt())
    assert choice.chosen is not None
    assert (choice.chosen.candidate.key, choice.silence) == (KEY, "")
    assert choice.chosen in choice.ranking


def test_it_is_said_rather_than_what_need_not_be() -> None:
    assert is_told(learnt(task(1)))
    assert is_told(learnt(meeting(9, starts_in_min=31)))


def test_whatever_is_worth_saying_comes_first() -> None:
    choice = decided(learnt(task(1, due_on=TODAY, priority=4)))
    assert choice.chosen is not None
    assert choice.chosen.candidate.kind is Kind.TASK
    told = [s for s in choice.ranking if s.candidate.kind is Kind.INSIGHT]
    assert [s.is_gated for s in told] == [True]  # no model may choose it instead


@pytest.mark.parametrize(
    "seen",
    [
        learnt(meeting(9, starts_in_min=-5)),
        learnt(meeting(9, starts_in_min=29)),
        learnt(meeting(9, starts_in_min=-30, title="Cards", is_busy=False)),
        learnt(now=NOON.replace(hour=22)),
        learnt(now=NOON.replace(hour=3)),
        learnt(answers=(Answer("task:1", "dismiss", NOON - timedelta(minutes=5)),)),
    ],
    ids=["in a meeting", "a meeting soon", "at cards", "late", "at night", "after a no"],
)
def test_it_is_not_said_to_who_is_not_plainly_free(seen: UserView) -> None:
    choice = decided(seen)
    assert choice.chosen is None
    assert choice.silence


def test_it_ends_when_the_person_is_not_free_any_more() -> None:
    until = decided(learnt(meeting(9, starts_in_min=45))).until
    assert until == NOON + timedelta(minutes=15)


def test_it_waits_for_the_end_of_what_is_in_the_calendar() -> None:
    cards = meeting(9, starts_in_min=-30, title="Cards", is_busy=False)
    assert decided(learnt(cards)).until == cards.ends_at


@pytest.mark.parametrize(("days_ago", "is_said"), [(0.1, False), (6.9, False), (7.1, True)])
def test_one_a_week_whichever_it_is(days_ago: float, is_said: bool) -> None:
    assert is_told(learnt(answers=(answered(days_ago, "belief:momentum"),))) is is_said


def show(tip: Tip, at: Any = NOON) -> None:
    assert answering.mark_shown(tip, surface="page", at=at)


def holds_on(belief: Belief) -> None:
    """However often it is inferred again."""
    Belief.objects.filter(pk=belief.pk).update(expires_at=NOON + 90 * DAY)


@pytest.mark.parametrize(("days", "is_said"), [(1, False), (7.1, False), (29.9, False), (31, True)])
def test_what_nobody_answers_comes_again_after_thirty_days(
    alice: User, insight: Tip, belief: Belief, days: float, is_said: bool
) -> None:
    show(insight)
    holds_on(belief)
    later = NOON + days * DAY
    Belief.objects.update(value={"start": "10:00:00", "end": "12:00:00"}, made_at=later)
    assert (make_tip(alice.pk, at=later) is not None) is is_said
    insight.refresh_from_db()
    assert insight.state == Tip.State.EXPIRED
    assert not Mute.objects.exists()


@pytest.mark.parametrize(("days", "said"), [(6.9, None), (7.1, "belief:recent-patterns")])
def test_nor_is_another_one_said_within_a_week(
    alice: User, insight: Tip, belief: Belief, days: float, said: str | None
) -> None:
    show(insight)
    holds_on(belief)
    grant(alice.pk, "calendar", by="connect", at=NOON)
    Belief.objects.create(
        user=alice, inference="recent-patterns", version=1, value={"wanted": True},
        confidence=0.8, evidence=9, made_at=NOON, expires_at=NOON + 90 * DAY,
    )  # fmt: skip
    tip = make_tip(alice.pk, at=NOON + days * DAY)
    assert (tip and tip.candidate) == said


def test_what_nobody_saw_is_said_again(alice: User, insight: Tip, belief: Belief) -> None:
    holds_on(belief)
    tip = make_tip(alice.pk, at=NOON + DAY)
    assert tip is not None
    assert (tip.candidate, tip.pk == insight.pk) == (KEY, False)


def test_it_stays_while_it_is_on_the_page(alice: User, insight: Tip) -> None:
    show(insight)
    make_event(alice, starts_in_min=600)
    assert make_tip(alice.pk, at=NOON + timedelta(minutes=5)) == insight


def test_what_bob_left_unanswered_holds_nothing_back_of_alices(
    alice: User, bob: User, insight: Tip, belief: Belief
) -> None:
    show(insight)
    Tip.objects.filter(pk=insight.pk).update(user=bob, state=Tip.State.EXPIRED, ended_at=NOON)
    again = make_tip(alice.pk, at=NOON + timedelta(minutes=5))
    assert again is not None
    assert again.candidate == KEY


def test_a_late_answer_to_what_has_run_out_counts(
    alice: User, insight: Tip, belief: Belief
) -> None:
    show(insight)
    holds_on(belief)
    assert make_tip(alice.pk, at=NOON + DAY) is None
    assert answering.react(insight, "done", at=NOON + DAY).won
    belief.refresh_from_db()
    assert belief.said == belief.value


def test_answers_to_tasks_do_not_count() -> None:
    assert is_told(learnt(answers=(answered(1, "task:1"),)))


def test_a_belief_of_which_the_person_said_something_is_no_news() -> None:
    assert build_candidates(learnt(fresh_beliefs={}), set()) == []


def test_what_was_muted_is_not_said() -> None:
    assert build_candidates(learnt(), {KEY}) == []


def test_a_task_of_the_same_number_is_not_taken_for_it() -> None:
    assert is_told(learnt(task(1)))
    seen = learnt(task(1, due_on=TODAY))
    choice = DeadlineFirst().decide(seen, build_candidates(seen, set()), Random(0))
    assert [s.candidate.key for s in choice.ranking] == ["task:1"]


def test_a_new_belief_is_something_new_to_decide() -> None:
    old = learnt(fresh_beliefs={}, user_id=uuid4())
    assert fingerprint(old, (), "p", "en") != fingerprint(learnt(), (), "p", "en")


# ---- from the rows


def test_a_view_knows_what_is_fresh(alice: User, belief: Belief) -> None:
    ((key, fresh),) = load_view(alice.pk, at=NOON).fresh_beliefs.items()
    assert (key, fresh.id, fresh.say()) == ("time-of-day", belief.pk, SENTENCE)
    beliefs.keep(alice.pk, "time-of-day", at=NOON)
    assert load_view(alice.pk, at=NOON).fresh_beliefs == {}
    assert "time-of-day" in load_view(alice.pk, at=NOON).beliefs


@pytest.mark.parametrize(
    "change",
    [{"confidence": 0.4}, {"is_denied": True}, {"expires_at": NOON}, {"inference": "gone"}],
)
def test_what_decides_nothing_is_not_said(
    alice: User, belief: Belief, change: dict[str, Any]
) -> None:
    Belief.objects.update(**change)
    assert load_view(alice.pk, at=NOON).fresh_beliefs == {}
    assert make_tip(alice.pk, at=NOON) is None


def test_it_says_the_sentence_of_the_belief_in_the_persons_language(
    alice: User, belief: Belief
) -> None:
    Profile.objects.filter(user=alice).update(locale="de")
    tip = the_tip(alice)
    with translation.override("de"):
        assert tip.content == INFERENCES["time-of-day"].say(GoodHours())


# ---- what is answered


def test_got_it_makes_it_the_persons_word(insight: Tip, belief: Belief) -> None:
    assert (insight.content, insight.kind) == (SENTENCE, "insight")
    assert insight.detail == "oO noticed this by itself. Is it so?"
    answering.react(insight, "done", at=NOON)
    belief.refresh_from_db()
    assert belief.said == belief.value
    assert Mute.objects.get().until == NOON + 30 * DAY


def test_not_so_denies_it_and_nothing_decides_by_it(
    alice: User, insight: Tip, belief: Belief
) -> None:
    answering.react(insight, "dismiss", at=NOON)
    belief.refresh_from_db()
    assert (belief.is_denied, belief.said) == (True, None)
    assert load_view(alice.pk, at=NOON).beliefs == {}
    answering.end_rest(alice.pk, at=NOON)
    assert make_tip(alice.pk, at=NOON) is None


@pytest.mark.parametrize("reaction", ["done", "dismiss"])
def test_undo_takes_the_word_back(insight: Tip, belief: Belief, reaction: str) -> None:
    answering.react(insight, reaction, at=NOON)
    assert answering.undo(insight, at=NOON + timedelta(seconds=5)).won
    belief.refresh_from_db()
    assert (belief.is_denied, belief.said) == (False, None)
    assert make_tip(insight.user_id, at=NOON + timedelta(seconds=6)) == insight


def test_what_they_said_in_the_settings_meanwhile_stands(insight: Tip, belief: Belief) -> None:
    own = GoodHours(start=time(14), end=time(17))
    beliefs.say(insight.user_id, "time-of-day", own, at=NOON)
    assert answering.react(insight, "done", at=NOON).won
    assert not answering.undo(insight, at=NOON).won
    belief.refresh_from_db()
    assert belief.said == own.model_dump(mode="json")


@pytest.mark.parametrize("reaction", ["done", "dismiss"])
def test_a_late_answer_says_nothing_of_what_was_learnt_since(
    insight: Tip, belief: Belief, reaction: str
) -> None:
    Belief.objects.update(made_at=NOON + timedelta(hours=1), value={"start": "15:00:00"})
    answering.react(insight, reaction, at=NOON + timedelta(hours=2))
    belief.refresh_from_db()
    assert (belief.is_denied, belief.said) == (False, None)


def test_an_answer_to_what_was_forgotten_is_kept(insight: Tip, belief: Belief) -> None:
    belief.delete()
    outcome = answering.react(insight, "done", at=NOON)
    assert (outcome.won, outcome.tip.undo_until) == (True, None)


def test_bob_cannot_deny_what_is_believed_of_alice(
    bob_client: Client, insight: Tip, belief: Belief
) -> None:
    path = f"/tip/{insight.pk}/answer"
    assert bob_client.post(path, {"reaction": "dismiss"}, headers=HTMX).status_code == 404
    belief.refresh_from_db()
    assert not belief.is_denied


def test_why_says_where_it_comes_from(alice_client: Client, insight: Tip) -> None:
    page = alice_client.get(f"/tip/{insight.pk}/why", headers=HTMX).content.decode()
    assert "Your best hours" in page
    assert "From 12 things." in page
    assert 'href="/settings/mind#belief-time-of-day"' in page
    assert "The source of this tip is gone" not in page
    Belief.objects.all().delete()
    page = alice_client.get(f"/tip/{insight.pk}/why", headers=HTMX).content.decode()
    assert "The source of this tip is gone" in page


def test_the_api_names_its_evidence(alice_client: Client, insight: Tip, belief: Belief) -> None:
    tip = alice_client.get("/api/v1/tip").json()["tip"]
    assert tip["evidence"] == [{"model": "belief", "id": belief.pk, "fact": "inferred"}]
    assert [o["reaction"] for o in tip["offers"]] == ["done", "dismiss"]


def test_a_task_that_comes_up_takes_its_place(alice: User, insight: Tip) -> None:
    make_task(alice, "Pay the rent", priority=4)
    tip = make_tip(alice.pk, at=NOON + timedelta(minutes=1))
    assert tip is not None
    assert tip.content == "Pay the rent"


def test_without_the_consent_it_is_withdrawn(alice: User, insight: Tip) -> None:
    withdraw(alice.pk, "tasks", at=NOON)
    assert make_tip(alice.pk, at=NOON + timedelta(minutes=1)) is None
    insight.refresh_from_db()
    assert insight.state == Tip.State.WITHDRAWN
