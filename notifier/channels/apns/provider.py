"""Who we are to Apple: a key of a team in its developer programme, and a token that it signs."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.utils import timezone

from notifier.sharing import Made, SharedToken

# Apple takes a token for an hour, and no new one within 20 minutes of the last.
KEPT_S, AT_LEAST_S = 40 * 60, 20 * 60


@dataclass(frozen=True, slots=True)
class Provider:
    team_id: str
    key_id: str
    pem: str = field(repr=False)

    def check(self) -> None:
        """Raises ValueError for a key that is none."""
        try:
            key = load_pem_private_key(self.pem.encode(), password=None)
        except (TypeError, ValueError):
            raise ValueError("not the content of a .p8 file") from None
        if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name != "secp256r1":
            raise ValueError("not a key of the curve P-256")

    def token(self) -> str:
        return self._shared().get()

    def renew(self, refused: str) -> str:
        """Another than the one that Apple calls expired; "" where it would take no other yet.

        One that is so young and expired means that a clock is wrong.
        """
        signed_at = jwt.decode(refused, options={"verify_signature": False})["iat"]
        if timezone.now().timestamp() - signed_at < AT_LEAST_S:
            return ""
        return self._shared().renew(refused)

    def _shared(self) -> SharedToken:
        whose = "\n".join((self.team_id, self.key_id, self.pem))
        return SharedToken(f"apns:{sha256(whose.encode()).hexdigest()}", self._sign)

    def _sign(self) -> Made:
        claims = {"iss": self.team_id, "iat": int(timezone.now().timestamp())}
        token = jwt.encode(claims, self.pem, algorithm="ES256", headers={"kid": self.key_id})
        return Made(token, KEPT_S)
