from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

import pytest

from agents.traits import (
    Blocked,
    Door,
    EventKind,
    EventTraits,
    Hours,
    LastMoment,
    Origin,
    Place,
    Prepares,
    Span,
    Trait,
    Traits,
)
from lab.moments.agreement import Context, Outcome, agree, outcomes

MONDAY = date(2026, 3, 9)
HERE = Context("Europe/Berlin", due_on=MONDAY)
NINE_TO_SIX = time(9), time(18)
WEEKDAYS = Hours(Door.SHOP, (Span(frozenset({0, 1}), *NINE_TO_SIX),))
DAY_BY_DAY = Hours(
    Door.SHOP, (Span(frozenset({1}), *NINE_TO_SIX), Span(frozenset({0}), *NINE_TO_SIX))
)


@pytest.mark.parametrize(
    ("trait", "read", "labelled"),
    [
        ("hours", DAY_BY_DAY, WEEKDAYS),
        ("hours", Hours(Door.OFFICE, zone="Europe/Berlin"), Hours(Door.OFFICE)),
        ("last_moment", LastMoment(on=MONDAY), LastMoment()),
        ("blocked", Blocked(MONDAY, by="the post"), Blocked(MONDAY, by="Omar")),
        ("blocked", Blocked(by="Omar"), Blocked(by="omar's answer")),
        ("prepares", Prepares("Brunch"), Prepares("den  brunch", lead=timedelta(hours=12))),
        ("waits", "to Priya", "PRIYA"),
        ("waits", "", ""),
        ("unblocks", "the grade", "grade"),
        ("place", Place.PHONE, Place.PHONE),
        ("effort", timedelta(minutes=60), timedelta(hours=1)),
    ],
)
def test_these_say_the_same(trait: str, read: Any, labelled: Any) -> None:
    assert agree(trait, read, labelled, HERE)
    assert agree(trait, labelled, read, HERE)


@pytest.mark.parametrize(
    ("trait", "read", "labelled"),
    [
        ("hours", Hours(Door.SHOP), Hours(Door.OFFICE)),
        ("hours", Hours(Door.SHOP), WEEKDAYS),
        ("hours", Hours(Door.PEOPLE), Hours(Door.PEOPLE, zone="Asia/Tokyo")),
        ("last_moment", LastMoment(on=date(2026, 3, 10)), LastMoment()),
        ("last_moment", LastMoment(at=time(14)), LastMoment()),
        ("last_moment", LastMoment(), LastMoment(lead=timedelta(hours=1))),
        ("blocked", Blocked(by="Omar"), Blocked(MONDAY, by="Omar")),
        ("blocked", Blocked(by="rain"), Blocked(by="Omar")),
        ("prepares", Prepares("Brunch"), Prepares("Stammtisch")),
        ("waits", "", "Priya"),
        ("place", Place.PHONE, Place.HOME),
        ("effort", timedelta(minutes=5), timedelta(minutes=10)),
    ],
)
def test_these_do_not(trait: str, read: Any, labelled: Any) -> None:
    assert not agree(trait, read, labelled, HERE)
    assert not agree(trait, labelled, read, HERE)


def test_a_day_that_nobody_names_is_not_any_day() -> None:
    undated = Context("Europe/Berlin")
    assert not agree("last_moment", LastMoment(on=MONDAY), LastMoment(), undated)
    assert agree("last_moment", LastMoment(), LastMoment(), undated)


def test_each_trait_of_a_row_has_one_outcome() -> None:
    read = Traits(
        place=Trait(Place.PHONE, "ring", 0.4, Origin.MODEL),
        waits=Trait("Mum", "Mum"),
        someday=Trait(True, "one day"),
    )
    labelled = Traits(
        place=Trait(Place.PHONE, "call"),
        waits=Trait("Dad", "Dad"),
        effort=Trait(timedelta(minutes=5), "quick"),
    )
    assert dict(outcomes(read, labelled, HERE)) == {
        "waits": Outcome.DIFFERED,
        "place": Outcome.AGREED,
        "effort": Outcome.MISSED,
        "someday": Outcome.INVENTED,
    }


def test_events_are_compared_as_tasks_are() -> None:
    meeting = EventTraits(kind=Trait(EventKind.MEETING, "review"))
    travel = EventTraits(kind=Trait(EventKind.TRAVEL, "review"))
    assert list(outcomes(meeting, travel, HERE)) == [("kind", Outcome.DIFFERED)]
    assert not list(outcomes(EventTraits(), EventTraits(), HERE))
