"""Every route, asked by whoever should not: signed out, somebody else, forged, with a wrong method.

The routes find themselves: a new one is tested by being there, and fails here until it is closed or
is named among the few that are open to all.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings as configured
from django.db import transaction
from django.test import Client
from django.utils import timezone

from accounts.models import ApiToken, Consent, DeletionReceipt, User
from integrations.models import Connection
from tests.clock import NOON
from tests.factories import give_tip, make_person
from tests.leaving import work_off_departures
from tests.security.routes import Route, find_routes
from tips.models import Tip

pytestmark = pytest.mark.postgres  # takes a while, and does not depend on the database

ROUTES = find_routes()
NAMES = [route.name for route in ROUTES]

# What a stranger may GET. Each shows nothing of anybody's; the receipt's address is a secret.
OPEN = {
    "tips:manifest",
    "tips:worker",
    "tips:offline",
    "accounts:sign-in",
    "accounts:terms",
    "accounts:privacy",
    "accounts:receipt",
    "accounts:receipt-file",
    "account_login",
    "account_inactive",
    "google_login",
    "apple_login",
    "google_callback",
    "apple_callback",
    "apple_finish_callback",
    "socialaccount_signup",
    "socialaccount_login_cancelled",
    "socialaccount_login_error",
    "api:schema",
    "healthz",
    "readyz",
}
# What a stranger may POST: the ways in. Apple's answer comes from Apple's page, without our token.
WAYS_IN = {"accounts:demo", "google_login", "apple_login", "apple_callback", "accounts:sign-in"}
NOT_CSRF = {"apple_callback"}
REFUSED = {400, 401, 403, 404, 405, 415, 429}


def refuses(response: Any) -> bool:
    """Whether a stranger got nothing: an error of theirs, or the way to sign in."""
    if response.status_code in (301, 302):
        target: str = response.headers["Location"]
        return target.startswith(("/sign-in/", "/console/", "/settings/"))
    return response.status_code in REFUSED


@pytest.fixture(scope="module")
def settled(django_db_setup: None, django_db_blocker: Any) -> Iterator[tuple[UUID, UUID]]:
    """Alice and her tip, of all tests of a file: each undoes what it does to them."""
    with ExitStack() as exits:
        exits.enter_context(django_db_blocker.unblock())
        exits.enter_context(transaction.atomic())
        exits.callback(transaction.set_rollback, True)
        policy = exits.enter_context(pytest.MonkeyPatch.context())
        policy.setattr(
            configured, "OO_POLICY", "deadline_first"
        )  # never silent because of the hour
        alice = make_person("alice")
        yield alice.pk, give_tip(alice, "Pay rent").pk


@pytest.fixture
def alice(settled: tuple[UUID, UUID], db: None) -> User:
    return User.objects.get(pk=settled[0])


@pytest.fixture
def keys(alice: User, settled: tuple[UUID, UUID], settings: Any) -> dict[str, dict[str, Any]]:
    """Alice's things, by the namespace of the routes that lead to them."""
    tip = settled[1]
    token = ApiToken.objects.create(
        user=alice, name="t", digest="0" * 64, hint="x", created_at=NOON
    )
    connection = Connection.objects.get(user=alice)
    settings.TODOIST_CLIENT_SECRET = "secret"  # else nobody is heard
    return {
        "tips": {"pk": tip},
        "integrations": {"pk": connection.pk, "source": "sample"},
        "integrations:hear": {"source": "todoist"},
        "accounts": {"pk": token.pk, "key": "tasks"},
        "api": {"pk": tip, "key": "tasks"},
        "api:connection-sync": {"pk": connection.pk},
    }


def path_of(route: Route, keys: dict[str, dict[str, Any]]) -> str:
    space = route.name.partition(":")[0]
    return route.path(**keys.get(route.name, keys.get(space, {})))


def snapshot(alice: User) -> list[Any]:
    """What must not change when others ask."""
    rows = [
        Tip.objects.filter(user=alice),
        Connection.objects.filter(user=alice),
        ApiToken.objects.filter(user=alice),
        Consent.objects.filter(user=alice),
        User.objects.filter(pk=alice.pk),
    ]
    return [list(query.values().order_by("pk")) for query in rows]


