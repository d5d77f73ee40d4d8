from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from integrations.base import EventSignal, Link, Pull, TaskSignal
from integrations.sources.sample import Sample
from integrations.sources.sample.month import Month, load, next_date
from oo.lib.types import JSON

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = ("Europe/Berlin", "Pacific/Kiritimati", "Etc/GMT+12", "Asia/Kathmandu", "America/New_York")
# A Monday; the days before both changes of the clock in Berlin; the end of a leap February.
DAYS = (
    datetime(2026, 11, 23),
    datetime(2026, 3, 28),
    datetime(2026, 10, 24),
    datetime(2028, 2, 28),
)
MOMENTS = [
    pytest.param(
        day.replace(hour=hour, minute=7, tzinfo=ZoneInfo(zone)), id=f"{day:%m-%d} {hour} {zone}"
    )
    for day in DAYS
    for hour in (0, 3, 6, 9, 14, 18, 22, 23)
    for zone in ZONES
]
MONDAY = datetime(2026, 11, 23, 9, 7, tzinfo=BERLIN)


def link(start: datetime, cursor: dict[str, JSON] | None = None) -> Link:
    zone = start.tzinfo
    assert isinstance(zone, ZoneInfo)
    return Link(UUID(int=1), "sample", {}, cursor or {}, "", zone, start.astimezone(UTC))


def pull(
    start: datetime = MONDAY, *, after: timedelta = timedelta(), first: Pull | None = None
) -> Pull:
    cursor = dict(first.cursor) if first else None
    return Sample().pull(link(start, cursor), at=(start + after).astimezone(UTC))


def busy(events: tuple[EventSignal, ...]) -> list[EventSignal]:
    return sorted((e for e in events if e.is_busy), key=lambda e: e.starts_at)


def by_id(tasks: tuple[TaskSignal, ...]) -> dict[str, TaskSignal]:
    return {t.external_id: t for t in tasks}


def test_it_is_a_believable_month() -> None:
    month = pull()
    open_ones = [t for t in month.tasks if t.completed_at is None]
    today = MONDAY.date()
    assert 38 <= len(open_ones) <= 50
    assert 4 <= len(month.tasks) - len(open_ones) <= 8
    assert len(month.events) >= 60
    assert len({t.project for t in month.tasks}) >= 6
    assert {t.priority for t in month.tasks} == {1, 2, 3, 4}
    assert sum(t.due_on is None for t in open_ones) >= 4
    assert sum(bool(t.recurrence) for t in open_ones) >= 6
    assert sum(t.deadline_on is not None for t in open_ones) >= 6
    assert 2 <= sum(bool(t.due_on and t.due_on < today) for t in open_ones) <= 6
    assert any(t.due_on == today and t.due_time for t in open_ones)


def test_every_id_is_its_own() -> None:
    month = pull()
    occurrences = Counter((e.external_id, e.occurrence) for e in month.events)
    assert len(by_id(month.tasks)) == len(month.tasks) == len(load()["task"])
    assert set(occurrences.values()) == {1}


@pytest.mark.parametrize("start", MOMENTS)
def test_nobody_is_in_a_meeting_when_connecting_and_the_next_is_near(start: datetime) -> None:
    events = busy(pull(start).events)
    assert not [e for e in events if e.starts_at <= start < e.ends_at]
    first = next(e for e in events if e.starts_at > start)
    assert timedelta(minutes=40) <= first.starts_at - start <= timedelta(hours=2)
    assert not [
        e for e in events if e != first and e.starts_at < first.ends_at and e.ends_at > start
    ]


@pytest.mark.parametrize("start", MOMENTS)
def test_at_any_hour_something_small_and_urgent_is_due_today(start: datetime) -> None:
    urgent = by_id(pull(start).tasks)["school-trip-form"]
    assert (urgent.due_on, urgent.priority, urgent.duration_min) == (start.date(), 4, 10)


@pytest.mark.parametrize("start", MOMENTS)
def test_what_is_due_at_a_time_today_is_not_due_before_connecting(start: datetime) -> None:
    tuner = by_id(pull(start).tasks)["answer-piano-tuner"]
    assert tuner.due_on == start.date()
    if tuner.due_time:
        due_at = datetime.combine(tuner.due_on, tuner.due_time, start.tzinfo)
        assert start < due_at <= start + timedelta(hours=4, minutes=15)
    else:
        assert start.hour >= 20


@pytest.mark.parametrize("start", MOMENTS)
def test_events_end_after_they_start_and_meetings_keep_their_local_hour(start: datetime) -> None:
    events = pull(start).events
    assert all(e.ends_at > e.starts_at for e in events)
    stand_ups = [
        e.starts_at.astimezone(start.tzinfo) for e in events if e.external_id == "stand-up"
    ]
    assert {(at.hour, at.minute) for at in stand_ups} == {(9, 15)}
    assert all(at.weekday() < 5 for at in stand_ups)


