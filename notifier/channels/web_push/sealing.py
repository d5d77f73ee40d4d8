"""What only one browser can read (RFC 8291): not its maker's service, which carries it."""

from __future__ import annotations

import os
from dataclasses import dataclass

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec

from notifier.channels.web_push.keys import CURVE, decoded

SALT_BYTES, AUTH_BYTES = 16, 16
RECORD = 4_096  # bytes; what services take, in one record


@dataclass(frozen=True, slots=True)
class Recipient:
    public: bytes  # an uncompressed point of the curve
    secret: bytes

    @classmethod
    def load(cls, public: str, secret: str) -> Recipient:
        """From a PushSubscription's p256dh and auth. Raises ValueError."""
        recipient = cls(decoded(public), decoded(secret))
        ec.EllipticCurvePublicKey.from_encoded_point(CURVE, recipient.public)
        if len(recipient.secret) != AUTH_BYTES:
            raise ValueError("the secret of a subscription has 16 bytes")
        return recipient


def seal(text: bytes, to: Recipient) -> bytes:
    sealed: bytes = http_ece.encrypt(
        text,
        salt=os.urandom(SALT_BYTES),
        private_key=ec.generate_private_key(CURVE),
        dh=to.public,
        auth_secret=to.secret,
        rs=RECORD,
        version="aes128gcm",
    )
    return sealed