def test_the_walk_finds_the_routes_that_are_known_to_be_there() -> None:
    known = {"tips:react", "accounts:delete", "integrations:disconnect", "api:tip-reaction"}
    known |= {"integrations:hear"}
    assert known <= set(NAMES)
    assert len(NAMES) > 60
    assert set(NAMES) >= OPEN | WAYS_IN


@pytest.mark.parametrize("route", ROUTES, ids=NAMES)
def test_a_stranger_gets_nothing(
    route: Route, client: Client, alice: User, keys: dict[str, dict[str, Any]]
) -> None:
    path, before = path_of(route, keys), snapshot(alice)
    get, post = client.get(path), Client().post(path)
    assert get.status_code < 500
    assert post.status_code < 500
    said = f"{route.name} answers a stranger: @login_required is missing, or it is one of"
    assert route.name in OPEN or refuses(get), f"{said} OPEN ({get.status_code})"
    assert route.name in WAYS_IN or refuses(post), f"{said} WAYS_IN ({post.status_code})"
    assert snapshot(alice) == before


@pytest.mark.parametrize("route", ROUTES, ids=NAMES)
def test_somebody_else_cannot_touch_what_is_alices(
    route: Route, alice: User, bob_client: Client, keys: dict[str, dict[str, Any]]
) -> None:
    path, before = path_of(route, keys), snapshot(alice)
    answers = [getattr(bob_client, method)(path) for method in ("get", "post", "delete")]
    assert all(answer.status_code < 500 for answer in answers)
    assert snapshot(alice) == before
    bodies = b"".join(b"" if a.streaming else a.content for a in answers)
    assert b"Pay rent" not in bodies
    assert alice.email.encode() not in bodies
    if "<uuid:pk>" in route.pattern or "<int:pk>" in route.pattern:
        # Whoever is not of the team is sent from the console to its door, where they hear it.
        to_the_door = {302} if route.name.startswith("admin:") else set()
        assert {a.status_code for a in answers} <= {403, 404, 405} | to_the_door


@pytest.mark.parametrize("route", ROUTES, ids=NAMES)
def test_a_forged_form_changes_nothing(
    route: Route, alice: User, keys: dict[str, dict[str, Any]]
) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice, backend="accounts.backend.PersonBackend")
    before = snapshot(alice)
    for method in ("post", "put", "patch", "delete"):
        answer = getattr(client, method)(path_of(route, keys))
        if route.name not in NOT_CSRF:
            assert answer.status_code in (403, 404, 405), (method, answer.status_code)
    assert snapshot(alice) == before


@pytest.mark.parametrize("route", ROUTES, ids=NAMES)
def test_a_method_that_a_route_does_not_know_is_refused(
    route: Route, alice: User, alice_client: Client, keys: dict[str, dict[str, Any]]
) -> None:
    before = snapshot(alice)
    known = {"api:consent": {"DELETE"}, "api:me": {"PATCH"}}.get(route.name, set())
    for method in {"PUT", "PATCH", "DELETE", "TRACE"} - known:
        answer = alice_client.generic(method, path_of(route, keys))
        refused = answer.status_code in (302, 403, 404, 405)
        assert refused, f"{method}: {answer.status_code}. @require_safe or @require_POST is missing"
    assert snapshot(alice) == before


def test_a_receipt_names_nobody(
    client: Client, alice: User, alice_client: Client, keys: dict[str, dict[str, Any]]
) -> None:
    alice_client.post("/settings/delete")
    work_off_departures(at=timezone.now())
    receipt = DeletionReceipt.objects.get()
    answers = [client.get(f"/receipt/{receipt.pk}{end}") for end in ("", "/file")]
    bodies = b"".join(answer.getvalue() for answer in answers)
    assert bodies
    for personal in (alice.email, str(alice.pk), "Pay rent"):
        assert personal.encode() not in bodies


def test_who_was_disabled_is_out_at_once(alice: User, alice_client: Client) -> None:
    assert alice_client.get("/").status_code == 200
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert alice_client.get("/").status_code == 302
