"""A push service as a browser's maker runs it: RFC 8030, 8291 and 8292, over HTTP.

It checks who sends, keeps what it took in a queue for each browser, replaces what has the same
topic, and opens it with the browser's own key, which a real service does not have.
"""

from __future__ import annotations

import json
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import time
from typing import Any

import http_ece
import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.stand_ins.serving import Serving

CURVE = ec.SECP256R1()
MOST_BYTES = 4_096
URGENCIES = ("very-low", "low", "normal", "high")
A_DAY_S = 24 * 60 * 60


def encoded(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass(frozen=True, slots=True)
class Pushed:
    told: dict[str, Any]
    topic: str
    ttl_s: int
    urgency: str


@dataclass(slots=True)
class BrowserStandIn:
    """One browser, that has let one server with the key `wants` reach it."""

    endpoint: str
    wants: str
    private: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(CURVE)
    )
    secret: bytes = field(default_factory=lambda: os.urandom(16))
    queue: list[Pushed] = field(default_factory=list)
    taken: list[Pushed] = field(default_factory=list)  # all of it, whatever was replaced

    def subscription(self) -> str:
        """As JSON.stringify writes a PushSubscription."""
        point = self.private.public_key().public_bytes(
            Encoding.X962, PublicFormat.UncompressedPoint
        )
        keys = {"p256dh": encoded(point), "auth": encoded(self.secret)}
        told = {"endpoint": self.endpoint, "expirationTime": None, "keys": keys}
        return json.dumps(told)

    def open(self, body: bytes) -> dict[str, Any]:
        text = http_ece.decrypt(
            body, private_key=self.private, auth_secret=self.secret, version="aes128gcm"
        )
        told: dict[str, Any] = json.loads(text)
        return told


class PushStandIn(Serving["_Server"]):
    """A service on a free port while its block runs."""

    def __init__(self) -> None:
        super().__init__(_Server())

    def browser(self, wants: str) -> BrowserStandIn:
        name = f"/push/{len(self._server.browsers)}-{encoded(os.urandom(12))}"
        made = BrowserStandIn(f"{self.url}{name}", wants)
        self._server.browsers[name] = made
        return made

    def answer(self, *statuses: int, retry_after_s: int | None = None) -> None:
        """Refuse the next requests so, whatever they are; 0 hangs up without a word."""
        self._server.refusals += [(status, retry_after_s) for status in statuses]

    def forget(self, browser: BrowserStandIn) -> None:
        """Its person has switched notifications off in the browser."""
        del self._server.browsers[browser.endpoint.removeprefix(self.url)]

    @property
    def asked(self) -> int:
        return self._server.asked


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.browsers: dict[str, BrowserStandIn] = {}
        self.refusals: list[tuple[int, int | None]] = []
        self.asked = 0


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        self.server.asked += 1
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.server.refusals:
            status, retry_after_s = self.server.refusals.pop(0)
            return self._say(status, retry_after_s) if status else None
        browser = self.server.browsers.get(self.path)
        return self._say(410 if browser is None else self._take(browser, body))

    def _take(self, browser: BrowserStandIn, body: bytes) -> int:
        """The status."""
        ttl, urgency = self.headers.get("TTL", ""), self.headers.get("Urgency", "normal")
        topic = self.headers.get("Topic", "")
        if not ttl.isdigit() or urgency not in URGENCIES or len(topic) > 32:
            return 400
        if self.headers.get("Content-Encoding") != "aes128gcm":
            return 400
        if len(body) > MOST_BYTES:
            return 413
        if not self._is_known(browser):
            return 403
        pushed = Pushed(browser.open(body), topic, int(ttl), urgency)
        browser.taken.append(pushed)
        # What has not been delivered yet gives way to what has the same topic.
        browser.queue[:] = [p for p in browser.queue if not topic or p.topic != topic] + [pushed]
        return 201

    def _is_known(self, browser: BrowserStandIn) -> bool:
        scheme, _space, rest = self.headers.get("Authorization", "").partition(" ")
        told = dict(part.strip().split("=", 1) for part in rest.split(",") if "=" in part)
        if scheme != "vapid" or told.get("k") != browser.wants:
            return False
        key = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, decoded(told["k"]))
        audience = f"http://{self.headers['Host']}"
        try:
            claims = jwt.decode(told["t"], key, algorithms=["ES256"], audience=audience)
        except jwt.PyJWTError:
            return False
        in_time = bool(claims["exp"] - time() <= A_DAY_S)
        return in_time and str(claims["sub"]).startswith(("https:", "http:", "mailto:"))

    def _say(self, status: int, retry_after_s: int | None = None) -> None:
        self.send_response(status)
        if retry_after_s is not None:
            self.send_header("Retry-After", str(retry_after_s))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_said: object) -> None:
        pass
