"""Requests and answers, apart from the server that carries them."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

LOOPBACK_HOSTS = frozenset({"127.0.0.1", "::1", "localhost", "testserver"})


@dataclass(frozen=True, slots=True)
class Request:
    """``headers`` has lower-case names. Of a repeated parameter the last one counts."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def params(self) -> dict[str, str]:
        return {**self.query, **self.form}

    @property
    def bearer(self) -> str:
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return token if scheme.lower() == "bearer" else ""

    def client_credentials(self) -> tuple[str, str]:
        """Id and secret, from HTTP Basic or from the form."""
        scheme, _, encoded = self.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "basic":
            return self.form.get("client_id", ""), self.form.get("client_secret", "")
        client_id, _, secret = base64.b64decode(encoded).decode().partition(":")
        return client_id, secret


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes = b""
    content_type: str = "text/html; charset=utf-8"
    location: str = ""


def as_json(data: Any, status: int = 200) -> Answer:
    return Answer(status, json.dumps(data).encode(), "application/json; charset=utf-8")


def as_error(error: str, description: str = "", status: int = 400) -> Answer:
    described = {"error_description": description} if description else {}
    return as_json({"error": error, **described}, status)


def as_redirect(address: str, params: Mapping[str, str]) -> Answer:
    """To ``address`` with the params that are not empty."""
    given = urlencode({name: value for name, value in params.items() if value})
    joint = "&" if urlsplit(address).query else "?"
    return Answer(302, location=f"{address}{joint}{given}")


def is_local(address: str) -> bool:
    """Whether the stand-in may send somebody there: it must never become an open redirect."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    known = host in LOOPBACK_HOSTS or host.endswith((".localhost", ".test"))
    return parts.scheme in {"http", "https"} and known


def half_hash(value: str) -> str:
    """at_hash and c_hash of OpenID Connect Core 3.3.2.11, for RS256."""
    return b64url(hashlib.sha256(value.encode("ascii")).digest()[:16])


def b64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
