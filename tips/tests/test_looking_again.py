"""What the clock alone changes is looked at when it changes; and what has passed hides nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, time, timedelta
from random import Random

import pytest

from agents.base import Answer, UserView
from agents.beliefs import Waking
from agents.tests.people import meeting, task, view
from agents.timing.chances import diary_of
from agents.timing.needs import find_need
from agents.traits import (
    WEEK,
    Door,
    EventKind,
    EventTraits,
    Hours,
    LastMoment,
    Span,
    Trait,
    Traits,
)
from tests.clock import BERLIN, NOON, TODAY
from tips.make.deciding import decide as decide_all
from tips.policies.good_sense import GoodSense
from tips.policies.good_sense.prefs import GoodSensePrefs
from tips.tests.deciding import at, decide, said, with_answers

MIN, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
LEAVES = EventTraits(leave_by=Trait(45 * MIN, "45 min way", 0.7))


def hours(start: time, end: time) -> Traits:
    return Traits(hours=Trait(Hours(Door.OWN, (Span(WEEK, start, end),)), "its hours"))


def looked_at(seen: UserView, until: datetime) -> Iterator[datetime]:
    """The moments at which somebody decides, each named by the decision before it."""
    while seen.now < until:
        yield seen.now
        seen = replace(seen, now=decide_all(seen, GoodSense(), [], {}, Random(0)).boundary)


def test_a_time_that_has_passed_does_not_hide_the_deadline() -> None:
    note = task(1, "Hand in", due_on=TODAY - 7 * DAY, due_at=at(9) - 7 * DAY, deadline_on=TODAY)
    assert said(view(note, now=at(15))) == "Hand in"


def test_nor_is_a_last_moment_over_because_a_time_before_it_is() -> None:
    last = Traits(last_moment=Trait(LastMoment(on=TODAY + 3 * DAY), "by Friday", 0.9))
    note = task(1, "Send the form", due_in=0, due_at=at(9), traits=last)
    (scored,) = decide(view(note, now=at(10))).ranking
    assert "too_late" not in scored.penalties
    assert "past_time" in scored.reasons


def test_the_moment_to_set_out_is_looked_for() -> None:
    seen = view(meeting(1, starts_in_min=120, title="Dentist", traits=LEAVES))
    moments = list(looked_at(seen, NOON + 2 * HOUR))
    assert NOON + 55 * MIN in moments
    assert said(replace(seen, now=NOON + 55 * MIN)) == "Dentist"


def test_the_way_there_is_no_free_time() -> None:
    dentist = meeting(1, starts_in_min=60, title="Dentist", traits=LEAVES)
    report = task(1, "Report", due_in=0, priority=4, duration=30 * MIN)
    assert said(view(report, dentist, now=NOON - 20 * MIN)) == "Report"
    (scored, *_more) = [
        s
        for s in decide(view(report, dentist, now=NOON + 5 * MIN)).ranking
        if s.candidate.key == "task:1"
    ]
    assert scored.is_gated


@pytest.mark.parametrize(
    ("seen", "changes_at"),
    [
        pytest.param(
            view(
                task(1, due_in=0, due_at=at(14), traits=hours(time(14), time(16))), now=at(13, 45)
            ),
            at(13, 50),
            id="it is full soon after it opens",
        ),
        pytest.param(
            view(task(1, due_in=0, traits=hours(time(9), time(12))), now=at(9, 10)),
            at(10),
            id="it closes within two hours",
        ),
        pytest.param(
            view(
                task(1, due_in=0, duration=40 * MIN, traits=hours(time(9), time(12))),
                now=at(11, 16),
            ),
            at(11, 20) + timedelta(seconds=1),
            id="it does not fit any more",
        ),
        pytest.param(
            with_answers(
                view(task(1, due_in=0), now=at(12, 10)), Answer("task:2", "dismiss", at(11))
            ),
            at(12, 15),
            id="a no is forgotten",
        ),
    ],
)
def test_it_is_looked_again_when_it_is_judged_otherwise(
    seen: UserView, changes_at: datetime
) -> None:
    assert changes_at in list(looked_at(seen, changes_at + MIN))


@pytest.mark.parametrize("clock", [(22, 29), (22, 31), (23, 50)])
def test_a_deadline_of_today_is_none_of_yesterday_before_midnight(clock: tuple[int, int]) -> None:
    (scored,) = decide(view(task(1, due_in=0, deadline_on=TODAY), now=at(*clock))).ranking
    assert scored.reasons[0] == "deadline"


def test_for_who_is_up_until_four_the_day_is_over_then() -> None:
    owl = {"waking": Waking(start=time(12), end=time(4))}
    note = task(1, "Hand in", deadline_on=TODAY)

    def score(now: datetime) -> float:
        return decide(replace(view(note, now=now), beliefs=owl)).ranking[0].score

    evening, night, last = at(22, 31), at(0, 30) + DAY, at(3, 30) + DAY
    assert 0 < score(evening) < score(night) < score(last)
    after = Traits(obsolete_after=Trait(TODAY, "today's ticket", 0.9))
    ticket = replace(view(task(1, traits=after), now=night), beliefs=owl)
    assert "obsolete" not in decide(ticket).ranking[0].penalties


def test_quiet_hours_by_day_are_no_night() -> None:
    """Who wants quiet from five to eleven in the evening is not up until five the next day."""
    quiet = {"good_sense": GoodSensePrefs(quiet_from=time(17), quiet_until=time(23))}
    need = find_need(
        task(1, deadline_on=TODAY), diary_of(replace(view(now=at(15, 30)), prefs=quiet))
    )
    assert need.hard == at(22, 30)
    note = task(1, "Tidy up", due_in=0, priority=3)
    assert said(replace(view(note, now=at(15, 30)), prefs=quiet)) == "Tidy up"


def test_an_hour_of_work_takes_an_hour_when_clocks_are_set_forward() -> None:
    """On 29 March the clocks in Berlin go from two to three."""
    due_at = datetime(2026, 3, 29, 3, 30, tzinfo=BERLIN)
    seen = replace(
        view(now=due_at.replace(hour=0, minute=10)),
        beliefs={"waking": Waking(start=time(12), end=time(5))},
    )
    need = find_need(task(1, due_on=due_at.date(), due_at=due_at, duration=HOUR), diary_of(seen))
    assert need.last_start is not None
    assert due_at.timestamp() - need.last_start.timestamp() == 3_600


def test_a_holiday_of_several_days_closes_them_all() -> None:
    council = task(1, due_in=0, priority=4, traits=Traits(hours=Trait(Hours(Door.OFFICE), "q")))
    begun = datetime.combine(TODAY - DAY, time(), BERLIN)
    kind = EventTraits(kind=Trait(EventKind.HOLIDAY, "Easter"))
    easter = replace(
        meeting(5, starts_in_min=0, is_all_day=True, is_busy=False, traits=kind),
        starts_at=begun,
        ends_at=begun + 3 * DAY,
    )
    first = find_need(council, diary_of(view(council, easter))).first
    assert first is not None
    assert first.start == datetime.combine(TODAY + 2 * DAY, time(9), BERLIN)


def test_a_habit_is_a_time_on_the_clock() -> None:
    """Done at eight on three days before the clocks were set forward."""
    done = [datetime(2026, 3, day, 8, tzinfo=BERLIN) for day in (26, 27, 28)]
    answers = [Answer("task:1", "done", moment) for moment in done]
    monday = datetime(2026, 3, 30, 7, 30, tzinfo=BERLIN)

    def reasons(now: datetime) -> tuple[str, ...]:
        return decide(with_answers(view(task(1), now=now), *answers)).ranking[0].reasons

    assert "habit" in reasons(monday)
    assert "habit" not in reasons(monday.replace(hour=9, minute=30))


def test_quiet_hours_at_noon_are_not_late() -> None:
    quiet = GoodSensePrefs(quiet_from=time(11), quiet_until=time(14))
    seen = replace(view(task(1, due_in=0)), prefs={"good_sense": quiet})
    assert said(seen) == "quiet_hours"
