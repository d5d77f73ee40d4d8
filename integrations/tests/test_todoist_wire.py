from __future__ import annotations

from datetime import UTC, date, datetime, time
from time import perf_counter
from typing import Any

import pytest

from integrations.base import TaskSignal
from integrations.sources.todoist.text import plain_note, plain_title
from integrations.sources.todoist.wire import (
    Names,
    read_due,
    read_items,
    read_moment,
    read_names,
    read_parents,
    read_task,
)

NOBODY: frozenset[str] = frozenset()
NAMES = Names({"p1": "Home"}, {"s1": "This week"}, {"i1": "Move house"})


def item(name: str = "6xq", content: str = "Pay the rent", **fields: Any) -> dict[str, Any]:
    return {"id": name, "content": content, "priority": 1, "labels": [], **fields}


def task(**fields: Any) -> TaskSignal:
    signal = read_task(item(**fields), NAMES)
    assert signal is not None
    return signal


def names(*items: object, me: str = "7") -> tuple[set[str], set[str]]:
    found = read_items(items, me=me, names=Names(), shelved=frozenset({"old"}))
    return set(found.tasks), set(found.gone)


def test_a_whole_task_is_read() -> None:
    signal = task(
        description="Before noon",
        project_id="p1",
        section_id="s1",
        parent_id="i1",
        labels=["bank", "quick"],
        priority=4,
        due={"date": "2026-11-30", "string": "every month", "is_recurring": True},
        deadline={"date": "2026-12-03", "lang": "en"},
        duration={"amount": 15, "unit": "minute"},
        added_at="2026-10-01T08:00:00.000000Z",
        updated_at="2026-10-02T08:00:00Z",
    )
    assert signal == TaskSignal(
        external_id="6xq",
        title="Pay the rent",
        description="Before noon",
        project="Home",
        section="This week",
        parent="Move house",
        labels=("bank", "quick"),
        priority=4,
        due_on=date(2026, 11, 30),
        deadline_on=date(2026, 12, 3),
        duration_min=15,
        recurrence="every month",
        url="https://app.todoist.com/app/task/6xq",
        added_at=datetime(2026, 10, 1, 8, tzinfo=UTC),
        updated_at=datetime(2026, 10, 2, 8, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("due", "on", "at", "zone"),
    [
        ({"date": "2026-11-30"}, date(2026, 11, 30), None, ""),
        ({"date": "2026-11-30T15:30:00"}, date(2026, 11, 30), time(15, 30), ""),
        ({"date": "2026-11-30T15:30:00.123456"}, date(2026, 11, 30), time(15, 30), ""),
        (
            {"date": "2026-11-30T02:30:00Z", "timezone": "America/New_York"},
            date(2026, 11, 29),
            time(21, 30),
            "America/New_York",
        ),
        (
            {"date": "2026-07-01T23:30:00.000000Z", "timezone": "Europe/Berlin"},
            date(2026, 7, 2),
            time(1, 30),
            "Europe/Berlin",
        ),
        (
            {"date": "2026-11-30", "datetime": "2026-11-30T15:30:00Z", "timezone": None},
            date(2026, 11, 30),
            time(15, 30),
            "UTC",
        ),
    ],
)
def test_a_due_date_is_read_in_all_its_notations(
    due: dict[str, Any], on: date, at: time | None, zone: str
) -> None:
    read = read_due(due)
    assert (read.on, read.at, read.zone) == (on, at, zone)


@pytest.mark.parametrize("zone", ["../../etc/passwd", "Europe", "Moon/Base", "\0", "GMT +3:00", 7])
def test_a_zone_that_is_none_is_read_as_utc(zone: object) -> None:
    read = read_due({"date": "2026-11-30T15:30:00Z", "timezone": zone})
    assert (read.at, read.zone) == (time(15, 30), "UTC")


@pytest.mark.parametrize("due", [None, [], "today", {}, {"date": None}, {"date": "soon"}, 5])
def test_a_due_date_that_is_none_leaves_the_task_without(due: object) -> None:
    assert task(due=due).due_on is None


@pytest.mark.parametrize("written", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "9999-12-31"])
def test_dates_at_the_ends_of_the_calendar_are_no_dates(written: str) -> None:
    assert read_due({"date": written, "timezone": "Pacific/Kiritimati"}).on is None


def test_a_time_that_cannot_be_read_leaves_the_day() -> None:
    assert read_due({"date": "2026-11-30T25:99:00"}).on == date(2026, 11, 30)


def test_a_recurring_task_without_words_still_recurs() -> None:
    assert read_due({"date": "2026-11-30", "is_recurring": True}).recurrence


@pytest.mark.parametrize(
    ("duration", "minutes"),
    [
        ({"amount": 45, "unit": "minute"}, 45),
        ({"amount": 2, "unit": "day"}, None),
        ({"amount": 0, "unit": "minute"}, None),
        ({"amount": "x", "unit": "minute"}, None),
        (None, None),
    ],
)
def test_only_minutes_are_an_amount_of_work(duration: object, minutes: int | None) -> None:
    assert task(duration=duration).duration_min == minutes


@pytest.mark.parametrize(
    ("given", "priority"), [(4, 4), (1, 1), (0, 1), (9, 1), ("4", 1), (None, 1), (3.5, 1)]
)
def test_a_priority_is_one_of_four(given: object, priority: int) -> None:
    assert task(priority=given).priority == priority


