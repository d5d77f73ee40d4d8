"""When a task can be done, and by when it has to be begun."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from agents.base import EventView, TaskView, UserView
from agents.tests.people import meeting, task, view
from agents.timing.chances import Diary, takes_time
from agents.timing.needs import Need, find_need
from agents.traits import (
    Door,
    EventKind,
    EventTraits,
    Hours,
    LastMoment,
    Place,
    Prepares,
    Span,
    Trait,
    Traits,
)
from tests.clock import BERLIN, NOON, TODAY

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OFFICE = Traits(hours=Trait(Hours(Door.OFFICE), "council"))


def hours_of(traits: Traits, seen: UserView, days: float = 1) -> list[tuple[str, str]]:
    found = Diary(seen, until=seen.now + timedelta(days=days)).chances(traits)
    return [
        (f"{w.start.astimezone(seen.zone):%a %H:%M}", f"{w.end.astimezone(seen.zone):%a %H:%M}")
        for w in found
    ]


def test_an_office_is_open_on_working_days_until_five() -> None:
    friday_noon = NOON + timedelta(days=3)
    assert hours_of(OFFICE, view(now=friday_noon), days=4)[:2] == [
        ("Fri 12:00", "Fri 17:00"),
        ("Mon 09:00", "Mon 17:00"),
    ]


def test_a_meeting_is_no_time_for_anything_else() -> None:
    busy = view(meeting(9, starts_in_min=60))
    assert hours_of(OFFICE, busy) == [
        ("Tue 12:00", "Tue 13:00"),
        ("Tue 14:00", "Tue 17:00"),
        ("Wed 09:00", "Wed 12:00"),
    ]


def test_an_office_is_closed_on_a_public_holiday() -> None:
    holiday = meeting(9, starts_in_min=-720, lasts_min=1440, is_all_day=True)
    kind = EventTraits(kind=Trait(EventKind.HOLIDAY, "May Day"))
    seen = view(meeting(9, starts_in_min=-720, lasts_min=1440, is_all_day=True, traits=kind))
    assert not takes_time(holiday)
    assert hours_of(OFFICE, seen) == [("Wed 09:00", "Wed 12:00")]


def test_hours_are_those_of_the_clock_that_is_named() -> None:
    tokyo = Hours(Door.OWN, (Span(start=time(9), end=time(17)),), zone="Asia/Tokyo")
    assert hours_of(Traits(hours=Trait(tokyo, "9-17 JST")), view()) == [("Wed 02:00", "Wed 10:00")]


def test_hours_past_midnight() -> None:
    late = Hours(Door.OWN, (Span(start=time(22), end=time(2)),))
    assert hours_of(Traits(hours=Trait(late, "22–2")), view()) == [("Tue 22:00", "Wed 02:00")]


def test_a_day_of_23_hours_keeps_its_hours() -> None:
    before = datetime(2026, 3, 28, 18, tzinfo=BERLIN)  # clocks go forward that night
    sunday = Hours(Door.OWN, (Span(frozenset({6}), time(9), time(12)),))
    found = hours_of(Traits(hours=Trait(sunday, "Sundays 9–12")), view(now=before))
    assert found == [("Sun 09:00", "Sun 12:00")]


@pytest.mark.parametrize(
    ("place", "open_at"),
    [(None, 23), (Place.ERRAND, 21), (Place.OUTDOORS, 20), (Place.PHONE, 21), (Place.HOME, 23)],
)
def test_the_place_says_until_when(place: Place | None, open_at: int) -> None:
    traits = Traits(place=Trait(place, "q") if place else None)
    found = Diary(view(), until=NOON + timedelta(hours=14)).chances(traits)
    assert found[0].end >= datetime.combine(TODAY, time(open_at), BERLIN)
    assert found[0].end < datetime.combine(TODAY, time(open_at), BERLIN) + HOUR


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Etc/GMT+12"])
def test_a_day_is_that_of_the_person(zone: str) -> None:
    there = ZoneInfo(zone)
    now = datetime(2026, 5, 5, 12, tzinfo=there)
    assert hours_of(OFFICE, view(now=now, zone=there), days=0.5) == [("Tue 12:00", "Tue 17:00")]


def due(**fields: Any) -> TaskView:
    return task(1, duration=HOUR, **fields)


def need_of(about: TaskView, seen: UserView) -> Need:
    return find_need(about, Diary(seen, until=seen.now + timedelta(days=8)))


def begin_by(about: TaskView, seen: UserView | None = None) -> datetime | None:
    return need_of(about, seen or view(about)).begin_by


def test_what_is_due_at_a_moment_is_begun_its_effort_before() -> None:
    assert begin_by(due(due_in=0, due_at=NOON + 5 * HOUR)) == NOON + 4 * HOUR


def test_the_last_opening_before_the_deadline_counts_not_the_deadline() -> None:
    late = due(deadline_on=TODAY, traits=OFFICE)
    assert begin_by(late) == NOON + 4 * HOUR


def test_a_chance_that_a_meeting_takes_is_none() -> None:
    late = due(deadline_on=TODAY, traits=OFFICE)
    assert begin_by(late, view(late, meeting(9, starts_in_min=120, lasts_min=240))) == NOON + HOUR


def test_nobody_plans_hours_of_work_for_a_journey() -> None:
    train = EventTraits(kind=Trait(EventKind.TRAVEL, "Train"))
    journey = meeting(9, starts_in_min=360, lasts_min=420, traits=train)
    long = task(1, duration=3 * HOUR, deadline_on=TODAY)
    short = task(1, duration=HOUR, deadline_on=TODAY)
    assert begin_by(long, view(long, journey)) == NOON + HOUR + HOUR / 2
    assert begin_by(short, view(short, journey)) == NOON + 9 * HOUR + HOUR / 2


def test_where_no_chance_is_left_it_is_now() -> None:
    late = due(deadline_on=TODAY, traits=OFFICE)
    assert begin_by(late, view(late, meeting(9, starts_in_min=30, lasts_min=400))) == NOON


def test_words_name_a_last_moment_with_a_lead() -> None:
    last = LastMoment(on=None, at=time(18), lead=HOUR)
    bins = due(due_in=0, traits=Traits(last_moment=Trait(last, "lifted at 6")))
    assert begin_by(bins) == NOON + 4 * HOUR


def test_what_takes_days_comes_behind_the_hour_of_the_day_itself() -> None:
    """ "In by 3, 3 days to clear": begun three days before its day, it is due then."""
    paid = LastMoment(on=None, at=time(15), lead=3 * DAY)
    wages = Traits(last_moment=Trait(paid, "in by 3"))
    assert begin_by(due(due_in=0, traits=wages)) == NOON + 2 * HOUR
    assert begin_by(due(due_in=5, traits=wages)) == NOON + 2 * DAY + 2 * HOUR


def test_a_last_moment_on_another_clock_is_that_of_its_zone() -> None:
    last = LastMoment(on=TODAY, at=time(14), zone="America/New_York")
    offer = due(due_in=0, traits=Traits(last_moment=Trait(last, "by 2 pm ET")))
    there = datetime.combine(TODAY, time(14), ZoneInfo("America/New_York"))
    assert begin_by(offer) == there - HOUR


def test_what_prepares_an_event_is_found_by_a_word_of_it_and_begun_before_its_lead() -> None:
    prepares = Traits(prepares=Trait(Prepares("50 ans de Claire", lead=HOUR), "Claire"))
    album = due(traits=prepares)
    need = need_of(album, view(album, meeting(9, starts_in_min=360, title="Claire: 50")))
    assert need.prepares is not None
    assert need.begin_by == NOON + 4 * HOUR


def test_what_needs_weeks_is_found_behind_the_horizon_by_a_name_alone() -> None:
    cake = Prepares("wedding of Ines", lead=14 * DAY)
    order = due(traits=Traits(prepares=Trait(cake, "two weeks before the wedding")))
    wedding = meeting(8, starts_in_min=20 * 1440, title="Wedding: Ines and Tom")
    seen = replace(view(order), later_events=(meeting(9, starts_in_min=15 * 1440), wedding))
    need = need_of(order, seen)
    assert need.prepares == wedding
    assert need.prepared_by == wedding.starts_at - 1.2 * 14 * DAY
    nameless = due(traits=Traits(prepares=Trait(Prepares(lead=14 * DAY), "two weeks")))
    assert need_of(nameless, seen).prepares is None


def test_what_takes_weeks_presses_again_when_no_day_is_to_spare() -> None:
    """It takes two weeks, and longer than they say: it should have been begun 17 days before."""
    cake = Traits(prepares=Trait(Prepares("wedding", lead=14 * DAY), "two weeks"))

    def left(days: float) -> timedelta:
        wedding = meeting(8, starts_in_min=int(days * 1440), title="Wedding")
        seen = replace(view(due(traits=cake)), later_events=(wedding,))
        begin_by = need_of(due(traits=cake), seen).begin_by
        assert begin_by is not None
        return begin_by - NOON

    assert left(16.5) < left(16) > left(14.5) > left(14.1)
    assert left(14.1) < 3 * HOUR


def test_whose_event_it_is_names_it_however_short() -> None:
    dyed = Traits(prepares=Trait(Prepares(lead=23 * DAY), "3 wks"))
    shoes = due(title="Jess shoes", traits=dyed)
    other = meeting(8, starts_in_min=22 * 1440, title="Shoe fair, Jess too")
    wedding = meeting(9, starts_in_min=24 * 1440, title="Jess’s wedding")
    need = need_of(shoes, replace(view(shoes), later_events=(other, wedding)))
    assert need.prepares == wedding


def test_what_nothing_presses_has_no_last_moment() -> None:
    assert begin_by(due()) is None
    assert need_of(due(), view()).chances


@pytest.mark.parametrize(
    ("kind", "is_busy", "takes"),
    [
        (None, True, True),
        (None, False, False),
        (EventKind.FOCUS, False, True),
        (EventKind.DRIVING, False, True),
        (EventKind.MARKER, True, False),
        (EventKind.HOLIDAY, True, False),
    ],
)
def test_which_entries_take_time(kind: EventKind | None, is_busy: bool, takes: bool) -> None:
    traits = EventTraits(kind=Trait(kind, "q") if kind else None)
    assert takes_time(meeting(9, starts_in_min=0, is_busy=is_busy, traits=traits)) is takes


def test_a_booking_over_days_is_no_meeting() -> None:
    assert not takes_time(meeting(9, starts_in_min=0, lasts_min=3 * 1440))


def test_by_midnight_is_when_the_day_is_over() -> None:
    by_midnight = Traits(last_moment=Trait(LastMoment(on=TODAY, at=time()), "by midnight"))
    assert need_of(task(1, traits=by_midnight), view()).hard == NOON + 12 * HOUR


@pytest.mark.parametrize(("confidence", "is_missed"), [(0.9, True), (0.6, False)])
def test_what_was_only_probable_is_not_missed(confidence: float, is_missed: bool) -> None:
    this_morning = Trait(LastMoment(on=TODAY, at=time(9)), "tonight's left", confidence)
    need = need_of(task(1, traits=Traits(last_moment=this_morning)), view())
    assert (need.hard is not None) is is_missed


def dough(lead: timedelta, *events: EventView) -> str:
    rising = Traits(prepares=Trait(Prepares(lead=lead), "needs 10 h"))
    found = need_of(due(traits=rising), view(due(traits=rising), *events)).prepares
    return found.title if found else ""


def test_what_needs_long_is_for_the_first_thing_that_it_can_be_ready_for() -> None:
    shift = meeting(7, starts_in_min=2 * 60, title="Shift")
    brunch = meeting(8, starts_in_min=22 * 60, title="Brunch")
    lunch = meeting(9, starts_in_min=25 * 60, title="Lunch")
    assert dough(10 * HOUR, shift, brunch, lunch) == "Brunch"


def test_what_is_long_ahead_or_takes_no_time_is_not_what_it_is_for() -> None:
    marker = EventTraits(kind=Trait(EventKind.MARKER, "q"))
    birthday = meeting(8, starts_in_min=20 * 60, title="Birthday", traits=marker)
    whole = meeting(7, starts_in_min=12 * 60, title="Holiday", is_all_day=True)
    later = meeting(9, starts_in_min=30 * 60, title="Lunch")
    assert dough(10 * HOUR, birthday, whole, later) == ""


@pytest.mark.parametrize(
    ("read_as", "due_in", "meant_in"),
    [
        (-5, None, 2),  # read as last Thursday; still open on a Tuesday: the next one
        (-5, 7, 9),  # due later than that: the one after
        (2, 3, 2),  # it is to come, whenever it is due
        (-5, -14, -5),  # it was due before: it is over
    ],
)
def test_a_day_of_the_week_is_the_one_that_can_still_be_meant(
    read_as: int, due_in: int | None, meant_in: int
) -> None:
    thursday = LastMoment(TODAY + timedelta(days=read_as), time(9), is_of_week=True)
    note = task(1, due_in=due_in, traits=Traits(last_moment=Trait(thursday, "by Thursday")))
    meant = datetime.combine(TODAY + timedelta(days=meant_in), time(9), BERLIN)
    assert need_of(note, view()).hard == meant


@pytest.mark.parametrize(
    ("due_in", "months"),
    [
        (20, 1),  # due after that day: the one of the next month
        (None, 0),  # it is over
        (-14, 0),
    ],
)
def test_a_day_by_its_number_is_the_one_that_its_due_date_leads_to(
    due_in: int | None, months: int
) -> None:
    over = TODAY - timedelta(days=4)
    last = LastMoment(over, is_of_month=True)
    note = task(1, due_in=due_in, traits=Traits(last_moment=Trait(last, "by the 1st")))
    hard = need_of(note, view()).hard
    assert hard is not None
    on = hard.astimezone(BERLIN).date()
    assert (on.day, (on.month - over.month) % 12) == (over.day, months)
