"""A program signs in by token: it looks for a quarter of an hour, and can do nothing else."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone

from accounts.models import Session, User
from adminconsole.access.by_token import KNOCKS
from adminconsole.audit.marks import mark_of
from adminconsole.base import Permission, may
from adminconsole.models import AuditEntry, Passkey
from tests.canaries import plant

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("passkeys")]

WAY = "/api/auth/token"
LOOK = "/console/overview/"


@pytest.fixture
def token(settings: Any) -> str:
    """Whoever logs it fails the test."""
    settings.ADMIN_SEED_EMAIL = "bob@example.com"
    settings.ADMIN_TOKEN = plant("a-token-of-ci-" + "t" * 24)
    return str(settings.ADMIN_TOKEN)


def knock(client: Client, token: str) -> Any:
    return client.post(WAY, headers={"Authorization": f"Bearer {token}"})


@pytest.fixture
def program(client: Client, ops: User, token: str) -> Client:
    assert knock(client, token).status_code == 200
    return client


def test_it_says_which_cookie_and_until_when(client: Client, ops: User, token: str) -> None:
    with time_machine.travel(timezone.now(), tick=False):
        answer = knock(client, token)
        ends = timezone.now() + timedelta(minutes=15)
    told = answer.json()
    assert told["session"] == "sessionid"
    assert told["session"] in answer.cookies
    assert datetime.fromisoformat(told["expires_at"]) == ends.replace(microsecond=0)
    assert answer.cookies["sessionid"]["max-age"] <= 15 * 60
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.staff) == ("signed in by token", mark_of(ops.pk))


def test_it_looks_without_a_passkey(program: Client) -> None:
    assert program.get("/console/", follow=True).status_code == 200
    page = program.get("/console/passkeys/")
    assert page.status_code == 200


def test_it_looks_for_a_quarter_of_an_hour_however_busy_it_is(program: Client) -> None:
    start = timezone.now()
    for minutes, status in ((5, 200), (14, 200), (15.1, 302)):
        with time_machine.travel(start + timedelta(minutes=minutes)):
            assert program.get(LOOK).status_code == status


@pytest.mark.parametrize(
    "way", ["rows/", "accounts/user/", "tips/tip/", "search/?s=a", "prove/", "accounts/"]
)
def test_rows_are_not_for_it(program: Client, way: str) -> None:
    assert program.get(f"/console/{way}").status_code == 403


@pytest.mark.parametrize(
    "way", ["overview/", "prove/options", "prove/answer", "passkeys/options", "passkeys/add"]
)
def test_it_sends_no_forms(program: Client, ops: User, way: str) -> None:
    assert program.post(f"/console/{way}").status_code == 403
    assert not Passkey.objects.exists()


@pytest.mark.parametrize(
    "way", ["/settings/", "/settings/export", "/settings/delete", "/api/v1/me"]
)
def test_outside_of_the_console_it_is_nobody(program: Client, way: str) -> None:
    assert program.get(way).status_code in {302, 401, 403, 404, 405}
    assert b"bob@example.com" not in program.get("/settings/", follow=True).content


def test_it_may_look_whatever_its_person_may(program: Client, ops_client: Client) -> None:
    for client, allowed in ((program, {Permission.LOOK}), (ops_client, {*Permission})):
        request = client.get("/console/prove/").wsgi_request
        assert {each for each in Permission if may(request, each)} == allowed


def test_the_person_signs_in_over_it(program: Client, ops: User) -> None:
    program.force_login(ops, backend="accounts.backend.PersonBackend")
    assert program.get("/settings/").status_code == 200
    assert program.get(LOOK)["Location"].startswith("/console/prove/")


def test_what_the_browser_was_before_is_gone(ops_client: Client, ops: User, token: str) -> None:
    session = ops_client.session
    session["of_the_person"] = "x"
    session.save()
    knock(ops_client, token)
    assert "of_the_person" not in ops_client.session
    assert Session.objects.filter(user=ops).count() == 1


@pytest.mark.parametrize("given", ["Bearer wrong", "", "Bearer ", "Basic x", "Bearer \xe4"])
def test_another_token_opens_nothing(client: Client, ops: User, token: str, given: str) -> None:
    answer = client.post(WAY, headers={"Authorization": given})
    assert answer.status_code == 401
    assert "sessionid" not in answer.cookies
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize("token_here", ["", "x" * 31])
def test_without_a_long_one_there_is_no_such_way(
    client: Client, ops: User, token: str, settings: Any, token_here: str
) -> None:
    settings.ADMIN_TOKEN = token_here
    assert knock(client, token_here).status_code == 404


def test_it_is_a_way_for_post_alone(client: Client, ops: User, token: str) -> None:
    answer = client.get(WAY, headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 404


@pytest.mark.parametrize("seed", ["", "nobody@example.com", "alice@example.com"])
def test_it_needs_somebody_who_is_staff(
    client: Client, ops: User, alice: User, token: str, settings: Any, seed: str
) -> None:
    settings.ADMIN_SEED_EMAIL = seed
    answer = knock(client, token)
    assert answer.status_code == 409
    assert "ADMIN_SEED_EMAIL" in answer.json()["words"]


def test_it_may_what_its_person_may_at_most(client: Client, bob: User, token: str) -> None:
    bob.is_staff = True
    bob.save()
    knock(client, token)
    assert client.get(LOOK).status_code == 403
    bob.groups.add(Group.objects.get(name="viewer"))
    assert client.get(LOOK).status_code == 200


def test_it_knocks_ten_times_in_five_minutes(client: Client, ops: User, token: str) -> None:
    with time_machine.travel(timezone.now(), tick=False):
        for _ in range(KNOCKS.most):
            assert knock(client, "wrong").status_code == 401
        answer = knock(client, token)
    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= KNOCKS.window_s


def test_nothing_of_it_is_logged(
    client: Client, ops: User, token: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    knock(client, token)
    knock(client, plant("wrong-but-perhaps-nearly-right"))
    assert token not in caplog.text
    assert "nearly-right" not in caplog.text
