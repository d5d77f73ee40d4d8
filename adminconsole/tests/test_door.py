"""Nothing of the console opens before staff has signed in lately and shown a passkey."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.messages.storage.fallback import FallbackStorage
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from accounts.models import User
from adminconsole.access.recent import PROVED, SIGNED_IN, is_recent, proved_lately
from adminconsole.models import Passkey
from tests.clock import NOON
from tests.factories import signed_in

pytestmark = pytest.mark.django_db

OPEN = {"login", "logout", "prove", "prove_options", "prove_answer"}
NIL = "00000000-0000-0000-0000-000000000000"
PARAMETER = re.compile(r"<(\w+):\w+>")


def addresses(patterns: list[Any], start: str) -> Iterator[tuple[str, str]]:
    """(name, address) of every pattern, with something for each of its parameters."""
    for each in patterns:
        here = start + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from addresses(each.url_patterns, here)
        elif isinstance(each, URLPattern):
            yield each.name or "", here


def every_address() -> list[tuple[str, str]]:
    found = next(
        each
        for each in get_resolver().url_patterns
        if isinstance(each, URLResolver) and each.app_name == "admin"
    )
    return [(name, filled(way)) for name, way in addresses(found.url_patterns, "/console/")]


def filled(way: str) -> str:
    way = PARAMETER.sub(lambda found: NIL if found[1] == "uuid" else "1", way)
    if "(?P<app_label>" in way:
        return "/console/accounts/"
    return way.replace("(?P<url>.*)$", "x")


def test_everything_is_behind_it(ops_client: Client, passkeys: None) -> None:
    seen = every_address()
    assert len(seen) > 40
    for name, way in seen:
        assert "<" not in way
        if name not in OPEN:
            for answer in (ops_client.get(way), ops_client.post(way)):
                assert answer.status_code == 302, way
                assert answer["Location"].startswith("/console/prove/?next="), way


def test_everything_wants_a_sign_in_of_these_hours(ops_client: Client) -> None:
    with time_machine.travel(timezone.now() + timedelta(hours=12)):
        for name, way in every_address():
            if name not in {"login", "logout"}:
                answer = ops_client.get(way)
                assert answer["Location"].startswith("/sign-in/?again=1&next="), way


def test_it_remembers_where_one_wanted_to_go(ops_client: Client, passkeys: None) -> None:
    answer = ops_client.get("/console/overview/?days=7")
    assert answer["Location"] == "/console/prove/?next=%2Fconsole%2Foverview%2F%3Fdays%3D7"


def test_the_page_asks_for_what_there_is(ops: User, ops_client: Client, passkeys: None) -> None:
    assert "Add passkey" in ops_client.get("/console/prove/").content.decode()
    Passkey.objects.create(
        user=ops, credential_id="AAAA", public_key="", name="x", added_at=timezone.now()
    )
    assert "Show passkey" in ops_client.get("/console/prove/?next=%00").content.decode()


def test_where_passkeys_are_off_nobody_is_asked(ops_client: Client) -> None:
    assert ops_client.get("/console/prove/?next=/console/overview/")["Location"] == (
        "/console/overview/"
    )
    for way in ("options", "answer"):
        assert ops_client.post(f"/console/prove/{way}").status_code == 404


def test_peoples_own_pages_do_not_care(ops_client: Client, passkeys: None) -> None:
    with time_machine.travel(timezone.now() + timedelta(hours=13)):
        assert ops_client.get("/settings/").status_code == 200


def test_the_hours_are_a_setting(ops_client: Client, settings: Any) -> None:
    settings.OO_STAFF_SESSION_HOURS = 1
    for minutes, status in ((59, 200), (60, 302)):
        with time_machine.travel(timezone.now() + timedelta(minutes=minutes)):
            assert ops_client.get("/console/overview/").status_code == status


def test_a_session_that_does_not_know_when_is_old(ops_client: Client) -> None:
    session = ops_client.session
    del session[SIGNED_IN]
    session.save()
    assert ops_client.get("/console/overview/")["Location"].startswith("/sign-in/")


def test_who_is_sent_there_can_sign_in_anew(ops: User, ops_client: Client, settings: Any) -> None:
    with time_machine.travel(timezone.now() + timedelta(hours=12)):
        way = ops_client.get("/console/overview/")["Location"]
        page = ops_client.get(way)
        assert page.status_code == 200, "not sent on to where it came from"
        assert 'value="/console/overview/"' in page.content.decode()
        ops_client.force_login(ops, backend="accounts.backend.PersonBackend")
        assert ops_client.get("/console/overview/").status_code == 200


def test_a_new_sign_in_forgets_the_passkey(ops: User, ops_client: Client, passkeys: None) -> None:
    session = ops_client.session
    session[PROVED] = timezone.now().timestamp()
    session.save()
    assert ops_client.get("/console/overview/").status_code == 200
    ops_client.force_login(ops, backend="accounts.backend.PersonBackend")
    assert ops_client.get("/console/overview/").status_code == 302


# ---- recent proof ---------------------------------------------------------------------------


def request_of(staff: User, moments: dict[str, datetime], came: str = "") -> HttpRequest:
    headers = {"referer": came} if came else {}
    request = RequestFactory().post("/console/x/", headers=headers, HTTP_HOST="localhost")
    request.session = signed_in(staff).session
    for key, moment in moments.items():
        request.session[key] = moment.timestamp()
    request._messages = FallbackStorage(request)  # type: ignore[attr-defined]
    return request


@pytest.mark.parametrize(("minutes", "recent"), [(0, True), (9.9, True), (10, False)])
@pytest.mark.parametrize("asked_for", [True, False])
def test_recent_is_ten_minutes(
    ops: User, settings: Any, asked_for: bool, minutes: float, recent: bool
) -> None:
    settings.OO_STAFF_PASSKEYS = asked_for
    at = NOON.astimezone(UTC)
    key, other = (PROVED, SIGNED_IN) if asked_for else (SIGNED_IN, PROVED)
    request = request_of(ops, {key: at, other: at - timedelta(hours=1)})
    assert is_recent(request, at + timedelta(minutes=minutes)) is recent


def test_without_any_proof_nothing_is_recent(ops: User, passkeys: None) -> None:
    assert not is_recent(request_of(ops, {}), timezone.now())


@proved_lately
def changing(request: HttpRequest) -> HttpResponse:
    return HttpResponse("changed")


def test_what_changes_something_happens_after_a_recent_proof(ops: User, passkeys: None) -> None:
    request = request_of(ops, {PROVED: timezone.now()})
    assert changing(request).content == b"changed"


@pytest.mark.parametrize(
    ("came", "back"),
    [
        ("http://localhost/console/overview/?days=7#x", "%2Fconsole%2Foverview%2F%3Fdays%3D7"),
        ("http://evil.example/console/overview/", "%2Fconsole%2F"),
        ("", "%2Fconsole%2F"),
        ("http://localhost//evil.example/", "%2Fconsole%2F"),
    ],
)
def test_others_are_sent_to_prove_it_and_back_to_the_form(
    ops: User, passkeys: None, came: str, back: str
) -> None:
    request = request_of(ops, {PROVED: timezone.now() - timedelta(minutes=10)}, came)
    answer = changing(request)
    assert answer["Location"] == f"/console/prove/?next={back}"
    assert "Nothing was done yet" in str(next(iter(request._messages)))  # type: ignore[attr-defined]


def test_where_passkeys_are_off_they_sign_in_anew(ops: User) -> None:
    request = request_of(ops, {SIGNED_IN: timezone.now() - timedelta(minutes=10)})
    assert changing(request)["Location"] == "/sign-in/?again=1&next=%2Fconsole%2F"
