"""Every page of the console: who may open it, and that it opens with nothing and with something."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from accounts.models import User
from adminconsole.access.groups import GROUPS, make_groups
from adminconsole.base import ConsolePage, Permission
from adminconsole.counting.counting import count_days
from adminconsole.registry import PAGES, by_section
from tests.clock import NOON
from tests.factories import give_tip

KEYS = list(PAGES.load())
pytestmark = pytest.mark.django_db


def address(page: ConsolePage) -> str:
    return reverse(f"admin:page_{page.manifest.key}")


@pytest.fixture
def staff(bob: User) -> User:
    bob.is_staff = True
    bob.save()
    return bob


@pytest.fixture
def admin(staff: User) -> User:
    staff.is_superuser = True
    staff.save()
    return staff


def join(staff: User, group: str) -> None:
    staff.groups.set([Group.objects.get(name=group)])


@pytest.mark.parametrize("key", KEYS)
def test_a_page_opens_over_an_empty_database(admin: User, bob_client: Client, key: str) -> None:
    answer = bob_client.get(address(PAGES[key]))
    assert answer.status_code == 200
    assert str(PAGES[key].manifest.says) in answer.content.decode().replace("&#x27;", "'")


@pytest.mark.parametrize("key", KEYS)
def test_a_page_opens_over_somebodys_rows(
    admin: User, bob_client: Client, alice: User, key: str
) -> None:
    give_tip(alice)
    count_days(at=NOON)
    assert bob_client.get(address(PAGES[key])).status_code == 200


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("group", GROUPS)
def test_a_page_is_refused_to_whoever_may_not(
    staff: User, bob_client: Client, group: str, key: str
) -> None:
    join(staff, group)
    page = PAGES[key]
    may = page.manifest.permission in GROUPS[group]
    assert bob_client.get(address(page)).status_code == (200 if may else 403)


@pytest.mark.parametrize("key", KEYS)
def test_a_page_is_for_staff(
    alice_client: Client, client: Client, staff: User, bob_client: Client, key: str
) -> None:
    page = PAGES[key]
    assert alice_client.get(address(page), follow=True).status_code == 403
    assert client.get(address(page), follow=True).redirect_chain[-1][0].startswith("/sign-in/")
    assert bob_client.get(address(page)).status_code == 403, "staff without any group"


@pytest.mark.parametrize(
    "given", ["days=x", "days=-1", "last=2026-13-41", "last=9999-12-31&days=7"]
)
def test_an_address_that_makes_no_sense_is_the_usual_one(
    admin: User, bob_client: Client, given: str
) -> None:
    answer = bob_client.get(f"{address(PAGES['overview'])}?{given}")
    assert answer.status_code == 200
    assert b'aria-current="true"' in answer.content


@pytest.mark.parametrize("key", ["overview", "audit", "rewards"])
@pytest.mark.parametrize("last", ["0001-01-01", "0001-01-10", "9999-12-31"])
def test_a_day_out_of_reach_is_answered(
    admin: User, bob_client: Client, key: str, last: str
) -> None:
    answer = bob_client.get(address(PAGES[key]), {"last": last, "days": "7"})
    assert answer.status_code == 200


def test_the_menu_has_what_may_be_opened_and_nothing_else(staff: User, bob_client: Client) -> None:
    join(staff, "viewer")
    page = bob_client.get(address(PAGES["overview"])).content.decode()
    for each in PAGES:
        shown = f'href="{address(each)}"' in page
        assert shown == (each.manifest.permission == Permission.LOOK), each.manifest.key


def test_every_page_has_a_place_in_the_menu() -> None:
    placed = [page for pages in by_section().values() for page in pages]
    assert sorted(page.manifest.key for page in placed) == KEYS


def test_the_door_leads_to_the_overview(admin: User, bob_client: Client) -> None:
    assert bob_client.get("/console/")["Location"] == address(PAGES["overview"])


def test_groups_are_made_again_and_keep_what_was_added(staff: User) -> None:
    viewer = Group.objects.get(name="viewer")
    extra = Group.objects.get(name="operator").permissions.exclude(
        pk__in=viewer.permissions.values("pk")
    )[0]
    viewer.permissions.add(extra)
    make_groups()
    assert extra in viewer.permissions.all()
    assert Group.objects.count() == len(GROUPS)


def test_scripts_come_from_here_alone(admin: User, bob_client: Client, client: Client) -> None:
    policy = bob_client.get(address(PAGES["overview"])).headers["Content-Security-Policy"]
    scripts = next(part for part in policy.split("; ") if part.startswith("script-src"))
    assert "'self'" in scripts
    assert "'unsafe-inline'" not in scripts
    assert "unsafe" not in client.get("/sign-in/").headers["Content-Security-Policy"]


def test_a_page_costs_the_same_however_many_days(
    admin: User, bob_client: Client, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(12):
        bob_client.get(f"{address(PAGES['overview'])}?days=90")
