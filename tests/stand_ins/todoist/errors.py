"""Errors in the one shape that Todoist uses everywhere."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

Json = dict[str, Any]


class ApiFailure(Exception):
    """Ends a request, or one command of a sync, with Todoist's error object."""

    def __init__(
        self,
        http_code: int,
        code: int,
        tag: str,
        message: str,
        *,
        extra: Json | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.http_code = http_code
        self.code = code
        self.tag = tag
        self.message = message
        self.extra = extra or {}
        self.headers = headers or {}

    def body(self) -> Json:
        return {
            "error": self.message,
            "error_code": self.code,
            "error_extra": {"event_id": uuid4().hex, **self.extra},
            "error_tag": self.tag,
            "http_code": self.http_code,
        }


def bad_argument(argument: str, why: str) -> ApiFailure:
    extra = {"argument": argument, "explanation": why}
    return ApiFailure(400, 20, "INVALID_ARGUMENT_VALUE", "Invalid argument value", extra=extra)


def bad_temp_id(value: str) -> ApiFailure:
    extra = {"argument": value}
    return ApiFailure(400, 15, "INVALID_TEMPID", "Invalid temporary id", extra=extra)


def old_id() -> ApiFailure:
    message = "The ID provided was deprecated and cannot be used with this version of the API"
    return ApiFailure(400, 557, "V1_ID_CANNOT_BE_USED", message)


def not_found(kind: str = "Resource") -> ApiFailure:
    return ApiFailure(404, 478, "NOT_FOUND", f"{kind} not found")


def forbidden() -> ApiFailure:
    extra = {"access_type": "access_token"}
    tag = "AUTH_INSUFFICIENT_TOKEN_SCOPE"
    return ApiFailure(403, 403, tag, "Insufficient Token scope", extra=extra)


def unauthorized(site: str) -> ApiFailure:
    challenge = (
        'Bearer realm="todoist", error="invalid_token", '
        f'resource_metadata="{site}/.well-known/oauth-protected-resource"'
    )
    return ApiFailure(
        401,
        477,
        "UNAUTHORIZED",
        "Unauthorized",
        extra={"retry_after": 3},
        headers={"WWW-Authenticate": challenge},
    )


def too_many(retry_after_s: int) -> ApiFailure:
    return ApiFailure(
        429,
        35,
        "LIMITS_REACHED",
        "Too many requests. Limits reached. Try again later",
        extra={"retry_after": retry_after_s},
        headers={"Retry-After": str(retry_after_s)},
    )


def oauth_failure(error: str, http_code: int = 400) -> ApiFailure:
    """The token endpoint's errors: `error` is the OAuth code itself."""
    return ApiFailure(http_code, http_code, error.upper(), error)
