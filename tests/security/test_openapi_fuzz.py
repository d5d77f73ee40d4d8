"""Whatever a client sends to the API, the answer is one that the schema promises, and never a 500.

schemathesis makes the requests from the schema: what it allows, what it forbids, and the edges.
They are the same in every run.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import schemathesis
from django.conf import settings
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from django.test import Client
from rest_framework.throttling import UserRateThrottle
from schemathesis.config import SchemathesisConfig
from schemathesis.generation.feedback import FeedbackSources
from schemathesis.pytest._test_builder import build_operation_test
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from accounts.api_tokens.tokens import SCOPES, make_token
from accounts.models import User
from integrations.models import Connection
from notifier.devices import Offered, add_device
from oo.wsgi import application
from tests.clock import NOON
from tests.factories import give_tip

pytestmark = pytest.mark.postgres  # takes a while, and does not depend on the database

# Requests for each operation and caller, besides the systematic ones.
EXAMPLES = 30
EFFORT = {
    "seed": 7,
    "generation": {
        "deterministic": True,
        "max-examples": EXAMPLES,
        "no-shrink": True,
        "database": "none",
        # Who asks is up to the caller below.
        "with-security-parameters": False,
    },
}
CHECKS = [
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, and the keys of what is theirs."""

    headers: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)


@pytest.fixture(autouse=True)
def _connection_stays() -> Iterator[None]:
    """A request ends by closing old connections; this one holds the test's transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def keys(alice: User) -> dict[str, str]:
    """Something real for the routes that want a key, by what follows it in the path."""
    tip = give_tip(alice, "Pay rent")
    connection = Connection.objects.get(user=alice)
    device = add_device(alice.pk, Offered("apns", "ab" * 32, "x"), at=NOON)
    tip_pk = str(tip.pk)
    return {
        "shown": tip_pk,
        "reaction": tip_pk,
        "undo": tip_pk,
        "sync": str(connection.pk),
        "{id}": str(device.pk),  # DELETE /devices/{id}: nothing follows it
    }


@pytest.fixture(params=["nobody", "token", "session"])
def caller(request: Any, alice: User, keys: dict[str, str]) -> Caller:
    if request.param == "nobody":
        return Caller(keys=keys)
    if request.param == "token":
        _row, secret = make_token(alice.pk, name="t", scopes=[*SCOPES], expires_at=None, at=NOON)
        return Caller({"Authorization": f"Bearer {secret}"}, keys=keys)
    browser = Client()
    browser.force_login(alice, backend="accounts.backend.PersonBackend")
    session, csrf = browser.cookies[settings.SESSION_COOKIE_NAME].value, "x" * 32
    cookies = {settings.SESSION_COOKIE_NAME: session, settings.CSRF_COOKIE_NAME: csrf}
    return Caller({"X-CSRFToken": csrf}, cookies, keys)


def load() -> Any:
    return schemathesis.openapi.from_wsgi(
        "/api/v1/schema", application, config=SchemathesisConfig.from_dict(EFFORT)
    )


SCHEMA = load()
OPERATIONS = [found.ok() for found in SCHEMA.get_all_operations()]


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda found: found.label)
def test_every_answer_is_one_that_the_schema_promises(
    operation: Any, caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(UserRateThrottle, "rate", "1000000/min", raising=False)

    def ask(case: Any) -> None:
        if "id" in case.path_parameters:
            case.path_parameters["id"] = caller.keys[case.path.rpartition("/")[2]]
        with transaction.atomic():
            response = case.call(headers=caller.headers, cookies=caller.cookies)
            transaction.set_rollback(True)  # every request finds the same rows
        case.validate_response(response, checks=CHECKS)

    build_operation_test(
        config=SCHEMA.config,
        operation=operation,
        test_func=ask,
        explicit_settings=None,
        given_kwargs={},
        feedback=FeedbackSources(),
    )()


def test_the_schema_has_operations_of_every_app() -> None:
    assert {"GET /api/v1/me", "GET /api/v1/connections", "GET /api/v1/tip"} <= {
        operation.label for operation in OPERATIONS
    }
