"""What models were told and answered: sealed, for some days, and never longer than its words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from accounts.models import User
from agents import tasks
from agents.asking.asking import ask
from agents.asking.keeping import forget_transcripts, transcripts
from agents.models import ModelCall, PromptText, Transcript
from oo.lib import llm
from oo.lib.llm import ModelError, Question
from tests.clock import NOON
from tests.stand_ins.model import ModelStandIn, Turn, entry, use_aliases

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
PLAIN = Question("tip-generator", "Choose well.", "Ring Dr Okonkwo")
LETTER = Question("tip-generator", "Choose well.", "Ring Dr Okonkwo", letters=True)


@pytest.fixture(autouse=True)
def here(model: ModelStandIn, settings: Any, tmp_path: Path) -> Iterator[None]:
    use_aliases(settings, tmp_path, entry(model))
    yield
    llm.reset()


def test_what_was_asked_and_answered_is_kept_and_sealed(alice: User, model: ModelStandIn) -> None:
    model.play(Turn("She waits for you."))
    _reply, call = ask(alice.pk, PLAIN, "v1", at=NOON)
    [said] = transcripts([call])
    assert (said.transcript.asked, said.transcript.answered) == (
        "Ring Dr Okonkwo",
        "She waits for you.",
    )
    assert (said.beginning, said.transcript.letters) == ("Choose well.", None)
    with connection.cursor() as cursor:
        cursor.execute("select asked, answered from agents_transcript")
        sealed = " ".join(cursor.fetchone())
    assert "Okonkwo" not in sealed
    assert "waits" not in sealed


def test_letters_are_kept_with_their_chances(alice: User, model: ModelStandIn) -> None:
    model.play(Turn("A", letters={"A": -0.12345, "B": -2.0}))
    ask(alice.pk, LETTER, "v1", at=NOON)
    assert Transcript.objects.get().letters == {"A": -0.123, "B": -2.0}


@pytest.mark.parametrize(
    "turn", [Turn(status=500), Turn(raw=b"garbage"), Turn(""), Turn(status=400), Turn(status=404)]
)
def test_a_question_without_an_answer_is_kept_too(
    alice: User, model: ModelStandIn, turn: Turn
) -> None:
    model.play(turn)
    with pytest.raises(ModelError):
        ask(alice.pk, PLAIN, "v1", at=NOON)
    kept = Transcript.objects.get()
    assert (kept.asked, kept.answered) == ("Ring Dr Okonkwo", "")


def test_an_answer_that_no_database_takes_breaks_nothing(alice: User, model: ModelStandIn) -> None:
    model.play(Turn("a\x00b\ud800c", letters={"A\x00": -1.0}))
    ask(alice.pk, LETTER, "v1", at=NOON)
    kept = Transcript.objects.get()
    assert (kept.answered, kept.letters) == ("abc", {"A": -1.0})


def test_the_beginning_is_kept_once_for_all(alice: User, bob: User, model: ModelStandIn) -> None:
    for person in (alice, bob, alice):
        ask(person.pk, PLAIN, "v1", at=NOON)
    assert PromptText.objects.count() == 1
    assert Transcript.objects.count() == 3


def test_nothing_is_kept_where_none_shall_be(
    alice: User, model: ModelStandIn, settings: Any
) -> None:
    settings.OO_TRANSCRIPTS_KEPT_DAYS = 0
    _reply, call = ask(alice.pk, PLAIN, "v1", at=NOON)
    assert not Transcript.objects.exists()
    assert not PromptText.objects.exists()
    assert transcripts([call]) == []


def test_old_ones_go_and_their_calls_stay(alice: User, model: ModelStandIn, settings: Any) -> None:
    settings.OO_TRANSCRIPTS_KEPT_DAYS = 3
    for days in (2, 4):
        ask(alice.pk, PLAIN, "v1", at=NOON - days * DAY)
    assert forget_transcripts(at=NOON) == 1
    assert Transcript.objects.get().at == NOON - 2 * DAY
    assert ModelCall.objects.count() == 2


@pytest.mark.parametrize("ends", ["disconnected", "withdrawn"])
def test_they_go_with_the_words_that_they_may_hold(
    alice: User, bob: User, model: ModelStandIn, ends: str
) -> None:
    for person in (alice, bob):
        ask(person.pk, PLAIN, "v1", at=NOON)
    if ends == "disconnected":
        tasks.forget(str(alice.pk))
    else:
        tasks.end_consent(str(alice.pk), "tasks")
    assert Transcript.objects.get().user_id == bob.pk
