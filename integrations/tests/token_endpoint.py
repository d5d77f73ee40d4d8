"""A token endpoint on loopback: single-use codes with PKCE, refresh tokens that rotate.

A refresh token used again soon gets the same access token and no refresh token; see RFC 6749 and
Todoist's documentation. A failure names itself twice, as there: as OAuth does, and in a tag.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any
from urllib.parse import parse_qsl


def failure(error: str, status: int = 400) -> tuple[int, dict[str, Any]]:
    return status, {"error": error, "error_tag": error.upper(), "http_code": status}


class TokenEndpoint:
    def __init__(self) -> None:
        self.url = ""
        self.challenges: dict[str, str] = {}  # code: challenge
        self.refresh_tokens = {"r1": ""}  # token: the access token it was spent on
        self.asked: list[dict[str, str]] = []
        self.fails: tuple[int, dict[str, Any]] | None = None
        self.before: Callable[[], Any] = lambda: None
        self._lock = Lock()

    def answer(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        self.before()
        with self._lock:
            self.asked.append(form)
            if self.fails:
                return self.fails
            if (form["client_id"], form["client_secret"]) != ("client-1", "client-secret"):
                return failure("invalid_client", 401)
            return (
                self._redeem(form)
                if form["grant_type"] == "authorization_code"
                else self._new(form)
            )

    def _redeem(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        proof = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if self.challenges.pop(form["code"], None) != proof:
            return failure("bad_authorization_code")
        return 200, {"access_token": "a1", "refresh_token": "r1", "expires_in": 3600}

    def _new(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        used = form["refresh_token"]
        if used not in self.refresh_tokens:
            return failure("invalid_grant")
        if self.refresh_tokens[used]:
            return 200, {"access_token": self.refresh_tokens[used]}
        number = len(self.refresh_tokens) + 1
        self.refresh_tokens[used] = f"a{number}"
        self.refresh_tokens[f"r{number}"] = ""
        return 200, {"access_token": f"a{number}", "refresh_token": f"r{number}"}


@contextmanager
def serving(endpoint: TokenEndpoint) -> Iterator[TokenEndpoint]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, told = endpoint.answer(dict(parse_qsl(body.decode())))
            answer = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    endpoint.url = f"http://127.0.0.1:{server.server_port}/oauth/token"
    try:
        yield endpoint
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
