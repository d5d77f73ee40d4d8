"""Errors in the two shapes that Google uses: the API's envelope, and OAuth's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Json = dict[str, Any]
REALM = 'Bearer realm="https://accounts.google.com/"'


class Failure(Exception):
    """Ends a request with a status and a JSON body."""

    def __init__(self, status: int, body: Json, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status, body)
        self.status = status
        self.body = body
        self.headers = headers or {}


def api_failure(
    status: int,
    reason: str,
    message: str,
    *,
    domain: str = "global",
    parameter: str = "",
    headers: Mapping[str, str] | None = None,
) -> Failure:
    one: Json = {"domain": domain, "reason": reason, "message": message}
    if parameter:
        one |= {"locationType": "parameter", "location": parameter}
    error = {"code": status, "message": message, "errors": [one]}
    return Failure(status, {"error": error}, headers)


def invalid(parameter: str, message: str = "Invalid Value") -> Failure:
    return api_failure(400, "invalid", message, parameter=parameter)


def not_found(message: str = "Not Found") -> Failure:
    return api_failure(404, "notFound", message)


def unauthorized() -> Failure:
    failure = api_failure(
        401,
        "authError",
        "Invalid Credentials",
        headers={"WWW-Authenticate": f'{REALM}, error="invalid_token"'},
    )
    location = {"locationType": "header", "location": "Authorization"}
    failure.body["error"]["errors"][0] |= location
    return failure


def insufficient(scopes: frozenset[str]) -> Failure:
    challenge = f'{REALM}, error="insufficient_scope", scope="{" ".join(sorted(scopes))}"'
    return api_failure(
        403,
        "insufficientPermissions",
        "Request had insufficient authentication scopes.",
        headers={"WWW-Authenticate": challenge},
    )


def full_sync_required() -> Failure:
    return api_failure(
        410,
        "fullSyncRequired",
        "Sync token is no longer valid, a full sync is required.",
        domain="calendar",
        parameter="syncToken",
    )


def oauth_failure(error: str, description: str, status: int = 400) -> Failure:
    return Failure(status, {"error": error, "error_description": description})
