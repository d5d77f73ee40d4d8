"""Secrets at rest: AES-256-GCM under a ring of keys, bound to the place where they are kept.

Why not Fernet: it has no associated data, so whoever can write to the database could move one
person's token, or a harmless note, into another column and have it read there. GCM refuses a
ciphertext outside its `context`. And it names no key: MultiFernet tries each in turn, and cannot
tell whether a row is under the current one without decrypting it. Here the name stands in front.

Written form:  oo1.<key name, 8 hex>.<base64url of 12 bytes nonce, ciphertext, 16 bytes tag>

Nonces are random: good for 2**32 secrets a key (NIST SP 800-38D, 8.3), far more than oO keeps.
"""

from __future__ import annotations

import binascii
import os
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2s

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

FORM = "oo1"
KEY_BYTES = 32
NONCE_BYTES = 12


class CryptoError(Exception):
    """A key or a ciphertext is not usable. The text never holds a secret, open or closed."""


def generate_key() -> str:
    """A new key for OO_ENCRYPTION_KEYS: 32 random bytes in base64url."""
    return urlsafe_b64encode(os.urandom(KEY_BYTES)).decode()


class Keyring:
    """The first key writes; all of them read."""

    def __init__(self, keys: Sequence[str]) -> None:
        if not keys or isinstance(keys, str):
            raise CryptoError("a list with at least one key is needed")
        raw = [_key_bytes(text, place) for place, text in enumerate(keys, start=1)]
        self._current = _name(raw[0])
        self._ciphers = {_name(key): AESGCM(key) for key in raw}

    def __repr__(self) -> str:
        return f"<Keyring {', '.join(self._ciphers)}>"

    def encrypt(self, text: str, *, context: str) -> str:
        """context: where the secret lives; decrypt wants the very same one."""
        nonce = os.urandom(NONCE_BYTES)
        head = f"{FORM}.{self._current}"
        sealed = self._ciphers[self._current].encrypt(nonce, text.encode(), _aad(head, context))
        return f"{head}.{urlsafe_b64encode(nonce + sealed).decode()}"

    def decrypt(self, ciphertext: str, *, context: str) -> str:
        """Raises CryptoError: unknown key, wrong context, or not what encrypt wrote."""
        head, _, tail = ciphertext.rpartition(".")
        form, _, name = head.partition(".")
        if form != FORM:
            raise CryptoError("not a ciphertext of ours")
        if name not in self._ciphers:
            raise CryptoError("encrypted under a key that is not in the ring")
        try:
            sealed = _exactly(tail)
            nonce, body = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
            return self._ciphers[name].decrypt(nonce, body, _aad(head, context)).decode()
        except (InvalidTag, ValueError):
            raise CryptoError("damaged, or moved here from another place") from None

    def is_current(self, ciphertext: str) -> bool:
        """Whether the first key wrote this; says nothing of whether it is intact."""
        return ciphertext.startswith(f"{FORM}.{self._current}.")


def default_keyring() -> Keyring:
    """The ring of settings.OO_ENCRYPTION_KEYS as they are now, made once for each set of keys."""
    return _keyring(tuple(settings.OO_ENCRYPTION_KEYS))


@lru_cache(maxsize=4)
def _keyring(keys: tuple[str, ...]) -> Keyring:
    return Keyring(keys)


def _key_bytes(text: str, place: int) -> bytes:
    try:
        key = b64decode(text.strip().translate(str.maketrans("-_", "+/")), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise CryptoError(f"key {place} is not {KEY_BYTES} bytes in base64")
    return key


def _exactly(text: str) -> bytes:
    """One spelling for each value: base64 has spare bits at the end that decoders overlook."""
    value = b64decode(text.encode(), altchars=b"-_", validate=True)
    if urlsafe_b64encode(value).decode() != text:
        raise ValueError
    return value


def _name(key: bytes) -> str:
    return blake2s(key, digest_size=4, person=b"oO-key").hexdigest()


def _aad(head: str, context: str) -> bytes:
    return f"{head}.{context}".encode()
