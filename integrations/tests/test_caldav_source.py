"""Reading calendars and to-dos, at a real Radicale over real HTTP on loopback."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from integrations.base import EventSignal, Link, Pull, TaskSignal
from integrations.registry import SOURCES
from integrations.sources.caldav import CalDav
from integrations.sources.caldav.signals import Resource, read_resources, task_of
from oo.lib.http import ApiError, Unauthorized, Unexpected
from oo.lib.types import JSON
from tests.stand_ins.radicale import RadicaleUser

AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
MILK = ("UID:milk", "DTSTAMP:20260301T080000Z", "SUMMARY:Buy milk")
REVIEW = ("UID:review", "DTSTAMP:20260301T080000Z", "SUMMARY:Review")


def todo(*lines: str) -> tuple[str, ...]:
    return ("BEGIN:VTODO", *lines, "END:VTODO")


def entry(*lines: str) -> tuple[str, ...]:
    return ("BEGIN:VEVENT", *lines, "END:VEVENT")


class Reader:
    """Pulls again and again from where the last pull ended, and keeps what the engine would."""

    def __init__(self, user: RadicaleUser) -> None:
        self.link = Link(UUID(int=9), "a", user.credentials, {}, "", ZoneInfo("Europe/Berlin"), AT)
        self.tasks: dict[str, TaskSignal] = {}
        self.events: dict[tuple[str, str], EventSignal] = {}

    def pull(self, at: datetime = AT) -> Pull:
        pull = CalDav().pull(self.link, at=at)
        self.link = replace(self.link, cursor=json.loads(json.dumps(pull.cursor)))
        if pull.full:
            self.tasks, self.events = {}, {}
        self.tasks |= {t.external_id: t for t in pull.tasks}
        self.events |= {(e.external_id, e.occurrence): e for e in pull.events}
        for name in pull.gone_tasks:
            self.tasks.pop(name, None)
        return pull

    def task(self) -> TaskSignal:
        (task,) = self.tasks.values()
        return task

    @property
    def titles(self) -> set[str]:
        return {t.title for t in self.tasks.values()}


@pytest.fixture
def lists(dav: RadicaleUser) -> RadicaleUser:
    """A calendar for entries, and a list for to-dos."""
    dav.add_calendar("Work", "VEVENT")
    dav.add_calendar("Home", "VTODO")
    return dav


@pytest.fixture
def reader(lists: RadicaleUser) -> Reader:
    return Reader(lists)


def test_the_registry_finds_it() -> None:
    assert "caldav" in SOURCES.load()


# ---- connecting -----------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["", "/", "/{name}/", "/{name}/work/", "/.well-known/caldav"])
def test_every_address_leads_to_the_same_account(lists: RadicaleUser, path: str) -> None:
    url = lists.server.url + path.format(name=lists.name)
    found = CalDav().identify({**lists.credentials, "url": url}, "")
    assert found.account == f"{lists.server.url}/{lists.name.replace('@', '%40')}/"
    assert found.label == lists.name


def test_a_wrong_password_is_unauthorized(lists: RadicaleUser) -> None:
    with pytest.raises(Unauthorized) as raised:
        CalDav().identify({**lists.credentials, "password": "secret-of-mine"}, "")
    assert "secret-of-mine" not in repr(raised.value) + str(raised.value)


def test_a_password_that_was_taken_back_is_unauthorized(
    lists: RadicaleUser, reader: Reader
) -> None:
    reader.pull()
    lists.server.shut_out(lists.name)
    with pytest.raises(Unauthorized):
        reader.pull()


@pytest.mark.parametrize("given", [{"name": ""}, {"name": "a:b"}, {"password": "a\nb"}])
def test_what_cannot_be_sent_is_unauthorized(lists: RadicaleUser, given: Mapping[str, str]) -> None:
    with pytest.raises(Unauthorized):
        CalDav().identify({**lists.credentials, **given}, "")


def test_somebody_elses_calendars_are_not_read(lists: RadicaleUser, reader: Reader) -> None:
    bob = lists.server.let_in(f"bob-of-{lists.name}")
    bob.add_calendar("Secret", "VTODO")
    bob.put("secret/a.ics", *todo(*MILK))
    lists.server.let_in(lists.name)
    assert reader.pull().tasks == ()


# ---- to-dos ---------------------------------------------------------------------------------


def test_a_to_do_is_told_with_all_that_it_says(lists: RadicaleUser, reader: Reader) -> None:
    lists.put("home/party.ics", *todo("UID:party", *MILK[1:2], "SUMMARY:Party"))
    lists.put(
        "home/milk.ics",
        *todo(
            *MILK,
            "DESCRIPTION:Oat\\, please\\nTwo of them",
            "DTSTART;TZID=Europe/Lisbon:20260304T170000",
            "DURATION:PT45M",
            "PRIORITY:1",
            "CATEGORIES:Shop\\, near,Errand",
            "RRULE:FREQ=WEEKLY;INTERVAL=2",
            "RELATED-TO:party",
            "URL:https://example.org/milk",
            "CREATED:20260201T080000Z",
            "LAST-MODIFIED:20260301T080000Z",
        ),
    )
    reader.pull()
    url = next(url for url in reader.tasks if url.endswith("/home/milk.ics"))
    assert reader.tasks[url] == TaskSignal(
        external_id=url,
        title="Buy milk",
        description="Oat, please\nTwo of them",
        project="Home",
        parent="Party",
        labels=("Shop, near", "Errand"),
        priority=4,
        due_on=date(2026, 3, 4),
        due_time=time(17, 45),
        due_zone="Europe/Lisbon",
        duration_min=45,
        recurrence="every 2 weeks",
        url="https://example.org/milk",
        added_at=datetime(2026, 2, 1, 8, tzinfo=UTC),
        updated_at=datetime(2026, 3, 1, 8, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("due", "told"),
    [
        ("DUE;VALUE=DATE:20260304", (date(2026, 3, 4), None, "")),
        ("DUE:20260304T170000", (date(2026, 3, 4), time(17), "")),
        ("DUE:20260304T233000Z", (date(2026, 3, 5), time(0, 30), "Europe/Berlin")),
        (
            "DUE;TZID=America/New_York:20260304T170000",
            (date(2026, 3, 4), time(17), "America/New_York"),
        ),
        ("X-DUE:20260304", (None, None, "")),
    ],
)
def test_due_is_told_on_the_clock_that_was_written(
    lists: RadicaleUser, reader: Reader, due: str, told: tuple[Any, ...]
) -> None:
    lists.put("home/milk.ics", *todo(*MILK, due))
    reader.pull()
    task = reader.task()
    assert (task.due_on, task.due_time, task.due_zone) == told


@pytest.mark.parametrize(
    ("written", "told"), [(0, 1), (1, 4), (3, 3), (4, 3), (5, 2), (6, 1), (9, 1)]
)
def test_priorities(lists: RadicaleUser, reader: Reader, written: int, told: int) -> None:
    lists.put("home/milk.ics", *todo(*MILK, f"PRIORITY:{written}"))
    reader.pull()
    assert reader.task().priority == told


def test_what_was_closed_long_ago_or_cancelled_is_not_told(
    lists: RadicaleUser, reader: Reader
) -> None:
    for n, said in enumerate(
        ("STATUS:CANCELLED", "COMPLETED:20250101T080000Z", "COMPLETED:20260301T080000Z")
    ):
        lists.put(f"home/{n}.ics", *todo(f"UID:{n}", MILK[1], f"SUMMARY:{n}", said))
    reader.pull()
    assert (reader.task().title, reader.task().completed_at) == (
        "2",
        datetime(2026, 3, 1, 8, tzinfo=UTC),
    )


# ---- again ----------------------------------------------------------------------------------


def test_twice_the_same_is_nothing_new(lists: RadicaleUser, reader: Reader) -> None:
    lists.put("home/milk.ics", *todo(*MILK))
    first = reader.pull()
    again = reader.pull()
    assert (first.full, again.full, again.not_modified) == (True, False, True)
    assert again.cursor == first.cursor


def test_what_changed_is_told_alone(lists: RadicaleUser, reader: Reader) -> None:
    lists.put("home/milk.ics", *todo(*MILK))
    lists.put("home/rent.ics", *todo("UID:rent", MILK[1], "SUMMARY:Pay the rent"))
    reader.pull()
    lists.put("home/milk.ics", *todo(*MILK[:2], "SUMMARY:Buy oat milk"))
    changed = reader.pull()
    assert (changed.full, [t.title for t in changed.tasks]) == (False, ["Buy oat milk"])
    assert reader.titles == {"Buy oat milk", "Pay the rent"}


def test_what_was_deleted_is_gone(lists: RadicaleUser, reader: Reader) -> None:
    lists.put("home/milk.ics", *todo(*MILK))
    reader.pull()
    lists.delete("home/milk.ics")
    pull = reader.pull()
    assert (pull.full, len(pull.gone_tasks), reader.tasks) == (False, 1, {})


def test_what_was_closed_there_is_told_as_closed(lists: RadicaleUser, reader: Reader) -> None:
    lists.put("home/milk.ics", *todo(*MILK))
    reader.pull()
    lists.put("home/milk.ics", *todo(*MILK, "STATUS:COMPLETED", "COMPLETED:20260302T110000Z"))
    reader.pull()
    assert reader.task().completed_at == datetime(2026, 3, 2, 11, tzinfo=UTC)


def test_a_token_that_is_refused_leads_to_everything(lists: RadicaleUser, reader: Reader) -> None:
    lists.put("home/milk.ics", *todo(*MILK))
    marks: dict[str, JSON] = dict(reader.pull().cursor["marks"])  # type: ignore[arg-type]
    home = next(url for url in marks if url.endswith("/home/"))
    marks[home] = ["Home", "http://radicale.org/ns/sync/none"]
    reader.link = replace(reader.link, cursor={**reader.link.cursor, "marks": marks})
    assert (reader.pull().full, reader.titles) == (True, {"Buy milk"})


@pytest.mark.parametrize(
    "cursor", [{"homes": 1, "window": 2}, {"homes": [], "marks": []}, {"parents": [1]}]
)
def test_a_cursor_that_is_none_is_the_beginning(
    lists: RadicaleUser, reader: Reader, cursor: Mapping[str, JSON]
) -> None:
    reader.link = replace(reader.link, cursor=cursor)
    assert reader.pull().full


def test_a_new_title_of_a_task_with_parts_is_told_of_its_parts(
    lists: RadicaleUser, reader: Reader
) -> None:
    lists.put("home/party.ics", *todo("UID:party", MILK[1], "SUMMARY:Party"))
    lists.put("home/milk.ics", *todo(*MILK, "RELATED-TO;RELTYPE=PARENT:party"))
    reader.pull()
    lists.put("home/party.ics", *todo("UID:party", MILK[1], "SUMMARY:Feast"))
    reader.pull()
    assert {t.parent for t in reader.tasks.values()} == {"", "Feast"}


def test_a_calendar_that_is_gone_takes_its_tasks_along(lists: RadicaleUser, reader: Reader) -> None:
    lists.put("home/milk.ics", *todo(*MILK))
    reader.pull()
    lists.delete("home/")
    assert (reader.pull().full, reader.tasks) == (True, {})


# ---- entries --------------------------------------------------------------------------------


def test_entries_of_the_window_are_told(lists: RadicaleUser, reader: Reader) -> None:
    hours = (
        "DTSTART;TZID=Europe/Berlin:20260105T090000",
        "DTEND;TZID=Europe/Berlin:20260105T100000",
    )
    lists.put("work/a.ics", *entry(*REVIEW, *hours, "RRULE:FREQ=WEEKLY;BYDAY=MO"))
    late = "DTSTART;VALUE=DATE:20260701"
    lists.put("work/b.ics", *entry("UID:late", REVIEW[1], "SUMMARY:Late", late))
    events = sorted(reader.pull().events, key=lambda e: e.starts_at)
    assert [e.title for e in events] == ["Review"] * 5
    # The clocks change on 29 March.
    assert [e.starts_at.hour for e in events] == [8, 8, 8, 8, 7]
    assert reader.pull().not_modified


@pytest.mark.parametrize(
    ("suffix", "guest", "is_told"),
    [
        ("", "Alice@example.com", False),
        ("", "a.arden@example.org", False),
        ("", "bob@example.com", True),
        ("", "nomail", True),
        ("@example.net", "alice@example.com", False),
        ("@Example.net", "{name}", False),
    ],
)
def test_what_was_declined_by_any_own_address_is_not_told(
    dav: RadicaleUser, suffix: str, guest: str, is_told: bool
) -> None:
    user = dav.server.let_in(f"plain-of-{dav.name.partition('@')[0]}{suffix}")
    user.add_calendar("Work", "VEVENT")
    no = f"ATTENDEE;PARTSTAT=DECLINED:mailto:{guest.format(name=user.name)}"
    user.put("work/a.ics", *entry(*REVIEW, "DTSTART:20260303T090000Z", no))
    reader = Reader(user)
    own = frozenset({"alice@example.com", "a.arden@example.org"})
    reader.link = replace(reader.link, addresses=own)
    assert bool(reader.pull().events) is is_told


def test_an_entry_that_was_deleted_is_gone(lists: RadicaleUser, reader: Reader) -> None:
    lists.put("work/a.ics", *entry(*REVIEW, "DTSTART;VALUE=DATE:20260303"))
    reader.pull()
    assert len(reader.events) == 1
    lists.delete("work/a.ics")
    assert (reader.pull().full, reader.events) == (True, {})


def test_the_next_day_is_read_in_full(lists: RadicaleUser, reader: Reader) -> None:
    reader.pull()
    assert reader.pull(AT + timedelta(days=1)).full


def test_one_calendar_may_hold_both(dav: RadicaleUser) -> None:
    dav.add_calendar("All")
    dav.put("all/a.ics", *entry(*REVIEW, "DTSTART;VALUE=DATE:20260303"))
    dav.put("all/b.ics", *todo(*MILK))
    reader = Reader(dav)
    reader.pull()
    assert (reader.titles, len(reader.events)) == ({"Buy milk"}, 1)
    dav.delete("all/a.ics")
    reader.pull()
    assert (reader.titles, reader.events) == ({"Buy milk"}, {})


def test_hostile_text_stays_text(lists: RadicaleUser, reader: Reader) -> None:
    lists.put("home/milk.ics", *todo(*MILK[:2], "SUMMARY:]]><d:status>\\n</x>&lol; \u202eevil"))
    reader.pull()
    assert reader.task().title == "]]><d:status> </x>&lol; evil"


def test_a_calendar_with_a_strange_name_and_address_is_read(dav: RadicaleUser) -> None:
    dav.add_calendar("R&amp;D &lt;ü&gt;", "VTODO", path="r%20%C3%BC")
    dav.put("r%20%C3%BC/a%20b.ics", *todo(*MILK))
    reader = Reader(dav)
    reader.pull()
    assert reader.task().project == "R&D <ü>"
    CalDav().complete(reader.link, reader.task().external_id, key=UUID(int=1))
    reader.pull()
    assert reader.task().completed_at is not None


def test_what_is_not_there_is_404(dav: RadicaleUser) -> None:
    with pytest.raises(ApiError) as raised:
        CalDav().complete(Reader(dav).link, dav.url("home/none.ics"), key=UUID(int=1))
    assert isinstance(raised.value, Unexpected)
    assert raised.value.status == 404


@pytest.mark.parametrize(
    "due",
    [
        ":99991231T235959Z",
        ":00010101T000000Z",
        ";TZID=America/New_York:99991231T235959",
        ";TZID=Asia/Tokyo:00010101T000000",
        ";VALUE=DATE:99991231",
    ],
)
def test_a_due_date_that_nobody_means_is_none(due: str) -> None:
    """Some servers refuse them, others do not."""
    text = "\r\n".join(("BEGIN:VCALENDAR", *todo(*MILK, f"DUE{due}"), "END:VCALENDAR"))
    zone = ZoneInfo("America/New_York")
    (filed,), _nothing = read_resources([Resource("home/milk.ics", text)], "Home", zone)
    found = task_of(filed, {}, zone)
    assert (found.due_on, found.due_time, found.due_zone) == (None, None, "")
