"""Who may ask: which token opens which endpoint, and what another site can make a browser send."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as configured
from django.test import Client
from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator

from accounts.api_tokens.tokens import SCOPES, make_token, revoke_token
from accounts.models import ApiToken, User
from integrations.models import Connection
from notifier.devices import Offered, add_device
from tests.factories import give_tip
from tests.security.routes import find_routes

API = "/api/v1"
NEEDS = {
    ("get", "/me"): "account:read",
    ("patch", "/me"): "account:write",
    ("get", "/consents"): "account:read",
    ("post", "/consents"): "account:write",
    ("delete", "/consents/{key}"): "account:write",
    ("get", "/export"): "account:read",
    ("get", "/connections"): "connections:read",
    ("post", "/connections/{id}/sync"): "connections:read",
    ("get", "/devices"): "devices:read",
    ("post", "/devices"): "devices:write",
    ("delete", "/devices/{id}"): "devices:write",
    ("post", "/generate"): "tip:read",
    ("get", "/tip"): "tip:read",
    ("post", "/tip/{id}/shown"): "tip:react",
    ("post", "/tip/{id}/reaction"): "tip:react",
    ("post", "/tip/{id}/undo"): "tip:react",
}
OPERATIONS = [*NEEDS]
WRITING = [(method, path) for method, path in OPERATIONS if method != "get"]
ELSEWHERE = "https://elsewhere.example"


@pytest.fixture
def mine(alice: User) -> dict[str, str]:
    """The keys of what is alice's, by the part of the path before them."""
    tip = give_tip(alice, "Pay rent")
    connection = Connection.objects.get(user=alice)
    device = add_device(alice.pk, Offered("apns", "ab" * 32, "x"), at=timezone.now())
    return {
        "tip": str(tip.pk),
        "connections": str(connection.pk),
        "consents": "tasks",
        "devices": str(device.pk),
    }


def address(path: str, mine: dict[str, str]) -> str:
    key = mine.get(path.split("/")[1], "")
    return API + path.replace("{id}", key).replace("{key}", key)


def bearer(user: User, *scopes: str, lasts: timedelta | None = None) -> dict[str, str]:
    now = timezone.now()
    until = now + lasts if lasts is not None else None
    _row, secret = make_token(user.pk, name="t", scopes=[*scopes], expires_at=until, at=now)
    return {"Authorization": f"Bearer {secret}"}


def ask(client: Client, method: str, url: str, **headers: str) -> Any:
    return client.generic(method.upper(), url, b"{}", "application/json", headers=headers)


