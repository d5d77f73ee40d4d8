"""Apple's Push Notification service: HTTP/2 over TLS alone, with the rules that it is known for.

It checks who signed a token and when, that a new one is not signed every moment, each header and
the size; and keeps what it took for each device, where one collapse id has one place.
"""

from __future__ import annotations

import json
import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from socketserver import BaseRequestHandler, ThreadingTCPServer
from time import time
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import DataReceived, Event, RequestReceived, StreamEnded

from tests.certificate import Certificate
from tests.stand_ins.serving import Serving

TEAM, KEY_ID, TOPIC = "TEAM000001", "KEY0000001", "com.example.oo"
AN_HOUR_S, UPDATES_APART_S = 3_600, 1_200
MOST_BYTES, LONGEST_COLLAPSE_ID = 4_096, 64
PRIORITIES = ("1", "5", "10")


@dataclass(frozen=True, slots=True)
class Answer:
    """status: 0 hangs up without a word."""

    status: int
    reason: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)
    retry_after_s: int | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    told: dict[str, Any]
    headers: Mapping[str, str]
    bytes: int


class ApnsStandIn(Serving["_Server"]):
    """A service on a free port while its block runs; `pem` is the key that its team has there."""

    def __init__(self, certificate: Certificate) -> None:
        context = certificate.server()
        context.set_alpn_protocols(["h2"])
        super().__init__(_Server(context), "https")
        self.pem = self._server.key.private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        ).decode()

    def device(self) -> str:
        """The token of an app that has just been installed."""
        token = os.urandom(32).hex()
        self._server.devices[token] = []
        return token

    def uninstall(self, token: str, *, at_ms: int) -> None:
        self._server.gone[token] = at_ms

    def taken(self, token: str) -> list[Taken]:
        """What waits for the device: of one collapse id the last."""
        return self._server.devices[token]

    def answer(self, *answers: Answer) -> None:
        """Refuse the next requests so, whatever they are."""
        self._server.refusals += answers

    @property
    def asked(self) -> int:
        return self._server.asked

    @property
    def signed(self) -> list[str]:
        """The tokens that somebody showed who may, each once, in their order."""
        return [token for token, _at in self._server.signed]


class _Server(ThreadingTCPServer):
    daemon_threads = True

    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.context = context
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.devices: dict[str, list[Taken]] = {}
        self.gone: dict[str, int] = {}
        self.refusals: list[Answer] = []
        self.signed: list[tuple[str, float]] = []
        self.asked = 0

    def decide(self, headers: Mapping[str, str], body: bytes) -> Answer:
        self.asked += 1
        if self.refusals:
            return self.refusals.pop(0)
        told = headers[":path"].removeprefix("/3/device/")
        return (
            self._stranger(headers.get("authorization", ""))
            or _misread(headers, body)
            or self._unknown(told)
            or self._take(told, headers, body)
        )

    def _stranger(self, authorization: str) -> Answer | None:
        """Why this is nobody who may send."""
        scheme, _space, token = authorization.partition(" ")
        if scheme != "bearer" or not token:
            return Answer(403, "MissingProviderToken")
        try:
            key_id = jwt.get_unverified_header(token).get("kid")
            claims = jwt.decode(
                token, self.key.public_key(), algorithms=["ES256"],
                options={"require": ["iss", "iat"]},
            )  # fmt: skip
        except jwt.PyJWTError:
            return Answer(403, "InvalidProviderToken")
        if (claims["iss"], key_id) != (TEAM, KEY_ID):
            return Answer(403, "InvalidProviderToken")
        if time() - claims["iat"] > AN_HOUR_S:
            return Answer(403, "ExpiredProviderToken")
        return self._too_often(token)

    def _too_often(self, token: str) -> Answer | None:
        if token in (known for known, _at in self.signed):
            return None
        if self.signed and time() - self.signed[-1][1] < UPDATES_APART_S:
            return Answer(429, "TooManyProviderTokenUpdates")
        self.signed.append((token, time()))
        return None

    def _unknown(self, token: str) -> Answer | None:
        if token in self.gone:
            return Answer(410, "Unregistered", {"timestamp": self.gone[token]})
        return None if token in self.devices else Answer(400, "BadDeviceToken")

    def _take(self, token: str, headers: Mapping[str, str], body: bytes) -> Answer:
        waiting, collapse = self.devices[token], headers.get("apns-collapse-id")
        others = [each for each in waiting if each.headers.get("apns-collapse-id") != collapse]
        taken = Taken(json.loads(body), dict(headers), len(body))
        waiting[:] = [*(others if collapse else waiting), taken]
        return Answer(200)


def _misread(headers: Mapping[str, str], body: bytes) -> Answer | None:
    """What is wrong with a request, by Apple's word for it."""
    if headers[":method"] != "POST":
        return Answer(405, "MethodNotAllowed")
    if len(body) > MOST_BYTES:
        return Answer(413, "PayloadTooLarge")
    collapse_id = headers.get("apns-collapse-id", "").encode()
    rules = {
        "MissingTopic": "apns-topic" in headers,
        "DeviceTokenNotForTopic": headers.get("apns-topic") == TOPIC,
        "InvalidPushType": headers.get("apns-push-type") == "alert",
        "BadPriority": headers.get("apns-priority", "10") in PRIORITIES,
        "BadExpirationDate": headers.get("apns-expiration", "0").isdigit(),
        "BadCollapseId": len(collapse_id) <= LONGEST_COLLAPSE_ID,
        "PayloadEmpty": bool(body),
    }
    return next((Answer(400, reason) for reason, kept in rules.items() if not kept), None)


class _Handler(BaseRequestHandler):
    """One connection. Requests come one after the other: a client of oO sends no two at once."""

    server: _Server

    def handle(self) -> None:
        try:
            with self.server.context.wrap_socket(self.request, server_side=True) as tls:
                if tls.selected_alpn_protocol() == "h2":
                    self._speak(tls)
        except OSError:
            pass  # whoever does not trust the certificate leaves

    def _speak(self, tls: ssl.SSLSocket) -> None:
        said = H2Connection(H2Configuration(client_side=False, header_encoding="utf-8"))
        said.initiate_connection()
        tls.sendall(said.data_to_send())
        headers: dict[str, str] = {}
        body = bytearray()
        while data := tls.recv(65_536):
            for event in said.receive_data(data):
                self._hear(said, event, headers, body)
            tls.sendall(said.data_to_send())

    def _hear(
        self, said: H2Connection, event: Event, headers: dict[str, str], body: bytearray
    ) -> None:
        if isinstance(event, RequestReceived):
            headers.clear()
            body.clear()
            headers.update((str(name), str(value)) for name, value in event.headers)
        elif isinstance(event, DataReceived):
            body += event.data
            said.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        elif isinstance(event, StreamEnded):
            self._say(said, event.stream_id, self.server.decide(headers, bytes(body)))

    def _say(self, said: H2Connection, stream: int, answer: Answer) -> None:
        if not answer.status:
            raise ConnectionAbortedError
        headers = [(":status", str(answer.status))]
        if answer.retry_after_s is not None:
            headers.append(("retry-after", str(answer.retry_after_s)))
        said.send_headers(stream, headers, end_stream=not answer.reason)
        if answer.reason:
            told = {"reason": answer.reason, **answer.more}
            said.send_data(stream, json.dumps(told).encode(), end_stream=True)
