"""A thin client of the stand-in for its own tests: words for what they ask over and over."""

from __future__ import annotations

import json
import ssl
from typing import Any
from uuid import uuid4

import httpx

from .todoist import TodoistStandIn

# Plain HTTP needs no certificates, and reading them takes longer than most tests.
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class Client:
    """Speaks with the personal token unless another is given."""

    def __init__(self, todoist: TodoistStandIn, token: str | None = None) -> None:
        bearer = token or todoist.alice.personal_token
        headers = {"Authorization": f"Bearer {bearer}"}
        self.http = httpx.Client(base_url=todoist.url, headers=headers, timeout=5, verify=NO_TLS)

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def get(self, path: str, **query: str) -> httpx.Response:
        return self.http.get(f"/api/v1{path}", params=query)

    def post_sync(self, **form: Any) -> httpx.Response:
        plain = {k: v if isinstance(v, str) else json.dumps(v) for k, v in form.items()}
        return self.http.post("/api/v1/sync", data=plain)

    def sync(self, token: str = "*", kinds: tuple[str, ...] = ("items",)) -> dict[str, Any]:
        response = self.post_sync(sync_token=token, resource_types=kinds)
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.json()
        return answer

    def run(self, *commands: dict[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = self.post_sync(commands=commands).json()
        return answer


def command(kind: str, uuid: str = "", temp_id: str = "", **args: Any) -> dict[str, Any]:
    written = {"type": kind, "uuid": uuid or str(uuid4()), "args": args}
    return written | ({"temp_id": temp_id} if temp_id else {})


def contents(answer: dict[str, Any]) -> list[str]:
    return [item["content"] for item in answer["items"]]