def test_a_ticked_task_has_a_moment_of_completion_even_when_none_is_named() -> None:
    named = task(checked=True, completed_at="2026-11-20T10:00:00Z")
    unnamed = task(checked=True, completed_at=None, updated_at="2026-11-21T10:00:00Z")
    assert named.completed_at == datetime(2026, 11, 20, 10, tzinfo=UTC)
    assert unnamed.completed_at == datetime(2026, 11, 21, 10, tzinfo=UTC)
    assert task(checked=True).completed_at is not None
    assert task(checked=False, completed_at="2026-11-20T10:00:00Z").completed_at is None


def test_deleted_shelved_and_other_peoples_tasks_are_gone() -> None:
    assert names(
        item("deleted", is_deleted=True),
        item("shelved", project_id="old"),
        item("hers", responsible_uid="8"),
        item("mine", responsible_uid="7"),
        item("free", responsible_uid=None),
        item("heading", content="* For the weekend"),
    ) == ({"mine", "free"}, {"deleted", "shelved", "hers", "heading"})


def test_of_two_versions_the_one_changed_last_counts_wherever_it_stands() -> None:
    old = item(content="Old", updated_at="2026-11-20T10:00:00Z")
    new = item(content="New", updated_at="2026-11-20T10:00:00.5Z")
    for order in ((old, new), (new, old), (old, new, old)):
        found = read_items(order, me="", names=Names(), shelved=NOBODY)
        assert [t.title for t in found.tasks.values()] == ["New"]


def test_what_is_no_task_at_all_is_left_out() -> None:
    assert names(None, 5, [], "x", {}, {"id": None}, item(""), item("empty", content=" \x00")) == (
        set(),
        {"empty"},
    )


def test_odd_fields_leave_the_rest_of_a_task() -> None:
    odd = task(
        description=7,
        project_id=[],
        section_id={},
        parent_id=True,
        labels=[1, None, {}, "ok"],
        added_at="then",
    )
    assert (odd.title, odd.project, odd.section, odd.parent, odd.labels, odd.added_at) == (
        "Pay the rent",
        "",
        "",
        "",
        ("1", "ok"),
        None,
    )


def test_a_link_to_a_task_stays_a_link_to_a_task() -> None:
    assert task(name="../../?x=1&y#").url == (
        "https://app.todoist.com/app/task/..%2F..%2F%3Fx%3D1%26y%23"
    )


def test_projects_are_renamed_and_put_away() -> None:
    known = {"a": "Home", "b": "Work", "c": "Old"}
    projects = [
        {"id": "a", "name": "House\n"},
        {"id": "b", "name": "Work", "is_archived": True},
        {"id": "c", "is_deleted": True},
        {"id": "d", "name": "New"},
    ]
    assert read_names(projects, known) == ({"a": "House", "d": "New"}, frozenset("bc"))
    assert known["a"] == "Home"


def test_titles_of_parents_are_told_and_what_others_would_have_to_say_anew() -> None:
    known = {"same": "Same", "renamed": "Old", "gone": "Gone", "heading": "For the weekend"}
    items = [
        item("part", parent_id="same"),
        item("new part", parent_id="elsewhere"),
        item("done part", parent_id="nowhere", checked=True),
        item("own part", parent_id="own"),
        item("own", "**Own**"),
        item("renamed", "New " + "x" * 300),
        item("gone", "", is_deleted=True),
        item("heading", "* For the weekend"),
        item("lonely", "Not a parent"),
    ]
    titles, amiss = read_parents(items, known)
    assert titles == {
        **known,
        "renamed": "New " + "x" * 196,
        "own": "Own",
        "elsewhere": "",
    }
    assert amiss == {"renamed", "elsewhere"}
    assert read_parents(items, titles)[1] == NOBODY
    assert known["renamed"] == "Old"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("[Invoice 12](https://example.org/a_(b)?c=1) to **pay** _now_", "Invoice 12 to pay now"),
        ("Read ***all*** of __it__, ~~not~~ `x = a_b_c`", "Read all of it, not x = a_b_c"),
        ("[**Bold** link](https://x.test)", "Bold link"),
        ("fix snake_case_names and 3*4*5", "fix snake_case_names and 3*4*5"),
        ("https://x.test/_a_/*b*", "https://x.test/_a_/*b*"),
        ("`**kept**`", "**kept**"),
        ("a * b and [x] (y)", "a * b and [x] (y)"),
        ('<b>Not</b> & "html" {{ x }}', '<b>Not</b> & "html" {{ x }}'),
        ("one\r\n\ttwo\x00three\x1b[31m", "one two three [31m"),
        ("safe\u202egnp.exe\u2066", "safegnp.exe"),
        ("\ud800half", "half"),
        ("لا تنسَ الحليب", "لا تنسَ الحليب"),
        ("👩‍👩‍👧 dinner", "👩‍👩‍👧 dinner"),
    ],
)
def test_a_title_is_said_in_plain_words(written: str, read: str) -> None:
    assert plain_title(written) == read


def test_a_note_keeps_its_lines() -> None:
    assert plain_note("**One**\r\nTwo\x07\n") == "One\nTwo"


@pytest.mark.parametrize(
    "text", ["*a " * 9_000, "[" * 10_000, "[a](" * 4_000, "`a" * 9_000, "_*" * 9_000, "x" * 10_000]
)
def test_no_text_takes_long_or_stays_long(text: str) -> None:
    started = perf_counter()
    assert len(plain_title(text)) <= 500
    assert len(plain_note(text)) <= 2_000
    assert perf_counter() - started < 0.5


def test_a_stamp_without_a_zone_is_utc() -> None:
    assert read_moment("2026-11-20T10:00:00") == datetime(2026, 11, 20, 10, tzinfo=UTC)
    assert read_moment("2026-11-20T10:00:00+02:00") == datetime(2026, 11, 20, 8, tzinfo=UTC)
