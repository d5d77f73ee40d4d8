"""Many people's rows as views."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from accounts.models import Profile, User
from agents.models import Reading
from agents.view import load_views
from tests.clock import NOON, TODAY
from tests.factories import make_event, make_person, make_task

YESTERDAY = TODAY - timedelta(days=1)
pytestmark = pytest.mark.django_db


def test_everybody_gets_their_own_rows(alice: User, bob: User) -> None:
    for person in (alice, bob):
        make_task(person, f"Task of {person.name}")
        make_event(person, title=f"Meeting of {person.name}", starts_in_min=60)
    views = load_views([alice.pk, bob.pk], at=NOON)
    assert [t.title for t in views[alice.pk].tasks] == ["Task of Alice"]
    assert [e.title for e in views[bob.pk].events] == ["Meeting of Bob"]


def test_where_a_task_stands_and_who_meets_is_seen(alice: User) -> None:
    make_task(alice, section="This week", parent="Move house")
    make_task(alice, "Bins")
    make_event(alice, attendees=3, organises=True)
    make_event(alice, starts_in_min=60)
    seen = load_views([alice.pk], at=NOON)[alice.pk]
    assert [(t.section, t.parent) for t in seen.tasks] == [("This week", "Move house"), ("", "")]
    assert [(e.attendees, e.organises) for e in seen.events] == [(3, True), (None, False)]


def test_as_many_queries_for_many_as_for_one(alice: User, django_assert_num_queries: Any) -> None:
    people = [alice, *(make_person(f"p{n}") for n in range(9))]
    for person in people:
        make_task(person)
        make_event(person)
    with django_assert_num_queries(12):
        assert len(load_views([p.pk for p in people], at=NOON)) == 10


def test_what_is_far_is_known_to_whom_a_task_needs_weeks_for_it(
    alice: User, bob: User, django_assert_num_queries: Any
) -> None:
    for person in (alice, bob):
        make_event(person, title="Wedding", starts_in_min=15 * 1440)
        make_event(person, starts_in_min=60)
        make_task(person, "Cake for the wedding", words_digest="a" * 32)
    make_event(alice, title="Over", starts_in_min=-15 * 1440)
    Reading.objects.create(
        user=alice, kind="task", words="a" * 32, reader="words", version=1, read_at=NOON,
        traits={"prepares": {"value": {"what": "wedding", "lead": 14 * 86_400}, "quote": "q"}},
    )  # fmt: skip
    with django_assert_num_queries(13):
        views = load_views([alice.pk, bob.pk], at=NOON)
    assert [e.title for e in views[alice.pk].later_events] == ["Wedding"]
    assert len(views[alice.pk].events) == 1
    assert views[bob.pk].later_events == ()


@pytest.mark.parametrize(
    ("day", "zone"), [(date.max, "America/New_York"), (date.min, "Asia/Tokyo"), (date.max, "")]
)
def test_a_day_that_nobody_means_is_no_day_and_breaks_no_view(
    alice: User, bob: User, day: date, zone: str
) -> None:
    """As rows may be that are older than what keeps such days out."""
    moment = datetime.combine(day, time(12), UTC)
    make_task(alice, due_on=day, due_time=time(23, 59, 59), due_zone=zone, deadline_on=day)
    make_task(alice, "Late", due_in=-1, added_at=moment)
    make_event(alice, title="For ever", ends_at=datetime.max.replace(tzinfo=UTC))
    make_event(alice, title="Meeting", starts_in_min=60)
    make_task(bob)
    views = load_views([alice.pk, bob.pk], at=NOON)
    rent, late = views[alice.pk].tasks
    assert (rent.due_on, rent.due_at, rent.deadline_on) == (None, None, None)
    assert (late.due_on, late.added_at) == (YESTERDAY, None)
    assert [e.title for e in views[alice.pk].events] == ["Meeting"]
    assert len(views[bob.pk].tasks) == 1


def test_whose_zone_is_no_more_is_seen_in_utc(alice: User, bob: User) -> None:
    Profile.objects.filter(user=alice).update(time_zone="Europe/Atlantis")
    views = load_views([alice.pk, bob.pk], at=NOON)
    assert (views[alice.pk].zone.key, views[bob.pk].zone.key) == ("UTC", "Europe/Berlin")


def test_who_has_left_has_no_view(alice: User) -> None:
    gone = alice.pk
    alice.delete()
    assert load_views([gone], at=NOON) == {}
