"""Days counted out of the log: as it grows, twice, late, in other zones, and for nobody else."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from django.apps import apps
from django.db import connection
from django.template.loader import render_to_string
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from accounts.privacy.consents import grant, withdraw
from accounts.profile.change import ProfileChange, change_profile
from agents import tasks
from agents.eraser import AgentsEraser
from agents.looking.withdrawing import forget_derived
from agents.models import CountCursor, CountedDay
from agents.profile import counting
from agents.profile.counting import count_days, load_counted
from agents.profile.features import Day
from agents.profile.freshness import freshness
from agents.settings.counted import build_counted
from agents.view import load_view
from events.bus import publish
from events.catalog import TipReacted, TipReactionUndone, TipServed
from events.models import EventRecord
from oo.lib.bulk import upsert
from tests.clock import BERLIN, NOON, TODAY
from tests.factories import make_person, signed_in

FEW = 20  # people: so many rows are written in one way, fewer may be in another
HOUR, MINUTE, DAY = timedelta(hours=1), timedelta(minutes=1), timedelta(days=1)
LATER = NOON + 40 * DAY
pytestmark = pytest.mark.django_db


@pytest.fixture
def alice(alice: User) -> User:
    return settle(alice)


@pytest.fixture
def bob(bob: User) -> User:
    return settle(bob)


def settle(user: User) -> User:
    grant(user.pk, "tasks", by="connect", at=NOON - 30 * DAY)
    return user


def serve(user: User, at: datetime) -> None:
    publish(TipServed(user_id=user.pk, at=at, tip_id=uuid4(), policy="rules", kind="task"))


def answer(
    user: User,
    at: datetime,
    reaction: str = "done",
    *,
    answered_at: datetime | None = None,
    dwell_s: float | None = 10.0,
    tip: UUID | None = None,
    candidate: str = "task:1",
) -> UUID:
    tip = tip or uuid4()
    publish(
        TipReacted(
            user_id=user.pk,
            at=at,
            tip_id=tip,
            candidate=candidate,
            reaction=reaction,
            answered_at=answered_at or at,
            dwell_s=dwell_s,
            reward=0.0,
        )
    )
    return tip


def undo(user: User, tip: UUID, at: datetime) -> None:
    publish(TipReactionUndone(user_id=user.pk, at=at, tip_id=tip))


def rows(user: User) -> list[tuple[Any, ...]]:
    return list(
        CountedDay.objects.filter(user=user)
        .order_by("day")
        .values_list("day", "served", "done", "snoozed", "dismissed", "dwell_s", "dwells", "hours")
    )


def test_a_day_says_what_was_seen_and_answered(alice: User) -> None:
    serve(alice, NOON - HOUR)
    serve(alice, NOON)
    answer(alice, NOON, "done")
    answer(alice, NOON, "snooze", dwell_s=None)
    answer(alice, NOON, "dismiss", dwell_s=5.5)
    assert count_days(at=NOON) == 1
    assert rows(alice) == [(TODAY, 2, 1, 1, 1, 15.5, 2, {"12": 1})]


@pytest.mark.parametrize("candidate", ["event:1", "belief:momentum", "tasks:1", "advice"])
def test_got_it_is_an_answer_and_nothing_done(alice: User, candidate: str) -> None:
    tip = answer(alice, NOON, candidate=candidate)
    count_days(at=NOON)
    (day,) = load_counted([alice.pk], at=NOON)[alice.pk].days
    assert (day.done, day.noted, day.answered, day.hours, day.dwells) == (0, 1, 1, {}, 1)
    undo(alice, tip, NOON + MINUTE)
    count_days(at=NOON + MINUTE)
    assert rows(alice) == []


def test_days_counted_before_got_it_was_told_apart_are_counted_anew(alice: User) -> None:
    answer(alice, NOON - 9 * DAY, candidate="event:1")
    count_days(at=NOON)
    CountedDay.objects.update(done=1, noted=0, hours={"12": 1})
    import_module("agents.migrations.0007_noted_answers").count_anew(apps, None)
    count_days(at=NOON)
    assert CountedDay.objects.filter(done=0, noted=1, hours={}).count() == 1


def test_what_was_taken_back_later_no_longer_counts_on_its_own_day(alice: User) -> None:
    midnight = datetime(2026, 5, 5, tzinfo=BERLIN)
    tip = answer(alice, midnight - MINUTE)
    count_days(at=midnight)
    assert rows(alice)[0][2] == 1
    undo(alice, tip, midnight + MINUTE)
    count_days(at=NOON)
    assert rows(alice) == []


def test_what_is_answered_again_counts_once_and_where_it_was_said_last(alice: User) -> None:
    tip = answer(alice, NOON - DAY, "dismiss")
    undo(alice, tip, NOON - DAY + MINUTE)
    answer(alice, NOON, "snooze", tip=tip)
    count_days(at=NOON)
    assert [(row[0], row[3], row[4]) for row in rows(alice)] == [(TODAY, 1, 0)]


def test_an_answer_of_an_offline_page_counts_on_the_day_it_was_given(alice: User) -> None:
    serve(alice, NOON - 3 * DAY)
    count_days(at=NOON - DAY)
    answer(alice, NOON, answered_at=NOON - 3 * DAY)
    count_days(at=NOON)
    assert [(row[0], row[1], row[2]) for row in rows(alice)] == [(TODAY - 3 * DAY, 1, 1)]


def test_a_day_that_the_log_no_longer_has_stays_as_it_was_counted(alice: User) -> None:
    serve(alice, NOON)
    count_days(at=NOON)
    EventRecord.objects.all().delete()
    answer(alice, LATER, answered_at=NOON)
    serve(alice, LATER)
    count_days(at=LATER)
    assert [(row[0], row[1], row[2]) for row in rows(alice)] == [
        (TODAY, 1, 0),
        (LATER.date(), 1, 0),
    ]


def test_an_answer_of_the_first_version_is_passed_over(alice: User) -> None:
    answer(alice, NOON)
    record = EventRecord.objects.get(subject=TipReacted.subject)
    del record.body["candidate"], record.body["answered_at"]
    record.save()
    assert count_days(at=NOON) == 0


def test_a_page_left_open_tells_nothing_of_how_soon_one_answers(alice: User) -> None:
    answer(alice, NOON, dwell_s=counting.LONGEST_DWELL_S + 1)
    answer(alice, NOON, dwell_s=counting.LONGEST_DWELL_S)
    count_days(at=NOON)
    assert rows(alice)[0][5:7] == (counting.LONGEST_DWELL_S, 1)


@pytest.mark.parametrize(
    ("zone", "day", "hour"),
    [("Pacific/Kiritimati", date(2026, 5, 6), "0"), ("Pacific/Pago_Pago", TODAY, "23")],
)
def test_the_day_and_the_hour_are_where_the_person_is(
    alice: User, zone: str, day: date, hour: str
) -> None:
    change_profile(alice.pk, ProfileChange(time_zone=zone), at=NOON - DAY)
    moment = datetime.combine(day, datetime.min.time(), ZoneInfo(zone)) + int(hour) * HOUR
    answer(alice, moment)
    count_days(at=moment)
    assert [(row[0], row[7]) for row in rows(alice)] == [(day, {hour: 1})]


def test_days_of_23_and_25_hours_end_where_the_person_is(alice: User) -> None:
    spring, autumn = date(2026, 3, 29), date(2026, 10, 25)
    for last in (spring, autumn):
        midnight = datetime.combine(last + DAY, datetime.min.time(), BERLIN)
        answer(alice, (midnight - MINUTE).astimezone(UTC))
        answer(alice, midnight.astimezone(UTC))
        count_days(at=midnight)
    days = [(row[0], row[7]) for row in rows(alice)]
    assert days == [
        (spring, {"23": 1}), (spring + DAY, {"0": 1}),
        (autumn, {"23": 1}), (autumn + DAY, {"0": 1}),
    ]  # fmt: skip


def test_the_hour_that_comes_twice_is_one_hour(alice: User) -> None:
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    answer(alice, first)
    answer(alice, first + HOUR)
    count_days(at=first + HOUR)
    assert rows(alice)[0][7] == {"2": 2}


def test_after_a_move_every_day_is_counted_in_the_new_zone(alice: User) -> None:
    evening = datetime(2026, 5, 3, 20, tzinfo=BERLIN)
    answer(alice, evening)
    count_days(at=NOON)
    change_profile(alice.pk, ProfileChange(time_zone="Asia/Tokyo"), at=NOON + MINUTE)
    count_days(at=NOON + HOUR)
    assert [(row[0], row[7]) for row in rows(alice)] == [(date(2026, 5, 4), {"3": 1})]


def happenings(person: User, chance: random.Random) -> Iterator[tuple[datetime, Any]]:
    """What one person does within 20 days: each with the moment in which oO hears of it."""
    for _n in range(60):
        at = NOON - timedelta(minutes=chance.randrange(20 * 24 * 60))
        yield at, lambda at=at: serve(person, at)
        if chance.random() < 0.7:
            tip, late = uuid4(), timedelta(minutes=chance.choice((0, 0, 5, 2_000)))
            fields = {
                "answered_at": at,
                "tip": tip,
                "dwell_s": chance.choice((None, 3.0, 20.5, 9_999.0)),
            }
            reaction = chance.choice(("done", "snooze", "dismiss"))
            heard = min(at + late, NOON)
            yield heard, lambda h=heard, r=reaction, f=fields: answer(person, h, r, **f)
            if chance.random() < 0.3:
                taken = min(heard + timedelta(seconds=9), NOON)
                yield taken, lambda t=taken, tip=tip: undo(person, tip, t)


@pytest.mark.parametrize("seed", range(5))
def test_counted_as_the_log_grows_is_as_counted_at_once(
    alice: User, bob: User, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "EVENTS", 17)
    chance = random.Random(seed)
    told = [*happenings(alice, chance), *happenings(bob, chance)]
    told.sort(key=lambda each: each[0])
    for at, happen in told:
        happen()
        if chance.random() < 0.3:
            count_days(at=at)
    count_days(at=NOON)
    grown = rows(alice), rows(bob)
    CountedDay.objects.all().delete()
    CountCursor.objects.all().delete()
    monkeypatch.setattr(counting, "EVENTS", 5_000)
    count_days(at=NOON)
    assert (rows(alice), rows(bob)) == grown
    assert sum(row[1] for row in grown[0]) == 60


def test_twice_changes_nothing_and_the_cursor_never_goes_back(alice: User) -> None:
    answer(alice, NOON - HOUR)
    answer(alice, NOON)
    count_days(at=NOON)
    before, cursor = rows(alice), CountCursor.objects.get()
    count_days(at=NOON - MINUTE)
    count_days(at=NOON)
    assert rows(alice) == before
    assert CountCursor.objects.get() == cursor
    assert CountCursor.objects.get().counted_until == NOON


def test_what_committed_late_is_found_by_the_next_run(alice: User, bob: User) -> None:
    answer(bob, NOON)
    count_days(at=NOON)
    answer(alice, NOON - 9 * MINUTE)
    count_days(at=NOON + MINUTE)
    assert rows(alice)[0][2] == 1


def test_a_run_that_dies_is_taken_up_where_it_was(
    alice: User, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "PEOPLE", 1)
    answer(alice, NOON - 2 * HOUR)
    answer(bob, NOON - HOUR)
    done: list[int] = []

    def once(*args: Any, **kwargs: Any) -> None:
        if done:
            raise RuntimeError
        done.append(1)
        upsert(*args, **kwargs)

    with monkeypatch.context() as patched:
        patched.setattr(counting, "upsert", once)
        with pytest.raises(RuntimeError):
            count_days(at=NOON)
    assert (len(rows(alice)), len(rows(bob))) == (1, 0)
    assert CountCursor.objects.get().counted_until == NOON - 2 * HOUR
    count_days(at=NOON)
    assert (len(rows(alice)), len(rows(bob))) == (1, 1)


def test_events_of_one_moment_are_all_counted_over_many_batches(
    alice: User, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "EVENTS", 2)
    for _n in range(5):
        answer(alice, NOON)
        answer(bob, NOON, "snooze")
    count_days(at=NOON)
    assert (rows(alice)[0][2], rows(bob)[0][3]) == (5, 5)


def queries(at: datetime) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        count_days(at=at)
    return len(captured)


def test_as_many_queries_for_many_people_as_for_few(alice: User) -> None:
    def live(people: list[User], at: datetime) -> None:
        for person in people:
            serve(person, at)
            answer(person, at, answered_at=at - 2 * DAY)
            undo(person, answer(person, at), at)

    crowd = [settle(make_person(f"person{n}")) for n in range(2 * FEW)]
    live([alice], NOON)
    count_days(at=NOON)
    live(crowd[: FEW + 1], NOON + HOUR)
    for_few = queries(NOON + HOUR)
    live(crowd, NOON + 2 * HOUR)
    assert queries(NOON + 2 * HOUR) == for_few
    assert for_few <= 20
    assert CountedDay.objects.filter(user__in=crowd).count() == 4 * FEW


def test_without_the_consent_nothing_is_counted_and_what_was_goes(alice: User, bob: User) -> None:
    answer(alice, NOON)
    answer(bob, NOON)
    count_days(at=NOON)
    withdraw(alice.pk, "tasks", at=NOON + MINUTE)
    count_days(at=NOON + HOUR)
    answer(alice, NOON + 2 * HOUR)
    count_days(at=NOON + 2 * HOUR)
    assert (rows(alice), len(rows(bob))) == ([], 1)


def test_another_consent_that_ends_takes_nothing(alice: User) -> None:
    grant(alice.pk, "calendar", by="connect", at=NOON)
    answer(alice, NOON)
    count_days(at=NOON)
    withdraw(alice.pk, "calendar", at=NOON + MINUTE)
    count_days(at=NOON + HOUR)
    assert len(rows(alice)) == 1


def test_whoever_has_left_is_left_out(alice: User, bob: User) -> None:
    answer(alice, NOON)
    answer(bob, NOON)
    User.objects.filter(pk=bob.pk).update(is_active=False)
    EventRecord.objects.create(user_id=uuid4(), subject=TipServed.subject, at=NOON, body={
        "tip_id": str(uuid4()), "policy": "rules", "kind": "task",
    })  # fmt: skip
    assert count_days(at=NOON) == 1
    assert (len(rows(alice)), rows(bob)) == (1, [])


def test_only_the_last_four_weeks_are_loaded_of_each_in_their_own_days(
    alice: User, bob: User
) -> None:
    change_profile(bob.pk, ProfileChange(time_zone="Pacific/Pago_Pago"), at=NOON)
    for ago in (0, 27, 28):
        CountedDay.objects.create(user=alice, day=TODAY - ago * DAY, done=1, hours={"9": 1})
    CountedDay.objects.create(user=bob, day=TODAY - 28 * DAY, served=1)
    at = datetime(2026, 5, 5, 3, tzinfo=UTC)  # still the 4th in Pago Pago
    found = load_counted([alice.pk, bob.pk, uuid4()], at=at)
    assert found.keys() == {alice.pk, bob.pk}
    assert found[alice.pk].days == (
        Day(TODAY - 27 * DAY, done=1, hours={9: 1}),
        Day(TODAY, done=1, hours={9: 1}),
    )
    assert found[bob.pk].today == date(2026, 5, 4)
    assert found[bob.pk].days == (Day(TODAY - 28 * DAY, served=1),)


def test_what_is_older_than_400_days_is_forgotten(alice: User) -> None:
    for ago in (400, 401):
        CountedDay.objects.create(user=alice, day=TODAY - ago * DAY)
    assert counting.forget_old_days(at=NOON) == 1
    assert [row[0] for row in rows(alice)] == [TODAY - 400 * DAY]


def test_the_tasks_count_and_forget(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOON)
    answer(alice, NOON)
    CountedDay.objects.create(user=alice, day=TODAY - 500 * DAY, done=1)
    assert tasks.count_days() == 1
    assert tasks.purge() == 1


def test_exported_and_erased_with_the_person_and_nobody_else(alice: User, bob: User) -> None:
    for person in (alice, bob):
        answer(person, NOON)
    count_days(at=NOON)
    assert AgentsEraser().export(alice.pk)["counted"] == [
        {
            "day": "2026-05-05",
            "tips": 0,
            "done": 1,
            "got_it": 0,
            "later": 0,
            "not_this": 0,
            "seconds_to_answer": 10.0,
            "answers_timed": 1,
            "done_by_hour": {"12": 1},
        }
    ]
    assert AgentsEraser().erase(alice.pk)["agents.CountedDay"] == 1
    assert (rows(alice), len(rows(bob))) == ([], 1)


def test_fresh_is_what_has_heard_of_all(alice: User, django_assert_num_queries: Any) -> None:
    assert all(f.is_held for f in freshness(at=NOON))
    answer(alice, NOON)
    late = {f.feature.key: f for f in freshness(at=NOON + 31 * MINUTE) if not f.is_held}
    assert late.keys() == {"completion-rate", "dismiss-rate", "mean-dwell", "preferred-hour"}
    assert late["mean-dwell"].age == 31 * MINUTE
    assert all(f.is_held for f in freshness(at=NOON + 30 * MINUTE))
    count_days(at=NOON + 32 * MINUTE)
    with django_assert_num_queries(2):
        assert all(f.age == timedelta(0) for f in freshness(at=NOON + 5 * HOUR))


def test_the_console_says_what_is_not_fresh(alice: User, client: Client) -> None:
    staff = signed_in(make_person("staff", is_staff=True, is_superuser=True))
    page = staff.get("/console/agents/countedday/").content.decode()
    assert "features are fresh enough." in page
    serve(alice, timezone.now() - 45 * MINUTE)
    page = staff.get("/console/agents/countedday/").content.decode()
    assert "with an event of 45 minutes ago not counted: Tips a day, More or fewer tips." in page


def test_the_person_reads_what_is_counted_and_what_is_too_little(alice: User, bob: User) -> None:
    for n in range(9):
        answer(alice, NOON - n * MINUTE, "done" if n < 6 else "dismiss")
    answer(bob, NOON, "snooze")
    count_days(at=NOON)
    html = render_to_string("agents/counted.html", build_counted(load_view(alice.pk, at=NOON)))
    assert "You act on 67% of the suggestions you answer." in html
    assert "You answer 10 seconds after you see a tip." in html
    assert html.count("Too little to say so yet.") == 2  # tips a day, and their trend


def test_the_person_reads_that_nothing_is_counted_yet(alice: User) -> None:
    html = render_to_string("agents/counted.html", build_counted(load_view(alice.pk, at=NOON)))
    assert "Nothing yet." in html
    assert "counted-completion-rate" not in html


def test_without_consents_the_person_reads_nothing_of_tasks(charlie: User) -> None:
    context = build_counted(load_view(charlie.pk, at=NOON))
    assert context["counted"] == []
    assert [row.key for row in context["now"]] == ["situation"]


def test_a_withdrawn_consent_takes_the_counted_days_at_once(alice: User, bob: User) -> None:
    for user in (alice, bob):
        serve(user, NOON)
    count_days(at=NOON + MINUTE)
    assert forget_derived(alice.pk, "calendar") == 0
    assert forget_derived(alice.pk, "tasks") == 1
    assert list(CountedDay.objects.values_list("user", flat=True)) == [bob.pk]


def test_the_page_shows_what_is_counted(alice: User) -> None:
    serve(alice, timezone.now())
    count_days(at=timezone.now() + MINUTE)
    page = signed_in(alice).get("/settings/mind").content.decode()
    assert 'id="counted"' in page
    assert "How you answered since" in page
