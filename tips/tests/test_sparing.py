"""How seldom a model is asked about the tips of one person."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Profile, User
from accounts.privacy.consents import grant, withdraw
from agents.models import LookSchedule, ModelCall
from oo.lib import llm
from tests.clock import NOON
from tests.factories import give_tip, make_task
from tests.stand_ins.model import ModelStandIn, Turn, entry, use_aliases
from tips import conf, tasks
from tips.answer.answering import mark_shown
from tips.make.making import make_tip
from tips.models import Tip, TipSchedule
from tips.polish.polishing import polish
from tips.polish.sparing import questions_left

pytestmark = pytest.mark.django_db
SOON = NOON + timedelta(minutes=5)


@pytest.fixture
def model(settings: Any, tmp_path: Path) -> Iterator[ModelStandIn]:
    with ModelStandIn() as server:
        use_aliases(settings, tmp_path, entry(server, "words"))
        server.play(said("Pay the rent now."))
        yield server
    llm.reset()


def said(text: str) -> Turn:
    return Turn(json.dumps({"text": text}))


def here(user: User, at: datetime) -> None:
    LookSchedule.objects.update_or_create(user=user, defaults={"active_at": at})


def call(user: User, at: datetime, purpose: str = "words") -> None:
    ModelCall.objects.create(
        user=user, at=at, purpose=purpose, alias="m", prompt="", outcome="used"
    )


def polished(tip: Tip, *, at: datetime) -> Tip:
    polish(tip.pk, at=at)
    tip.refresh_from_db()
    return tip


def made_anew(tip: Tip, *, at: datetime) -> Tip:
    """What beat makes when its time is over: a tip of the same rows."""
    Tip.objects.filter(pk=tip.pk).update(state=Tip.State.EXPIRED, ended_at=at)
    TipSchedule.objects.look_again(tip.user_id, at=at)
    again = make_tip(tip.user_id, at=at)
    assert again is not None
    assert again.pk != tip.pk
    return again


def test_the_limit_of_a_day_is_of_24_hours_and_of_one_person(alice: User, bob: User) -> None:
    here(alice, NOON)
    for minutes in range(1, conf.MOST_QUESTIONS):
        call(alice, NOON - timedelta(minutes=minutes))
    call(alice, NOON - timedelta(hours=24))
    call(bob, NOON - timedelta(minutes=1))
    assert questions_left(alice.pk, at=NOON) == 1
    call(alice, NOON - timedelta(minutes=59), "chooses")
    call(alice, NOON - timedelta(minutes=59), "chooses")
    assert questions_left(alice.pk, at=NOON) == 0


def test_reading_their_tasks_is_none_of_it(alice: User) -> None:
    here(alice, NOON - timedelta(minutes=5))
    call(alice, NOON, "reads")
    assert questions_left(alice.pk, at=NOON) == conf.MOST_QUESTIONS


def test_who_is_not_here_is_not_asked_about(alice: User) -> None:
    here(alice, NOON - conf.HERE_LATELY)
    assert questions_left(alice.pk, at=NOON) == 0
    here(alice, NOON - conf.HERE_LATELY + timedelta(seconds=1))
    assert questions_left(alice.pk, at=NOON) == conf.MOST_QUESTIONS


def test_who_has_never_been_here_is_asked_about_once(alice: User) -> None:
    assert questions_left(alice.pk, at=NOON) == conf.MOST_QUESTIONS
    call(alice, NOON)
    assert questions_left(alice.pk, at=NOON + timedelta(days=2)) == 0


def test_nobody_asks_again_before_the_person_has_looked(alice: User) -> None:
    here(alice, NOON)
    call(alice, SOON)
    assert questions_left(alice.pk, at=SOON + timedelta(hours=1)) == 0
    here(alice, SOON + timedelta(minutes=1))
    assert questions_left(alice.pk, at=SOON + timedelta(hours=1)) == conf.MOST_QUESTIONS - 1


def test_the_last_question_is_not_three(alice: User, model: ModelStandIn) -> None:
    here(alice, NOON)
    for minutes in range(1, conf.MOST_QUESTIONS):
        call(alice, NOON - timedelta(minutes=minutes))
    model.play(said("Visit http://evil.example now."))
    assert polished(give_tip(alice), at=SOON).plain == ""
    assert len(model.requests) == 1


def test_a_choice_leaves_a_question_to_word_the_tip_with(
    alice: User, model: ModelStandIn, settings: Any, tmp_path: Path
) -> None:
    use_aliases(settings, tmp_path, entry(model, "words", "chooses"))
    here(alice, NOON)
    for minutes in range(1, conf.MOST_QUESTIONS - 2):
        call(alice, NOON - timedelta(minutes=minutes))
    make_task(alice, "Answer Mia")
    assert polished(give_tip(alice, priority=4), at=SOON).content == "Pay the rent now."
    assert len(model.requests) == 1


def test_the_same_words_are_worded_once_a_day(alice: User, model: ModelStandIn) -> None:
    first = polished(give_tip(alice), at=NOON)
    later = NOON + timedelta(hours=2)
    again = polished(made_anew(first, at=later), at=later)
    for field in ("content", "plain", "model", "prompt_version", "left_host"):
        assert getattr(again, field) == getattr(first, field)
    assert again.content == "Pay the rent now."
    assert len(model.requests) == 1


def test_what_was_remembered_is_not_remembered_for_ever(alice: User, model: ModelStandIn) -> None:
    tip = polished(give_tip(alice), at=NOON)
    Tip.objects.filter(pk=tip.pk).update(made_at=NOON - timedelta(hours=22))
    later = NOON + timedelta(hours=2)
    assert polished(made_anew(tip, at=later), at=later).content == "Pay the rent"


def test_another_reason_is_not_said_in_the_words_of_the_first(
    alice: User, model: ModelStandIn
) -> None:
    tip = polished(give_tip(alice), at=NOON)
    Tip.objects.filter(pk=tip.pk).update(detail="Due tomorrow")
    later = NOON + timedelta(hours=2)
    assert polished(made_anew(tip, at=later), at=later).content == "Pay the rent"


def test_a_changed_row_is_not_said_in_the_words_of_before(alice: User, model: ModelStandIn) -> None:
    tip = polished(give_tip(alice), at=NOON)
    alice.task_set.update(title="Pay the rent and the deposit", changed_at=NOON)
    later = NOON + timedelta(hours=2)
    again = polished(made_anew(tip, at=later), at=later)
    assert again.content == "Pay the rent and the deposit"


def test_a_wording_is_not_remembered_in_another_language(alice: User, model: ModelStandIn) -> None:
    tip = polished(give_tip(alice), at=NOON)
    assert tip.plain
    Profile.objects.filter(user=alice).update(locale="de")
    later = NOON + timedelta(hours=2)
    again = made_anew(tip, at=later)
    Tip.objects.filter(pk=tip.pk).update(detail=again.detail)
    assert polished(again, at=later).content == "Pay the rent"


def test_nobody_is_told_what_was_said_to_somebody_else(
    alice: User, bob: User, model: ModelStandIn
) -> None:
    polished(give_tip(bob), at=NOON)
    call(alice, NOON)
    tip = give_tip(alice)
    Tip.objects.filter(user=bob).update(candidate=tip.candidate)
    assert polished(tip, at=SOON).content == "Pay the rent"


def test_a_clouds_words_are_not_said_again_to_who_no_longer_agrees(
    alice: User, model: ModelStandIn, settings: Any, tmp_path: Path
) -> None:
    use_aliases(settings, tmp_path, entry(model, "words", cloud="somebody"))
    grant(alice.pk, "model.somebody", by="settings", at=NOON)
    first = polished(give_tip(alice), at=NOON)
    assert first.left_host
    later = NOON + timedelta(hours=2)
    second = polished(made_anew(first, at=later), at=later)
    assert (second.content, second.left_host) == (first.content, True)
    withdraw(alice.pk, "model.somebody", at=later)
    third = later + timedelta(hours=1)
    assert polished(made_anew(second, at=third), at=third).content == "Pay the rent"
    assert len(model.requests) == 1


def test_looking_is_what_has_the_next_tip_worded(alice: User, model: ModelStandIn) -> None:
    LookSchedule.objects.begin([alice.pk])
    tip = polished(give_tip(alice), at=NOON)
    mark_shown(tip, surface="page", at=NOON + timedelta(minutes=1))
    here(alice, NOON + timedelta(minutes=1))
    alice.task_set.update(title="Pay the deposit", changed_at=SOON)
    model.play(said("Pay the deposit now."))
    assert polished(made_anew(tip, at=SOON), at=SOON).content == "Pay the deposit now."


@pytest.mark.usefixtures("model")
def test_who_waits_has_seen_the_tip_before_anything_is_asked(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_task(alice, "Pay the rent")
    monkeypatch.setattr(timezone, "now", lambda: NOON)
    sent: list[dict[str, Any]] = []
    monkeypatch.setattr(tasks.polish, "apply_async", lambda _args, **more: sent.append(more))
    tasks.make_tip(str(alice.pk))
    assert [message["countdown"] for message in sent] == [conf.WAITED_FOR_S]
    TipSchedule.objects.update(next_look_at=NOON)
    tasks.keep_ready()
    assert [message["countdown"] for message in sent] == [conf.WAITED_FOR_S, 0]
    assert conf.WAITED_FOR_S > conf.PATIENCE_S + 1  # and the page asks once a second
