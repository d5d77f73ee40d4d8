"""A request and an answer, as plain values between the HTTP server and the stand-in."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from functools import cached_property
from typing import Any
from urllib.parse import parse_qs

from tests.stand_ins import sockets
from tests.stand_ins.sockets import Reply

from .errors import Failure, Json, api_failure

Lists = dict[str, list[str]]


class Request(sockets.Request):
    """With the arguments that Google reads from it."""

    @cached_property
    def lists(self) -> Lists:
        """The query with all values of a name that is repeated."""
        return parse_qs(self.raw_query, keep_blank_values=True)

    @cached_property
    def query(self) -> dict[str, str]:
        return _last(self.lists)

    @cached_property
    def form_lists(self) -> Lists:
        return parse_qs(self.body.decode(errors="replace"), keep_blank_values=True)

    @cached_property
    def form(self) -> dict[str, str]:
        return _last(self.form_lists)

    @cached_property
    def json(self) -> Json:
        try:
            parsed = json.loads(self.body)
        except ValueError:
            raise api_failure(400, "parseError", "Parse Error") from None
        if not isinstance(parsed, dict):
            raise api_failure(400, "parseError", "Parse Error")
        return parsed

    @property
    def bearer(self) -> str:
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return token if scheme.lower() == "bearer" else ""

    def client_credentials(self) -> tuple[str, str]:
        """Id and secret, from HTTP Basic or from the form."""
        scheme, _, encoded = self.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "basic":
            return self.form.get("client_id", ""), self.form.get("client_secret", "")
        try:
            plain = base64.b64decode(encoded).decode(errors="replace")
        except ValueError:
            return "", ""
        client_id, _, secret = plain.partition(":")
        return client_id, secret


def _last(lists: Lists) -> dict[str, str]:
    return {name: values[-1] for name, values in lists.items()}


def json_reply(data: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    # Half a surrogate pair leaves as its escape, as JSON has it.
    body = json.dumps(data, indent=1, ensure_ascii=False).encode(errors="backslashreplace")
    kind = {"Content-Type": "application/json; charset=UTF-8"}
    return Reply(status, body, {**kind, **(headers or {})})


def failure_reply(failure: Failure) -> Reply:
    return json_reply(failure.body, failure.status, failure.headers)


def html_reply(page: str, status: int = 200) -> Reply:
    return Reply(status, page.encode(), {"Content-Type": "text/html; charset=utf-8"})
