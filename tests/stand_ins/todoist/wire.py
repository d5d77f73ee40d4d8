"""A request and an answer, as plain values between the HTTP server and the stand-in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl

from tests.stand_ins import sockets
from tests.stand_ins.sockets import Reply

from .errors import ApiFailure, Json, bad_argument


class Request(sockets.Request):
    """With the arguments that Todoist reads from it."""

    @cached_property
    def query(self) -> Mapping[str, str]:
        return dict(parse_qsl(self.raw_query, keep_blank_values=True))

    @cached_property
    def form(self) -> Json:
        """The arguments of the body, JSON or form; a list or nonsense is a bad argument."""
        if not self.body:
            return {}
        if "json" not in self.headers.get("content-type", ""):
            return dict(parse_qsl(self.body.decode(errors="replace"), keep_blank_values=True))
        try:
            parsed = json.loads(self.body)
        except ValueError:
            raise bad_argument("body", "Malformed JSON") from None
        if not isinstance(parsed, dict):
            raise bad_argument("body", "Expected an object")
        return parsed


def json_reply(data: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    text = json.dumps(data, separators=(",", ":"), ensure_ascii=False)
    # Half a surrogate pair leaves as its escape, as JSON has it.
    body = text.encode(errors="backslashreplace")
    return Reply(status, body, {"Content-Type": "application/json", **(headers or {})})


def failure_reply(failure: ApiFailure) -> Reply:
    return json_reply(failure.body(), failure.http_code, failure.headers)


def html_reply(page: str) -> Reply:
    return Reply(200, page.encode(), {"Content-Type": "text/html; charset=utf-8"})


def redirect(address: str) -> Reply:
    return Reply(302, b"", {"Location": address})
