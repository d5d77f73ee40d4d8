from __future__ import annotations

import json
import logging
import sys
from typing import Any

import httpx
import pytest
from django.test import RequestFactory

from oo.lib.http import Api
from oo.lib.tracing import JsonFormatter, continued, traceparent, within

TRACE = f"00-{'a' * 32}-{'b' * 16}-01"
SECRET = "what alice wrote"

WRONG = [
    "",
    "00",
    TRACE.upper(),
    TRACE + "\n",
    " " + TRACE,
    TRACE + "-00",
    TRACE.replace("00-", "ff-", 1),
    TRACE.replace("00-", "01-", 1),
    TRACE.replace("a", "0"),
    TRACE.replace("b", "0"),
    TRACE.replace("a", "g"),
    TRACE.replace("a", "٣"),
    TRACE.replace("-", "_"),
]


def test_a_step_keeps_the_trace_and_its_flags_and_is_another_step() -> None:
    step = continued(TRACE)
    assert (step[:36], step[52:]) == (TRACE[:36], TRACE[52:])
    assert step != TRACE
    assert continued(step)[:36] == TRACE[:36]


@pytest.mark.parametrize("header", WRONG)
def test_what_is_no_valid_traceparent_begins_a_new_trace(header: str) -> None:
    first, second = continued(header), continued(header)
    assert first[:36] != second[:36]
    assert "a" * 32 not in first
    assert continued(first)[:36] == first[:36]  # it is valid itself


def test_what_was_around_is_there_again_afterwards() -> None:
    with within(TRACE):
        with pytest.raises(RuntimeError), within(continued("")):
            raise RuntimeError
        assert traceparent() == TRACE
    assert traceparent() != TRACE


def test_nobody_outside_is_told_the_trace() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={})

    seen: list[httpx.Request] = []
    client = Api("todoist", "https://t.test/", transport=httpx.MockTransport(answer))
    with within(TRACE), client:
        client.get("tasks")

    assert "traceparent" not in seen[0].headers
    assert "a" * 32 not in str(seen[0].headers)


def line_of(message: str, *args: Any, name: str = "tips", **fields: Any) -> dict[str, Any]:
    """What the formatter makes of it, read back. `exc_info` as in a logger's call."""
    exc_info = sys.exc_info() if fields.pop("exc_info", False) else None
    logger = logging.getLogger(name)
    record = logger.makeRecord(name, 30, "f.py", 1, message, args, exc_info, extra=fields)
    found: dict[str, Any] = json.loads(JsonFormatter().format(record))
    del found["at"]
    return found


def test_a_line_says_which_trace_it_belongs_to() -> None:
    assert line_of("x") == {"level": "WARNING", "logger": "tips", "message": "x"}
    with within(TRACE):
        assert line_of("x").items() >= {"trace": "a" * 32, "span": "b" * 16}.items()


def test_words_numbers_and_flags_of_extra_are_in_it_and_nothing_else() -> None:
    simple: dict[str, Any] = {"route": "tips/", "ms": 1.5, "is_new": True, "why": None}
    line = line_of("x", **simple, row={"title": SECRET}, rows=[SECRET], person=RuntimeError(SECRET))
    assert line == {"level": "WARNING", "logger": "tips", "message": "x", **simple}


def test_extra_takes_no_place_of_what_a_line_has_already() -> None:
    with within(TRACE):
        line = line_of("x", level="DEBUG", trace="mine")
    assert (line["level"], line["trace"]) == ("WARNING", "a" * 32)


def test_an_exception_is_its_type_and_its_frames_wherever_it_stands() -> None:
    try:
        int(SECRET)
    except ValueError as error:
        line = line_of("Error calling %s in on_commit() (%s).", "tell", error, exc_info=True)
    assert line["message"] == "Error calling tell in on_commit() (ValueError)."
    assert line["exception"] == "ValueError"
    assert "test_tracing.py" in line["frames"]
    assert SECRET not in json.dumps(line)


def test_a_failed_task_is_told_without_what_it_said_and_was_given() -> None:
    told = {"name": "tips.tasks.polish", "description": "raised unexpected", "id": "1"}
    told |= {"exc": SECRET, "traceback": SECRET, "args": SECRET, "kwargs": SECRET}
    line = line_of(
        "Task %(name)s[%(id)s] %(description)s: %(exc)s\n%(traceback)s",
        told,
        name="celery.app.trace",
        data=told,
    )
    assert line["message"] == "tips.tasks.polish raised unexpected"
    assert SECRET not in json.dumps(line)


@pytest.mark.parametrize(("status", "words"), [(500, "Internal Server Error"), (599, "request")])
def test_what_django_says_of_a_request_is_told_without_its_address(status: int, words: str) -> None:
    request = RequestFactory().get("/t/secret-of-a-tip")
    line = line_of("%s: %s", "Oh", request.path, request=request, status_code=status)
    assert line["message"] == words
    assert "secret-of-a-tip" not in json.dumps(line)