def test_the_table_names_every_operation_of_the_api() -> None:
    schema = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    found = {(method, path) for path, ways in schema["paths"].items() for method in ways}
    assert {(method, f"{API}{path}") for method, path in NEEDS} == found
    assert set(NEEDS.values()) == set(SCOPES)


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_only_the_one_scope_opens(
    method: str, path: str, alice: User, mine: dict[str, str], client: Client
) -> None:
    url = address(path, mine)
    for scope in SCOPES:
        answer = ask(client, method, url, **bearer(alice, scope))
        assert (answer.status_code == 403) == (scope != NEEDS[method, path]), scope
        assert answer.status_code < 500
    others = bearer(alice, *(set(SCOPES) - {NEEDS[method, path]}))
    refused = ask(client, method, url, **others)
    assert refused.status_code == 403
    assert refused.json()["errors"][0]["code"] == "permission_denied"


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_a_token_that_is_none_opens_nothing(
    method: str, path: str, alice: User, charlie: User, mine: dict[str, str], client: Client
) -> None:
    revoked = bearer(alice, *SCOPES)
    revoke_token(alice.pk, ApiToken.objects.get().pk, at=timezone.now())
    good = bearer(alice, *SCOPES)["Authorization"]
    refused = [
        revoked["Authorization"],
        bearer(alice, *SCOPES, lasts=timedelta())["Authorization"],
        bearer(charlie, *SCOPES)["Authorization"],
        "Bearer",
        "Bearer oo_",
        "Bearer \x00",
        "Bearer ' OR 1=1 --",
        f"Bearer {'x' * 100_000}",
        f"{good}x",
        good[:-1],
        f"{good} {good}",
        good.replace("Bearer", "Token"),
        good.replace("Bearer ", "Basic "),
        good.upper(),
    ]
    for header in refused:
        answer = ask(client, method, address(path, mine), Authorization=header)
        assert answer.status_code == 401, header[:40]
        assert answer.json()["type"] == "client_error"
        assert answer["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("name", ["token", "access_token", "api_key", "authorization", "bearer"])
def test_a_token_in_the_address_opens_nothing(name: str, alice: User, client: Client) -> None:
    header = bearer(alice, *SCOPES)["Authorization"]
    for value in (header, header.removeprefix("Bearer ")):
        assert client.get(f"{API}/me", {name: value}).status_code == 401
        client.cookies[name] = value
        assert client.get(f"{API}/me").status_code == 401


def test_a_token_of_somebody_who_was_disabled_is_dead_at_once(alice: User, client: Client) -> None:
    headers = bearer(alice, *SCOPES)
    assert ask(client, "get", f"{API}/me", **headers).status_code == 200
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert ask(client, "get", f"{API}/me", **headers).status_code == 401


# ---- what another site can make a browser send ----------------------------------------------


@pytest.fixture
def browser(alice: User) -> Client:
    """Alice's, which checks forms as it does outside of tests, with the page's token in hand."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice, backend="accounts.backend.PersonBackend")
    client.get("/settings/")
    return client


def csrf(browser: Client) -> str:
    return browser.cookies[configured.CSRF_COOKIE_NAME].value


@pytest.mark.parametrize(("method", "path"), WRITING)
def test_a_session_writes_with_the_pages_token_only(
    method: str, path: str, browser: Client, mine: dict[str, str]
) -> None:
    url = address(path, mine)
    assert ask(browser, method, url).status_code == 403
    assert ask(browser, method, url, **{"X-CSRFToken": "y" * 32}).status_code == 403
    assert ask(browser, method, url, **{"X-CSRFToken": csrf(browser)}).status_code != 403


@pytest.mark.parametrize(("method", "path"), WRITING)
def test_a_token_needs_no_page(method: str, path: str, alice: User, mine: dict[str, str]) -> None:
    strict = Client(enforce_csrf_checks=True)
    headers = bearer(alice, *SCOPES) | {"Origin": ELSEWHERE}
    assert ask(strict, method, address(path, mine), **headers).status_code not in (401, 403)


@pytest.mark.parametrize("url", ["/settings/", "/settings/delete", "/sign-out/", "/more"])
def test_a_form_from_another_origin_is_refused_even_with_the_right_token(
    url: str, alice: User, browser: Client
) -> None:
    data = {"csrfmiddlewaretoken": csrf(browser)}
    for origin in (
        ELSEWHERE,
        "null",
        "https://testserver.elsewhere.example",
        "http://testserver:1",
    ):
        answer = browser.post(url, data, secure=True, headers={"Origin": origin})
        assert answer.status_code == 403, origin
    no_origin = browser.post(url, data, secure=True, headers={"Referer": f"{ELSEWHERE}/form"})
    assert no_origin.status_code == 403
    assert User.objects.filter(pk=alice.pk).exists()
    ours = browser.post("/settings/", data, secure=True, headers={"Origin": "https://testserver"})
    assert ours.status_code != 403


@pytest.mark.parametrize("url", ["/demo/", "/accounts/google/login/", "/accounts/apple/login/"])
def test_nobody_is_signed_in_by_another_site(url: str, db: None) -> None:
    client = Client(enforce_csrf_checks=True)
    assert client.post(url).status_code == 403
    assert configured.SESSION_COOKIE_NAME not in client.cookies


def test_no_other_site_may_read_an_answer(alice: User, alice_client: Client) -> None:
    headers = {"Origin": ELSEWHERE, "Access-Control-Request-Method": "PATCH"}
    for path in (f"{API}/me", f"{API}/tip", "/", "/settings/"):
        for method in ("get", "options"):
            answer = getattr(alice_client, method)(path, headers=headers)
            assert not [name for name in answer.headers if name.startswith("Access-Control")]


@pytest.mark.parametrize("host", ["elsewhere.example", "oo.example.elsewhere.example", "a b", "é"])
def test_another_name_for_this_host_is_refused(host: str, settings: Any, db: None) -> None:
    settings.ALLOWED_HOSTS = ["oo.example"]
    assert Client().get("/sign-in/", headers={"Host": "oo.example"}).status_code == 200
    for path in ("/sign-in/", f"{API}/me", "/"):
        assert Client().get(path, headers={"Host": host}).status_code == 400


def test_what_changes_nothing_is_all_that_a_link_can_do(
    alice: User, alice_client: Client, mine: dict[str, str]
) -> None:
    """A GET, which any site can have a browser send along with the cookie, writes no answer."""
    for route in find_routes():
        alice_client.get(route.path(pk=mine["tip"], key="tasks", source="sample"))
    alice.refresh_from_db()
    assert alice.is_active
    assert ask(alice_client, "get", f"{API}/tip").json()["tip"]["reaction"] == ""
    assert ApiToken.objects.count() == 0
    assert Connection.objects.count() == 1
