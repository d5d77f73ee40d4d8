from __future__ import annotations

import logging
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from accounts.models import User
from events.models import EventRecord
from oo.lib.tracing import JsonFormatter, traceparent
from oo.observe.requests import RequestMiddleware
from tests.factories import give_tip

TRACE = f"00-{'a' * 32}-{'b' * 16}-01"
LOGGER = "oo.observe.requests"


def told(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    names = ("method", "route", "status", "ms", "queries")
    ours = [vars(record) for record in caplog.records if record.name == LOGGER]
    return [{name: fields[name] for name in names} for fields in ours]


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO, LOGGER)
    return caplog


def trace_within(**headers: str) -> str:
    """In which trace a view would work, for a request with these."""
    seen: list[str] = []

    def view(_request: HttpRequest) -> HttpResponse:
        seen.append(traceparent())
        return HttpResponse()

    answer = RequestMiddleware(view)(RequestFactory().get("/", headers=headers))
    assert not {name for name in map(str.lower, answer.headers) if "trace" in name}
    return seen[0]


def test_a_request_goes_on_with_the_trace_that_it_names_and_tells_it_to_nobody() -> None:
    assert trace_within(traceparent=TRACE)[:36] == TRACE[:36]
    assert trace_within(traceparent=TRACE) != TRACE


def test_each_request_without_a_valid_one_is_a_trace_of_its_own() -> None:
    assert trace_within()[:36] != trace_within()[:36]
    assert trace_within(traceparent=f"{TRACE},{TRACE}")[3:35] != "a" * 32


def test_what_a_request_causes_is_of_its_trace(alice: User, alice_client: Client) -> None:
    tip = give_tip(alice)
    alice_client.post(f"/tip/{tip.pk}/shown", headers={"traceparent": TRACE})
    served = EventRecord.objects.get(subject="signals.tip.served")
    assert str(served.trace)[:36] == TRACE[:36]


def test_a_request_says_one_line_with_its_route_and_not_its_address(
    alice: User, alice_client: Client, lines: pytest.LogCaptureFixture
) -> None:
    tip = give_tip(alice)
    lines.clear()
    alice_client.get(f"/tip/{tip.pk}/why")
    (line,) = told(lines)
    assert (line["method"], line["status"]) == ("GET", 200)
    assert line["route"] == "/tip/<uuid:pk>/why"
    assert line["queries"] > 1
    assert 0 < line["ms"] < 60_000
    assert str(tip.pk) not in str(line)


def test_an_address_that_leads_nowhere_and_a_word_that_is_no_method_are_not_repeated(
    db: None, client: Client, lines: pytest.LogCaptureFixture
) -> None:
    client.get("/a-secret-in-an-address")
    client.generic("SECRET", "/")
    nowhere, odd = told(lines)
    assert (nowhere["status"], nowhere["route"]) == (404, "")
    assert odd["method"] == "OTHER"


@pytest.mark.urls("oo.observe.tests.failing")
def test_a_view_that_fails_is_told_too(client: Client, lines: pytest.LogCaptureFixture) -> None:
    client.raise_request_exception = False
    client.get("/fails/a-secret")
    (line,) = told(lines)
    assert (line["status"], line["route"]) == (500, "/fails/<str:word>")
    # What the view says itself is its own affair.
    others = [record for record in lines.records if record.name != "tips"]
    assert len(others) > 1
    assert all("a-secret" not in JsonFormatter().format(record) for record in others)


def test_probes_and_what_nobody_wants_to_read_say_nothing(
    client: Client, lines: pytest.LogCaptureFixture, caplog: pytest.LogCaptureFixture
) -> None:
    client.get("/healthz")
    assert told(lines) == []
    caplog.set_level(logging.WARNING, LOGGER)
    client.get("/sign-in/")
    assert told(lines) == []
