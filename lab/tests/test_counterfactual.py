"""What a choice cites is taken away: the choice, the reason and the points go with it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import time

import pytest

from agents.traits import LastMoment, Trait, Traits
from integrations.models import CalendarEvent, Task
from lab.moments.counterfactual import Figures, Tried, count, try_all, try_one
from lab.moments.format import Moment
from lab.moments.label_reader import LabelReader, read_by
from lab.moments.labels import Labels
from lab.moments.report import evidence_as_json, evidence_table
from lab.moments.run import run_variant
from lab.moments.score import judge
from lab.moments.variants import in_force
from lab.tests.moments import event, moment, past, task
from tips.models import Tip, TipDecision

pytestmark = pytest.mark.django_db
DUE = task(due="2026-03-03")


@pytest.fixture
def _good_sense() -> Iterator[None]:
    with in_force("good_sense"):
        yield


@pytest.mark.usefixtures("_good_sense")
@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (moment(tasks=[task(due="2026-03-03T10:00")]), "due_at"),
        (moment(tasks=[task(due="2026-03-03T09:00")]), "past_time"),
        (moment(tasks=[task(deadline="2026-03-03")]), "deadline"),
        (moment(tasks=[task(title="Send the parcel before 11 am", due="2026-03-03")]),
         "last_moment"),
        (moment(tasks=[task(title="Slides for the board dinner")],
                events=[event(title="Board dinner"),
                        event("e2", title="Board dinner", start="2026-03-04T11:00:00+01:00",
                              end="2026-03-04T12:00:00+01:00")]), "prepares"),
    ],
)  # fmt: skip
def test_without_what_the_first_reason_names_it_is_gone_and_worth_less(
    given: Moment, reason: str
) -> None:
    found = try_one(given)
    assert (found.reason, found.changed) == (reason, True)
    assert (found.is_gone, found.has_fallen) == (True, True)


@pytest.mark.usefixtures("_good_sense")
def test_without_its_row_the_next_best_is_chosen() -> None:
    two = moment(tasks=[DUE, task("t2", title="Call Mum", due="2026-03-03", priority=4)])
    found = try_one(two)
    assert (found.changed, found.reason, found.is_other) == (True, "due_today", True)


def test_nothing_of_it_is_left() -> None:
    with in_force("good_sense"):
        try_one(moment(tasks=[DUE], events=[event()]))
    for model in (Task, CalendarEvent, Tip, TipDecision):
        assert not model.objects.exists()


def test_a_reason_that_names_nothing_of_the_persons_is_not_tried() -> None:
    with in_force("random_task"):
        assert try_one(moment()).reason is None


def figures(given: Moment, name: str, labels: Labels | None = None) -> Figures | None:
    return try_all(run_variant([given], name, labels or Labels()), name, labels or Labels())


def test_only_moments_in_which_it_spoke_are_tried() -> None:
    meets = event(start="2026-03-03T09:00:00+01:00", end="2026-03-03T10:00:00+01:00")
    answered = past("snoozed", "2026-03-03T09:25:00+01:00", "x1", title="Buy milk")
    for silent in (moment(tasks=[DUE], events=[meets]), moment(history=[answered])):
        assert figures(silent, "rule") == Figures(0, None, 0, None, None, None, ())
    found = figures(moment(tasks=[DUE]), "rule")
    assert found == Figures(1, 1.0, 1, 1.0, 1.0, found.other if found else None, ())


def test_what_is_labelled_is_taken_away_as_well() -> None:
    given = moment(tasks=[DUE])
    last = Trait(LastMoment(at=time(11)), "rent")
    labels = Labels({given.id: ({"t1": Traits(last_moment=last)}, {})})
    with in_force("good_sense"):
        unread = try_one(given)
        with read_by(LabelReader(given, labels)):
            found = try_one(given)
    assert unread.reason == "due_today"
    assert (found.reason, found.is_gone, found.has_fallen) == ("last_moment", True, True)


def test_a_variant_that_asks_a_model_is_not_tried() -> None:
    given = moment(tasks=[DUE])
    spoke = run_variant([given], "good_sense", Labels())[0].said
    assert try_all([judge(given, spoke)], "good_sense+model", Labels()) is None


def test_shares_are_of_what_was_tried_and_what_was_kept_is_named() -> None:
    found = count(
        [
            Tried("m-1", True, "overdue", is_gone=True, has_fallen=True, is_other=True),
            Tried("m-2", True, "closing", is_gone=False, has_fallen=True),
            Tried("m-3", False),
            Tried("m-4", True, "waits", is_gone=True, has_fallen=False),
        ]
    )
    kept = ("m-3 row", "m-2 closing", "m-4 waits")
    assert found == Figures(4, 0.75, 3, 2 / 3, 2 / 3, 1 / 3, kept)
    table = evidence_table({"good_sense": found})
    assert table.splitlines()[1].split() == ["good_sense", "4", "75%", "3", "67%", "67%", "33%"]
    assert table.splitlines()[2:] == [f"  kept: {each}" for each in kept]


def test_figures_stand_under_a_key_of_their_own() -> None:
    found = json.loads(json.dumps(evidence_as_json({"rule": count([Tried("m-1", True)])})))
    assert found["counterfactual"]["rule"]["changed"] == 1
    assert found["counterfactual"]["rule"]["gone"] is None
    assert evidence_table({}) == ""
