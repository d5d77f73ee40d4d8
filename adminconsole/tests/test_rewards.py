"""Rewards: what is compared by the day, and what is said of a pair."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from adminconsole.counting.counting import count_day
from adminconsole.models import TipDay
from tests.clock import NOON, TODAY
from tips.models import Tip

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _at_noon(time_machine: Any) -> None:
    time_machine.move_to(NOON, tick=False)


def seen(client: Client, **given: Any) -> Any:
    answer = client.get("/console/rewards/", given)
    assert answer.status_code == 200
    return answer.context


def shown(count: int, *, reaction: str = "", prompt: str = "a", day: Any = TODAY) -> None:
    TipDay.objects.create(
        day=day, policy="p", prompt_version=prompt, kind="task", hour=9, cohort=TODAY,
        reaction=reaction, count=count,
    )  # fmt: skip


def told(people: int, prompt: str, dones: list[int], of: int, *, policy: str = "p") -> None:
    """So many new people with `of` tips each, as many of them done as `dones` says in turn."""
    users = [User(email=f"{prompt}{n}@example.com") for n in range(people)]
    User.objects.bulk_create(users)
    Tip.objects.bulk_create(
        made_tip(user, prompt, policy, is_done=n < dones[place % len(dones)])
        for place, user in enumerate(users)
        for n in range(of)
    )
    count_day(TODAY, at=NOON)


def made_tip(user: User, prompt: str, policy: str, *, is_done: bool) -> Tip:
    ends = {"state": "answered", "reaction": "done", "answered_at": NOON} if is_done else {}
    return Tip(
        user=user, content="x", kind="task", source="sample", policy=policy, prompt_version=prompt,
        confidence=1, evidence=[], candidate="x", fingerprint="x", made_at=NOON, expires_at=NOON,
        shown_at=NOON, **{"state": "expired", **ends},
    )  # fmt: skip


def verdict(client: Client, a: str, b: str, by: str = "prompt_version") -> str:
    return str(seen(client, by=by, a=a, b=b)["verdict"])


def test_two_prompts_are_compared_in_words(ops_client: Client) -> None:
    told(40, "old", [2, 3, 4], 10)
    told(40, "new", [5, 6, 7], 10)
    says = verdict(ops_client, "old", "new")
    assert says.startswith("new is better: 59.8 % of its tips were done, of old 29.8 %.")
    assert "holds for one look" in says
    assert "not drawn by lot" in says
    assert "still there" not in says


def test_many_tips_of_few_habits_are_no_proof(ops_client: Client) -> None:
    """Every third person does all, or every second: 600 tips on each side, but 20 people."""
    told(20, "old", [30, 0, 0], 30)
    told(20, "new", [30, 0], 30)
    assert verdict(ops_client, "old", "new").startswith(
        "Nobody can tell yet: 50 % of the tips of new"
    )


def test_of_too_few_people_nothing_is_said(ops_client: Client) -> None:
    told(2, "old", [0], 1)
    told(2, "new", [1], 1)
    assert verdict(ops_client, "old", "new") == (
        "Too few people yet: 20 on each side are needed, and of old there are 2, of new 2."
    )
    told(38, "newer", [1], 1)
    assert verdict(ops_client, "old", "newer").startswith("Too few people yet")


def test_months_of_joining_are_compared_by_person_and_hours_are_not(ops_client: Client) -> None:
    told(40, "old", [2], 10, policy="first")
    User.objects.filter(email__startswith="old").update(date_joined=NOON - 70 * DAY)
    told(40, "new", [8], 10)
    User.objects.filter(email__startswith="new").update(date_joined=NOON - DAY)
    count_day(TODAY, at=NOON)
    says = verdict(ops_client, "2026-02-01", "2026-05-01", by="cohort")
    assert says.startswith("May 2026 is better: 80 %")
    assert verdict(ops_client, "first", "p", by="policy").startswith("p is better: 80 %")
    shown(10)
    hour = str(TipDay.objects.exclude(hour=9)[0].hour)
    assert verdict(ops_client, "9", hour, by="hour").startswith("Nobody can tell: for this")


def test_it_says_what_a_verdict_rests_on(
    ops_client: Client, django_assert_max_num_queries: Any
) -> None:
    told(40, "old", [1], 10)
    told(40, "new", [9], 10)
    shown(200, prompt="old")  # of people who have left
    with django_assert_max_num_queries(12):
        says = verdict(ops_client, "old", "new")
    assert says.startswith("new is better: 90 % of its tips were done, of old 10 %.")
    assert says.endswith("This is of the 800 tips that are still there, of 1,000 shown.")


def test_one_thing_is_not_compared_with_itself(ops_client: Client) -> None:
    shown(10, prompt="")
    for given in ({"a": "", "b": ""}, {"a": "x", "b": ""}, {}):
        page = seen(ops_client, by="prompt_version", **given)
        assert (page["pair"], page["verdict"]) == ([], "")
        assert [row.title for row in page["rows"]] == ["none"]


@pytest.mark.parametrize("by", ["policy", "model", "kind", "hour", "priority", "cohort", "x", ""])
def test_whatever_it_is_compared_by_the_sum_is_the_same(ops_client: Client, by: str) -> None:
    shown(7, reaction="done")
    shown(3)
    assert sum(row.shown for row in seen(ops_client, by=by)["rows"]) == 10


def test_what_is_older_is_not_in_it(ops_client: Client) -> None:
    shown(5, day=TODAY - 7 * DAY)
    assert seen(ops_client, days=7)["rows"] == []
    assert seen(ops_client, days=28)["rows"][0].shown == 5
