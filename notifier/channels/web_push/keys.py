"""Who we are to a push service: a key and a token that it signs (RFC 8292)."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.utils import timezone

CURVE = ec.SECP256R1()
# A token may be valid for 24 hours at most.
LIFE = timedelta(hours=12)


def decoded(text: str) -> bytes:
    """base64url with or without its padding. Raises ValueError."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def encoded(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def public_bytes(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


@dataclass(frozen=True, slots=True)
class VapidKey:
    private: ec.EllipticCurvePrivateKey
    public: str  # as a browser takes it for applicationServerKey

    @classmethod
    def load(cls, text: str) -> VapidKey:
        """From 32 bytes in base64url. Raises ValueError."""
        return _loaded(text)

    def authorization(self, audience: str, *, subject: str) -> str:
        """The header for one push service. subject: how its makers reach us, https: or mailto:."""
        expires = int((timezone.now() + LIFE).timestamp())
        claims = {"aud": audience, "exp": expires, "sub": subject}
        return f"vapid t={jwt.encode(claims, self.private, algorithm='ES256')}, k={self.public}"


@lru_cache(maxsize=2)
def _loaded(text: str) -> VapidKey:
    raw = decoded(text)
    if len(raw) != 32:
        raise ValueError("a VAPID key has 32 bytes")
    private = ec.derive_private_key(int.from_bytes(raw, "big"), CURVE)
    return VapidKey(private, encoded(public_bytes(private.public_key())))
