"""Days as pages show them, against the tips themselves."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from accounts.models import User
from adminconsole.counting.counting import KEPT, count_days
from adminconsole.models import Counted, PeopleDay, TipDay
from adminconsole.period import Period
from integrations.models import Connection
from tests.clock import NOON, TODAY
from tests.factories import give_tip, make_connection, make_person, the_tip
from tips.answer import answering
from tips.models import Tip

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def shown(person: User, *, days_ago: int = 0, reaction: str = "") -> Tip:
    tip = give_tip(person)
    at = NOON - DAY * days_ago
    answering.mark_shown(tip, surface="page", at=NOON)
    if reaction:
        answering.react(tip, reaction, at=NOON)
    Tip.objects.filter(pk=tip.pk).update(shown_at=at)
    return tip


def test_a_shown_tip_is_counted_by_what_it_is_and_what_was_answered(alice: User) -> None:
    tip = shown(alice, reaction="done")
    tip.refresh_from_db()
    count_days(at=NOON)
    row = TipDay.objects.get()
    assert (row.day, row.count, row.reaction, row.kind) == (TODAY, 1, "done", tip.kind)
    assert (row.policy, row.model, row.hour) == (tip.policy, "", 12)
    assert row.reward == tip.reward
    assert row.cohort == alice.date_joined.date().replace(day=1)
    assert row.priority is not None


def test_what_was_not_shown_is_not_counted(alice: User) -> None:
    give_tip(alice)
    count_days(at=NOON)
    assert not TipDay.objects.exists()


def test_the_hour_is_that_of_the_persons_clock(alice: User) -> None:
    alice.profile.time_zone = "Asia/Tokyo"
    alice.profile.save()
    shown(alice)
    count_days(at=NOON)
    assert TipDay.objects.get().hour == NOON.astimezone().hour or TipDay.objects.get().hour == 19


def test_alike_are_one_row_and_twice_counted_is_the_same(alice: User, bob: User) -> None:
    User.objects.update(date_joined=NOON - DAY * 40)
    shown(alice)
    shown(bob)
    for _ in range(2):
        count_days(at=NOON)
    assert [row.count for row in TipDay.objects.all()] == [2]
    assert TipDay.objects.within(Period(TODAY, 7)).sums("day") == {TODAY: 2}
    assert TipDay.objects.sums("day", "reaction") == {(TODAY, ""): 2}


def test_a_late_answer_is_counted_within_a_week(alice: User) -> None:
    tip = shown(alice, days_ago=2)
    count_days(at=NOON)
    assert TipDay.objects.get().reaction == ""
    answering.react(tip, "done", at=NOON + DAY)
    count_days(at=NOON + timedelta(hours=1))
    assert TipDay.objects.get().reaction == "", "the day is over, and was counted today"
    count_days(at=NOON + DAY)
    assert TipDay.objects.get().reaction == "done"


def test_a_day_that_is_long_over_is_not_counted_again(alice: User) -> None:
    shown(alice, days_ago=30)
    assert count_days(at=NOON) == 31
    assert count_days(at=NOON) == 1  # today
    assert count_days(at=NOON + DAY) == 1 + 7 + 1
    assert Counted.objects.get(day=TODAY - DAY * 20).at == NOON


def test_at_most_so_many_days_at_a_time_the_newest_first(alice: User) -> None:
    shown(alice, days_ago=10)
    assert count_days(at=NOON, most=4) == 4
    assert set(Counted.objects.values_list("day", flat=True)) == {TODAY - DAY * n for n in range(4)}


def test_the_funnel_is_of_those_who_joined_on_the_day(charlie: User) -> None:
    people = [make_person(name) for name in ("none", "linked", "saw", "said", "stayed")]
    User.objects.update(date_joined=NOON - DAY)
    none, linked, saw, said, stayed = people
    make_connection(linked)
    for state in Connection.NOT_CONNECTED:
        make_connection(none, account=state, state=state)
    shown(saw)
    shown(said, reaction="done", days_ago=1)
    shown(stayed, reaction="done")
    count_days(at=NOON)
    count_days(at=NOON)
    funnel = PeopleDay.objects.get(day=TODAY - DAY)
    assert funnel.joined == len(people) + 1  # charlie
    assert (funnel.connected, funnel.tipped, funnel.answered, funnel.returned) == (4, 3, 2, 1)
    assert PeopleDay.objects.get(day=TODAY).active == 2
    assert PeopleDay.objects.get(day=TODAY).active_week == 3


def test_an_answer_later_than_a_week_after_joining_does_not_count(alice: User, bob: User) -> None:
    """However late a day is counted, everybody had as long."""
    User.objects.update(date_joined=NOON - DAY * 7)
    User.objects.filter(pk=bob.pk).update(date_joined=NOON - DAY * 7 + timedelta(minutes=1))
    for person in (alice, bob):
        make_connection(person)
        shown(person, reaction="done")
    count_days(at=NOON + DAY * 30)
    funnel = PeopleDay.objects.get(day=TODAY - DAY * 7)
    assert (funnel.tipped, funnel.answered, funnel.returned) == (2, 1, 1)


def test_who_joined_before_the_first_tip_is_counted(alice: User, bob: User) -> None:
    User.objects.update(date_joined=NOON - DAY * 5)
    User.objects.filter(pk=bob.pk).update(date_joined=NOON - DAY * 9)
    shown(alice)
    assert count_days(at=NOON) == 10
    assert PeopleDay.objects.get(day=TODAY - DAY * 9).joined == 1
    assert PeopleDay.objects.get(day=TODAY - DAY * 5).joined == 1


def test_who_joined_long_ago_makes_no_more_days_than_are_kept(alice: User) -> None:
    User.objects.update(date_joined=NOON - DAY * 4_000)
    count_days(at=NOON, most=1_000)
    assert Counted.objects.count() == KEPT


def test_nothing_says_who_it_was(alice: User) -> None:
    shown(alice)
    count_days(at=NOON)
    names = {field.name for model in (TipDay, PeopleDay) for field in model._meta.fields}
    assert not names & {"user", "user_id", "tip"}
    assert the_tip(alice).content not in str(TipDay.objects.values())


def test_an_empty_database_has_a_day() -> None:
    assert count_days(at=NOON) == 1
    assert PeopleDay.objects.get().day == date(2026, 5, 5)
