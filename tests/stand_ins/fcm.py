"""Firebase Cloud Messaging, HTTP v1, and the place where Google gives access tokens for it.

It checks who signed the grant, for whom and for how long; what a message is made of, and its size.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import time
from typing import Any
from urllib.parse import parse_qs

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.stand_ins.serving import Serving

PROJECT, EMAIL, KEY_ID = "oo-test", "oo@oo-test.iam.gserviceaccount.com", "0123456789abcdef"
SCOPE = "https://www.googleapis.com/auth/firebase.messaging"
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
TOKEN_PATH, SEND_PATH = "/token", f"/v1/projects/{PROJECT}/messages:send"
AN_HOUR_S = 3_600
MOST_BYTES = 4_096
TYPE = "type.googleapis.com/google."
KNOWN = {"token", "fid", "notification", "data", "android"}


@dataclass(frozen=True, slots=True)
class Answer:
    """A refusal. status_word is Google's, code Firebase's; `fields` are what it is about. status 0
    hangs up without a word."""

    status: int
    status_word: str = ""
    code: str = ""
    message: str = "refused"
    fields: tuple[str, ...] = ()
    retry_after_s: int | None = None

    def body(self) -> dict[str, Any]:
        details: list[dict[str, Any]] = []
        if self.code:
            details.append({"@type": f"{TYPE}firebase.fcm.v1.FcmError", "errorCode": self.code})
        if self.fields:
            violations = [{"field": name, "description": "bad"} for name in self.fields]
            details.append({"@type": f"{TYPE}rpc.BadRequest", "fieldViolations": violations})
        told = {"code": self.status, "message": self.message, "status": self.status_word}
        return {"error": {**told, "details": details}}


NOT_REGISTERED = Answer(404, "NOT_FOUND", "UNREGISTERED", "Requested entity was not found.")
WHO = Answer(401, "UNAUTHENTICATED", message="Request had invalid authentication credentials.")


def invalid(*fields: str) -> Answer:
    return Answer(400, "INVALID_ARGUMENT", "INVALID_ARGUMENT", "Invalid value", fields)


@cache
def private_key() -> rsa.RSAPrivateKey:
    """One for all stand-ins: such a key takes long to make."""
    return rsa.generate_private_key(65_537, 2_048)


@dataclass(slots=True)
class Told:
    """What the two places have in common."""

    url: str = ""
    devices: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    ends_at: dict[str, float] = field(default_factory=dict)  # of access tokens
    refusals: list[Answer] = field(default_factory=list)
    token_refusals: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    asked: int = 0


class FcmStandIn(Serving["_Server"]):
    """Both places on a free port while its block runs."""

    def __init__(self) -> None:
        super().__init__(_Server())
        self._told = self._server.told
        self._told.url = self.url

    def service_account(self) -> str:
        """The file that Google's console gives."""
        pem = private_key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        told = {
            "type": "service_account",
            "project_id": PROJECT,
            "private_key_id": KEY_ID,
            "private_key": pem.decode(),
            "client_email": EMAIL,
            "token_uri": f"{self.url}{TOKEN_PATH}",
        }
        return json.dumps(told)

    def device(self) -> str:
        """The registration token of an app that has just been installed."""
        return self._added(f"{secrets.token_urlsafe(16)}:APA91b{secrets.token_urlsafe(80)}")

    def installation(self) -> str:
        """A Firebase installation id."""
        return self._added(secrets.token_urlsafe(16))

    def _added(self, address: str) -> str:
        self._told.devices[address] = []
        return address

    def uninstall(self, address: str) -> None:
        del self._told.devices[address]

    def taken(self, address: str) -> list[dict[str, Any]]:
        return self._told.devices[address]

    def answer(self, *answers: Answer) -> None:
        """Refuse the next messages so, whatever they are."""
        self._told.refusals += answers

    def answer_grant(self, status: int, body: dict[str, Any]) -> None:
        self._told.token_refusals.append((status, body))

    def revoke(self) -> None:
        """No access token that was given is good any more."""
        self._told.ends_at = dict.fromkeys(self._told.ends_at, 0.0)

    @property
    def given(self) -> int:
        """How many access tokens."""
        return len(self._told.ends_at)

    @property
    def asked(self) -> int:
        """How many messages there were, taken or not."""
        return self._told.asked


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.told = Told()


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == TOKEN_PATH:
            self._say(*_grant(self.server.told, body.decode()))
        elif self.path == SEND_PATH:
            self._take(body)
        else:
            self._say(404, Answer(404, "NOT_FOUND").body())

    def _take(self, body: bytes) -> None:
        told = self.server.told
        told.asked += 1
        refused = told.refusals.pop(0) if told.refusals else None
        refused = refused or self._stranger() or _kept(told, json.loads(body))
        if refused and not refused.status:
            self.close_connection = True
        elif refused:
            self._say(refused.status, refused.body(), refused.retry_after_s)
        else:
            self._say(200, {"name": f"projects/{PROJECT}/messages/{told.asked}"})

    def _stranger(self) -> Answer | None:
        scheme, _space, token = self.headers.get("Authorization", "").partition(" ")
        is_good = scheme == "Bearer" and self.server.told.ends_at.get(token, 0.0) > time()
        return None if is_good else WHO

    def _say(self, status: int, body: dict[str, Any], retry_after_s: int | None = None) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        if retry_after_s is not None:
            self.send_header("Retry-After", str(retry_after_s))
        self.send_header("Content-Type", "application/json; charset=UTF-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_said: object) -> None:
        pass


def _grant(told: Told, form: str) -> tuple[int, dict[str, Any]]:
    if told.token_refusals:
        return told.token_refusals.pop(0)
    given = {name: values[0] for name, values in parse_qs(form).items()}
    try:
        claims = jwt.decode(
            given.get("assertion", ""), private_key().public_key(), algorithms=["RS256"],
            audience=f"{told.url}{TOKEN_PATH}", issuer=EMAIL, options={"require": ["iat", "exp"]},
        )  # fmt: skip
    except jwt.PyJWTError:
        return 400, {"error": "invalid_grant", "error_description": "Invalid JWT Signature."}
    if given.get("grant_type") != GRANT or claims["exp"] - claims["iat"] > AN_HOUR_S:
        return 400, {"error": "invalid_grant"}
    if claims.get("scope") != SCOPE:
        return 400, {"error": "invalid_scope"}
    token = f"ya29.{secrets.token_urlsafe(32)}"
    told.ends_at[token] = time() + AN_HOUR_S
    return 200, {"access_token": token, "expires_in": AN_HOUR_S, "token_type": "Bearer"}


def _kept(told: Told, request: Mapping[str, Any]) -> Answer | None:
    """Why a message is not taken; None when it was."""
    message: dict[str, Any] = request.get("message", {})
    addresses = [message[name] for name in ("token", "fid") if name in message]
    if wrong := _misread(message):
        return invalid(wrong)
    if len(addresses) != 1:
        return invalid("message")
    if addresses[0] not in told.devices:
        return NOT_REGISTERED
    told.devices[addresses[0]].append(message)
    return None


def _misread(message: Mapping[str, Any]) -> str:
    """The first field that is not what it has to be."""
    data, android = message.get("data", {}), message.get("android", {})
    carried = {name: message.get(name) for name in ("notification", "data")}
    size = len(json.dumps(carried, ensure_ascii=False, separators=(",", ":")).encode())
    rules = {
        "message": set(message) <= KNOWN and size <= MOST_BYTES,
        "message.data": all(isinstance(value, str) for value in data.values()),
        "message.android.priority": android.get("priority", "NORMAL") in ("NORMAL", "HIGH"),
        "message.android.ttl": re.fullmatch(r"\d+s", android.get("ttl", "0s")) is not None,
    }
    return next((name for name, kept in rules.items() if not kept), "")
