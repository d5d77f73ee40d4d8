"""A model reads words, where it was measured to be better: checked, kept, laid over the rules."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from accounts.models import User
from agents.models import ModelCall, Reading
from agents.traits import Origin, Place, Stakes
from agents.understanding.by_model import MOST_AT_ONCE, MOST_FAILED, read_with_model
from agents.understanding.correcting import deny, understanding_of
from agents.view import load_view
from oo.lib import llm
from tests.clock import NOON
from tests.factories import make_task
from tests.model.fixtures import Use, told
from tests.stand_ins.model import ModelStandIn, Turn, entry, use_aliases

pytestmark = pytest.mark.django_db
WORDS = "a" * 32
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def asked_about(model: ModelStandIn) -> list[str]:
    said = (json.loads(each.body["messages"][-1]["content"]) for each in model.requests)
    return [each["title"] for each in said]


def draft(user: User, **fields: Any) -> Any:
    return make_task(
        user, "Send Priya the draft", description="costs a fine", words_digest=WORDS, **fields
    )


def traits_of(user: User) -> Any:
    return load_view(user.pk, at=NOON).tasks[0].traits


def test_what_it_reads_is_quoted_kept_and_laid_over_the_rules(
    alice: User, model: ModelStandIn, use: Use
) -> None:
    use("reads")
    draft(alice)
    rules = {
        "place": {"value": "errand", "quote": "Send"},
        "someday": {"value": True, "quote": "draft"},
    }
    Reading.objects.create(
        user=alice, kind="task", words=WORDS, reader="words", version=1, traits=rules, read_at=NOON
    )
    model.play(
        told(waits=("Priya", "Send Priya"), place=("computer", "the draft"), effort=(20, "draft"))
    )
    assert read_with_model(alice.pk, at=NOON) == 1
    traits = traits_of(alice)
    assert (traits.waits.value, traits.waits.origin) == ("Priya", Origin.MODEL)
    assert traits.place.value is Place.COMPUTER
    assert traits.effort.value == timedelta(minutes=20)
    assert traits.someday.value is True


def test_the_same_words_are_asked_once(alice: User, model: ModelStandIn, use: Use) -> None:
    use("reads")
    draft(alice)
    model.play(told())
    assert read_with_model(alice.pk, at=NOON) == 1
    assert read_with_model(alice.pk, at=NOON) == 0
    assert len(model.requests) == 1


def test_what_does_not_stand_in_the_row_is_dropped(
    alice: User, model: ModelStandIn, use: Use
) -> None:
    use("reads")
    draft(alice)
    model.play(told(waits=("Bob", "Bob is waiting"), stakes=("money", "costs a fine")))
    read_with_model(alice.pk, at=NOON)
    traits = traits_of(alice)
    assert traits.waits is None
    assert traits.stakes.value is Stakes.MONEY
    assert ModelCall.objects.get().reason == "quote"


def test_it_reads_only_the_traits_that_it_was_measured_on(
    alice: User, model: ModelStandIn, use: Use
) -> None:
    use("reads.stakes")
    draft(alice)
    model.play(told(waits=("Priya", "Send Priya"), stakes=("money", "costs a fine")))
    read_with_model(alice.pk, at=NOON)
    assert traits_of(alice).waits is None
    assert traits_of(alice).stakes.value is Stakes.MONEY


@pytest.mark.parametrize("skills", [(), ("words",), ("chooses",)])
def test_without_the_skill_nobody_is_asked(
    alice: User, model: ModelStandIn, use: Use, skills: tuple[str, ...]
) -> None:
    use(*skills)
    draft(alice)
    assert read_with_model(alice.pk, at=NOON) == 0
    assert model.requests == []


@pytest.mark.parametrize(
    "answer",
    ["[]", '{"waits": "Priya"}', '{"waits": {"value": 7, "quote": "Send"}}',
     '{"place": {"value": "moon", "quote": "Send"}}', '{"effort": {"value": -5, "quote": "Send"}}'],
)  # fmt: skip
def test_an_answer_that_does_not_fit_teaches_nothing(
    alice: User, model: ModelStandIn, use: Use, answer: str
) -> None:
    use("reads")
    draft(alice)
    model.play(Turn(answer))
    assert read_with_model(alice.pk, at=NOON) == 1
    assert Reading.objects.get(reader="model").traits == {}


def test_a_model_that_is_away_is_asked_again_later(
    alice: User, model: ModelStandIn, use: Use
) -> None:
    use("reads")
    draft(alice)
    model.play(Turn(status=500))
    assert read_with_model(alice.pk, at=NOON) == 0
    assert not Reading.objects.exists()


@pytest.mark.parametrize(
    "turn", [Turn(status=400), Turn(raw=b"<html>"), Turn(status=404), Turn(status=429)]
)
def test_a_call_that_failed_is_no_reading_and_is_made_again_the_next_day(
    alice: User, model: ModelStandIn, use: Use, turn: Turn
) -> None:
    use("reads")
    draft(alice)
    model.play(turn, told(stakes=("money", "costs a fine")))
    assert read_with_model(alice.pk, at=NOON) == 0
    assert not Reading.objects.exists()
    llm.reset()
    assert read_with_model(alice.pk, at=NOON + DAY) == 1
    assert traits_of(alice).stakes.value is Stakes.MONEY


def test_words_that_are_refused_keep_no_others_waiting(
    alice: User, model: ModelStandIn, use: Use
) -> None:
    use("reads")
    for n in range(3):
        make_task(alice, f"Task {n}", due_in=n, words_digest=f"{n:032}")
    model.play(Turn(status=400), Turn(status=400), told())
    assert read_with_model(alice.pk, at=NOON) == 1
    assert asked_about(model) == ["Task 0", "Task 1", "Task 2"]
    assert Reading.objects.get(reader="model").words == f"{2:032}"


def test_words_that_are_refused_are_left_alone_for_a_day(
    alice: User, bob: User, model: ModelStandIn, use: Use
) -> None:
    use("reads")
    for n in range(2):
        make_task(alice, f"Task {n}", due_in=n, words_digest=f"{n:032}")
    model.play(Turn(status=400), Turn(status=400), told())
    assert read_with_model(alice.pk, at=NOON) == 0
    make_task(alice, "Task 2", due_in=2, words_digest=f"{2:032}")
    assert read_with_model(alice.pk, at=NOON + DAY - HOUR) == 1
    assert asked_about(model) == ["Task 0", "Task 1", "Task 2"]
    make_task(bob, "Task 0", words_digest=f"{0:032}")
    assert read_with_model(bob.pk, at=NOON) == 1, "what is refused to her says nothing of him"
    assert read_with_model(alice.pk, at=NOON + DAY) == 2
    assert asked_about(model)[-2:] == ["Task 0", "Task 1"]


def test_many_words_that_are_refused_between_others_end_nothing(
    alice: User, model: ModelStandIn, use: Use
) -> None:
    use("reads")
    for n in range(2 * MOST_FAILED):
        make_task(alice, f"Task {n}", due_in=n, words_digest=f"{n:032}")
    model.play(*[Turn(status=400), told()] * MOST_FAILED)
    assert read_with_model(alice.pk, at=NOON) == MOST_FAILED


def test_a_model_that_refuses_whatever_it_is_asked_is_not_asked_on(
    alice: User, model: ModelStandIn, use: Use
) -> None:
    use("reads")
    for n in range(2 * MOST_FAILED):
        make_task(alice, f"Task {n}", due_in=n, words_digest=f"{n:032}")
    model.play(Turn(status=400))
    for minutes in range(0, 60, 20):  # changes of the person's tasks
        assert read_with_model(alice.pk, at=NOON + timedelta(minutes=minutes)) == 0
    assert len(model.requests) == MOST_FAILED
    for hours in range(1, 24):
        assert read_with_model(alice.pk, at=NOON + hours * HOUR) == 0
    assert len(model.requests) == 2 * MOST_FAILED, "each once a day"


def test_an_answer_of_no_use_is_not_asked_for_again(
    alice: User, model: ModelStandIn, settings: Any, use: Use, tmp_path: Path
) -> None:
    """Nor where the first that was asked is not there."""
    use("reads")
    use_aliases(settings, tmp_path, entry(model, "reads"), entry(model, "reads"))
    draft(alice)
    model.play(Turn(status=404), Turn("no json"))
    assert read_with_model(alice.pk, at=NOON) == 1
    assert read_with_model(alice.pk, at=NOON) == 0
    assert Reading.objects.get(reader="model").traits == {}


def test_what_is_due_first_is_read_first_and_not_all_at_once(
    alice: User, model: ModelStandIn, use: Use
) -> None:
    use("reads")
    for n in range(MOST_AT_ONCE + 2):
        make_task(alice, f"Task {n}", due_in=MOST_AT_ONCE - n, words_digest=f"{n:032}")
    model.play(told())
    assert read_with_model(alice.pk, at=NOON) == MOST_AT_ONCE
    first = json.loads(model.requests[0].body["messages"][-1]["content"])
    assert first["title"] == f"Task {MOST_AT_ONCE + 1}"


def test_the_person_beats_the_model(alice: User, model: ModelStandIn, use: Use) -> None:
    use("reads")
    draft(alice)
    model.play(told(waits=("Priya", "Send Priya")))
    read_with_model(alice.pk, at=NOON)
    assert understanding_of(alice.pk, "task", WORDS).said
    deny(alice.pk, "task", WORDS, "waits", at=NOON)
    assert traits_of(alice).waits is None
    assert understanding_of(alice.pk, "task", WORDS).denied
