"""A device with one passkey, as browsers speak for it: none of its answers needs a browser."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from hashlib import sha256
from secrets import token_bytes
from typing import Any
from urllib.parse import urlsplit

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import bytes_to_base64url

PRESENT, VERIFIED, HAS_KEY = 0x01, 0x04, 0x40


@dataclass
class Authenticator:
    origin: str
    count: int = 0
    flags: int = PRESENT | VERIFIED
    id: bytes = field(default_factory=lambda: token_bytes(32))
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    def add(self, options: dict[str, Any]) -> str:
        """What navigator.credentials.create() gives for them, as JSON."""
        about = self._about(HAS_KEY) + bytes(16) + len(self.id).to_bytes(2, "big")
        told = {"fmt": "none", "attStmt": {}, "authData": about + self.id + self._public()}
        return self._answer("webauthn.create", options, attestationObject=cbor2.dumps(told))

    def show(self, options: dict[str, Any]) -> str:
        """The same of navigator.credentials.get()."""
        self.count += 1
        about, client = self._about(), self._client("webauthn.get", options)
        signature = self.key.sign(about + sha256(client).digest(), ec.ECDSA(SHA256()))
        return self._answer("webauthn.get", options, authenticatorData=about, signature=signature)

    def _about(self, more: int = 0) -> bytes:
        place = (urlsplit(self.origin).hostname or "").encode()
        flags = (self.flags | more).to_bytes(1, "big")
        return sha256(place).digest() + flags + self.count.to_bytes(4, "big")

    def _public(self) -> bytes:
        """COSE, RFC 9053: kty EC2, alg ES256, crv P-256."""
        numbers = self.key.public_key().public_numbers()
        x, y = (n.to_bytes(32, "big") for n in (numbers.x, numbers.y))
        return cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})

    def _client(self, kind: str, options: dict[str, Any]) -> bytes:
        said = {"type": kind, "challenge": options["challenge"], "origin": self.origin}
        return json.dumps(said).encode()

    def _answer(self, kind: str, options: dict[str, Any], **parts: bytes) -> str:
        parts["clientDataJSON"] = self._client(kind, options)
        own = bytes_to_base64url(self.id)
        response = {name: bytes_to_base64url(part) for name, part in parts.items()}
        return json.dumps(
            {"id": own, "rawId": own, "type": "public-key", "response": response,
             "clientExtensionResults": {}}
        )  # fmt: skip
