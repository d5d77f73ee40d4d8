"""Who we are to Google: a service account, whose key gets an access token (RFC 7523)."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.utils import timezone

from notifier.sharing import Made, SharedToken
from oo.lib.http import Api, Limits, Unexpected, Unreachable

SCOPE = "https://www.googleapis.com/auth/firebase.messaging"
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
LIMITS = Limits(timeout_s=10.0, deadline_s=15.0, max_bytes=64 * 1024)
GRANT_S = 10 * 60
EARLIER_S = 5 * 60  # than Google says, a token is not used any more
USUAL_S = 60 * 60


@dataclass(frozen=True, slots=True)
class Account:
    project: str
    email: str
    key_id: str
    token_url: str
    key: rsa.RSAPrivateKey = field(repr=False)

    @classmethod
    def load(cls, text: str) -> Account:
        """From the JSON file that Google's console gives. Raises ValueError."""
        return _loaded(text)

    def token(self) -> str:
        """Raises ApiError; what says that it may be tried again has a status."""
        return self._shared().get()

    def renew(self, refused: str) -> str:
        return self._shared().renew(refused)

    def _shared(self) -> SharedToken:
        whose = "\n".join((self.project, self.email, self.key_id, self.token_url))
        return SharedToken(f"fcm:{sha256(whose.encode()).hexdigest()}", self._ask)

    def _ask(self) -> Made:
        base, _slash, endpoint = self.token_url.rpartition("/")
        form = {"grant_type": GRANT, "assertion": self._assertion()}
        try:
            with Api("fcm-token", f"{base}/", limits=LIMITS) as api:
                told = api.post(endpoint, form=form)
        except Unreachable as error:
            if error.status is not None:
                raise
            # No answer here is no doubt: without a token no notification has left.
            raise Unreachable("fcm-token", error.detail, status=503) from None
        return _made(told)

    def _assertion(self) -> str:
        now = int(timezone.now().timestamp())
        claims = {"iss": self.email, "scope": SCOPE, "aud": self.token_url,
                  "iat": now, "exp": now + GRANT_S}  # fmt: skip
        return jwt.encode(claims, self.key, algorithm="RS256", headers={"kid": self.key_id})


def _made(told: Any) -> Made:
    answer = told if isinstance(told, dict) else {}
    token, lasts_s = answer.get("access_token"), answer.get("expires_in")
    if not isinstance(token, str) or not token.isascii() or not token.isprintable() or not token:
        raise Unexpected("fcm-token", "no access token in the answer")
    life_s = lasts_s if isinstance(lasts_s, int) else USUAL_S
    return Made(token, max(life_s - EARLIER_S, 1))


@lru_cache(maxsize=2)
def _loaded(text: str) -> Account:
    try:
        told = json.loads(text)
        key = load_pem_private_key(told["private_key"].encode(), password=None)
        texts = [told[n] for n in ("project_id", "client_email", "private_key_id", "token_uri")]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise ValueError("not the JSON of a service account") from None
    if not isinstance(key, rsa.RSAPrivateKey) or not all(isinstance(t, str) and t for t in texts):
        raise ValueError("not the JSON of a service account")
    if urlsplit(texts[-1]).scheme not in ("https", "http"):
        raise ValueError("token_uri is no address")
    project, email, key_id, token_url = texts
    return Account(project, email, key_id, token_url, key)