@pytest.mark.parametrize("days", range(7))
def test_work_keeps_off_weekends(days: int) -> None:
    start = MONDAY + timedelta(days=days)
    names = {e["id"] for e in load()["task"] if e.get("work")}
    due = [t.due_on for t in pull(start).tasks if t.external_id in names and t.due_on]
    assert len(due) == len(names)
    assert all(day.weekday() < 5 for day in due)


def test_felix_and_tomas_take_turns() -> None:
    days = {
        n: [e.starts_at for e in pull().events if e.external_id == n] for n in ("felix", "tomas")
    }
    assert not {*days["felix"]} & {*days["tomas"]}
    for turns in days.values():
        assert len(turns) >= 2
        assert all((day - turns[0]).days % 14 == 0 for day in turns)


def test_there_is_no_work_on_holiday_but_choir() -> None:
    events = pull(datetime(2026, 11, 24, 9, tzinfo=BERLIN)).events  # the holiday is Tue to Fri
    holiday = next(e for e in events if e.external_id == "cabin")
    assert holiday.starts_on
    assert holiday.ends_on
    there = [
        e
        for e in busy(events)
        if holiday.starts_on <= e.starts_at.astimezone(BERLIN).date() < holiday.ends_on
    ]
    assert {e.external_id for e in there} <= {"choir", "swimming", "dentist"}
    assert "choir" in {e.external_id for e in there}


def test_the_same_moment_gives_the_same_month() -> None:
    assert pull() == pull()


def test_a_second_pull_on_the_same_day_changes_nothing() -> None:
    again = pull(after=timedelta(hours=2), first=pull())
    assert again.not_modified
    assert (again.full, again.tasks, again.events) == (False, (), ())


def test_the_next_day_brings_no_task_back_but_moves_the_recurring_on() -> None:
    first = pull()
    later = pull(after=timedelta(days=3), first=first)
    assert not later.full
    assert all(t.recurrence for t in later.tasks)
    assert all(t.due_on and t.due_on >= date(2026, 11, 26) for t in later.tasks)
    assert by_id(later.tasks)["bins"].due_on == date(2026, 11, 26)
    assert by_id(later.tasks)["weekly-plan"].due_on == date(2026, 11, 30)


def test_the_calendar_moves_with_time_and_says_the_same_of_the_days_that_both_cover() -> None:
    first = pull()
    later = pull(after=timedelta(days=3), first=first)
    once, again = ({(e.external_id, e.occurrence): e for e in p.events} for p in (first, later))
    assert all(once[key] == again[key] for key in once.keys() & again.keys())
    assert len(once.keys() & again.keys()) > 50
    assert max(e.starts_at for e in later.events) > max(e.starts_at for e in first.events)


def test_connecting_again_moves_nothing() -> None:
    first = pull()
    again = Sample().pull(
        link(MONDAY + timedelta(hours=5), dict(first.cursor)), at=MONDAY + timedelta(days=1)
    )
    welcome = [e for e in again.events if e.external_id == "welcome"]
    assert welcome == [e for e in first.events if e.external_id == "welcome"]


def test_another_zone_tells_everything_anew_without_opening_what_was_closed() -> None:
    """The engine empties the cursor then, and keeps a completion newer than updated_at."""
    again = pull(after=timedelta(days=2), first=None)
    assert again.full
    assert all(t.updated_at and t.updated_at < MONDAY for t in again.tasks)


def test_anybody_may_connect_it_and_close_its_tasks() -> None:
    sample = Sample()
    assert sample.identify({}, "").account == "sample"
    assert sample.manifest.can_complete
    sample.complete(link(MONDAY), "cake-order", key=UUID(int=5))
    assert by_id(pull().tasks)["cake-order"].completed_at is None
    assert not sample.revoke({})


@pytest.mark.parametrize(
    ("every", "today", "then"),
    [
        ("every day", date(2026, 11, 25), date(2026, 11, 25)),
        ("every 3 days", date(2026, 11, 23), date(2026, 11, 23)),
        ("every 3 days", date(2026, 11, 24), date(2026, 11, 26)),
        ("every 3 days", date(2026, 11, 26), date(2026, 11, 26)),
        ("every monday", date(2026, 11, 24), date(2026, 11, 30)),
        ("every thursday", date(2026, 11, 1), date(2026, 11, 26)),
        ("every month", date(2026, 11, 24), date(2026, 12, 23)),
        ("every month", date(2027, 2, 24), date(2027, 3, 23)),
    ],
)
def test_a_recurring_task_is_next_due(every: str, today: date, then: date) -> None:
    assert next_date(every, date(2026, 11, 23), today) == then


def test_a_month_that_is_too_short_has_its_last_day() -> None:
    assert next_date("every month", date(2027, 1, 31), date(2027, 2, 5)) == date(2027, 2, 28)


def test_every_month_is_placed_for_years() -> None:
    month = Month(MONDAY, BERLIN)
    assert len(list(month.events(date(2031, 5, 5)))) > 50
    assert all(t.due_on and t.due_on >= date(2031, 5, 5) for t in month.recurring(date(2031, 5, 5)))
