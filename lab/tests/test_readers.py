"""Whose reading is measured, and on which rows: the real LiteLLM, and a stand-in."""

from __future__ import annotations

from typing import Any

import pytest

from agents.traits import Energy, EventKind, EventTraits, Place, Stakes, Trait, Traits
from lab.moments.aliases import NoModelThere
from lab.moments.format import Moment
from lab.moments.labels import Labels
from lab.moments.readers import Asked, NoSuchReader, asked_by, readers_named, traits_for_all
from lab.moments.reading import TRAITS, Figures, Read, read_moments, rows_of, sample
from lab.moments.report import asked_lines, reading_as_json
from lab.tests.moments import event, moment, task
from tests.model.fixtures import Use, told
from tests.stand_ins.model import ModelStandIn, Turn

HELLO = Turn("Yes")  # to the question whether somebody is there
TOKENS = 14  # of each answer of the stand-in, in and out
PHONE = Trait(Place.PHONE, "Call")
ROWS: dict[str, Any] = {
    "tasks": [task("t1", title="Call Mum"), task("t2", title="Buy milk")],
    "events": [event()],
}
MEETING = EventTraits(kind=Trait(EventKind.MEETING, "review"))
LABELS = Labels({"dates-rent": ({"t1": Traits(place=PHONE)}, {"e1": MEETING})})


def test_a_model_is_measured_beside_the_rules_whatever_its_skills(
    model: ModelStandIn, use: Use
) -> None:
    use("words")
    model.play(HELLO, told(place=("phone", "Call"), stakes=("money", "the rent")), told())
    with readers_named(["words", "model"]) as readers:
        traits = traits_for_all(readers)
        read = read_moments([moment(**ROWS)], LABELS, readers, traits=traits)

    assert read["model"]["all"]["place"] == Figures(agreed=1)
    assert "stakes" not in read["model"]["all"]  # its quote does not stand there
    assert "kind" not in read["words"]["all"]  # a model is not asked of events
    asked = asked_by(readers)["model"]
    assert (asked.questions, asked.unanswered, asked.tokens) == (2, 0, 2 * TOKENS)
    assert asked.seconds > 0


def test_without_an_answer_it_has_read_nothing_and_that_is_counted(
    model: ModelStandIn, use: Use
) -> None:
    use()
    model.play(HELLO, Turn(status=503))
    with readers_named(["model"]) as readers:
        read = read_moments([moment(**ROWS)], LABELS, readers, traits=traits_for_all(readers))
    assert read["model"]["all"]["all"] == Figures(missed=1)
    assert asked_by(readers)["model"].unanswered == 2


def test_no_figures_without_the_model(model: ModelStandIn, use: Use) -> None:
    use()
    model.play(Turn(status=503))
    with pytest.raises(NoModelThere), readers_named(["model"]):
        pass


def test_none_named_are_those_that_ask_nobody(model: ModelStandIn, use: Use) -> None:
    use("reads")
    with readers_named([]) as readers:
        assert list(readers) == ["words"]
        assert asked_by(readers) == {}
        assert traits_for_all(readers) == TRAITS
    assert model.requests == []


def test_a_slip_of_the_pen_is_said() -> None:
    with (
        pytest.raises(NoSuchReader, match=r"'word' is no reader; there are words, model"),
        readers_named(["word"]),
    ):
        pass


def many() -> tuple[Moment, Labels]:
    """Of 100 tasks 59 have stakes, 5 of these energy too, one has a place, and 40 nothing."""
    stakes, energy = Trait(Stakes.MONEY, "Pay"), Trait(Energy.LOW, "Pay")
    labels = {f"t{n}": Traits(stakes=stakes, energy=energy if n < 5 else None) for n in range(60)}
    labels["t59"] = Traits(place=Trait(Place.HOME, "Pay"))
    given = moment(tasks=[task(f"t{n}", title="Pay") for n in range(100)], right=["t0"])
    return given, Labels({given.id: (labels, {})})


def test_rare_traits_occur_in_a_sample_and_rows_with_nothing_too() -> None:
    given, labels = many()
    rows = rows_of([given], labels, TRAITS)
    found = sample(rows, 20, TRAITS)

    assert len(found) == 20
    assert len({row.item.id for row in found}) == 20
    of = [row.labelled for row in found if isinstance(row.labelled, Traits)]
    assert sum(traits.place is not None for traits in of) == 1
    assert sum(traits.energy is not None for traits in of) == 5
    assert sum(traits == Traits() for traits in of) >= 5


def test_a_sample_is_the_same_each_time_and_no_larger_than_what_there_is() -> None:
    given, labels = many()
    rows = rows_of([given], labels, TRAITS)
    assert sample(rows, 20, TRAITS) == sample(rows, 20, TRAITS)
    assert {row.item.id for row in sample(rows, 500, TRAITS)} == {row.item.id for row in rows}
    assert sample(rows, 0, TRAITS) == []
    assert sample([], 5, TRAITS) == []


def test_what_a_question_took_is_told_to_people_and_to_programs() -> None:
    asked = {"model": Asked(questions=4, unanswered=1, tokens=2000, seconds=10.0)}
    assert list(asked_lines(asked)) == [
        "model: 4 questions, 1 without an answer; 500 tokens and 2.5 seconds each"
    ]
    read: Read = {"model": {"all": {"all": Figures(agreed=1)}}, "words": {"all": {}}}
    found: Any = reading_as_json(read, asked)
    assert found["model"]["asked"]["tokens"] == 2000
    assert "asked" not in found["words"]
