"""A token that says who we are to a service: made seldom, and the same one in all workers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from django.core.cache import cache

from oo.lib.crypto import CryptoError, default_keyring


@dataclass(frozen=True, slots=True)
class Made:
    token: str
    kept_s: int  # for how long it may be used again


@dataclass(frozen=True, slots=True)
class SharedToken:
    """It lies in Django's cache, sealed; where that is away or emptied, one more is made.

    name  the service, and whatever else makes another token necessary
    make  signs a new one, or asks for it; what it raises passes through
    """

    name: str
    make: Callable[[], Made]

    def get(self) -> str:
        return self._read(self._key) or self._new(self._key).token

    def renew(self, refused: str) -> str:
        """What takes the place of a token that the service refuses: one, however many ask."""
        # Under the name of the old one: whoever comes second finds what the first has made.
        successor = f"{self._key}:{sha256(refused.encode()).hexdigest()}"
        if (known := self._read(successor)) is not None:
            return known
        made = self._new(successor)
        cache.set(self._key, self._sealed(self._key, made.token), made.kept_s)
        return made.token

    @property
    def _key(self) -> str:
        return f"notifier.token:{self.name}"

    def _new(self, key: str) -> Made:
        made = self.make()
        if cache.add(key, self._sealed(key, made.token), made.kept_s):
            return made
        # Somebody else was faster; theirs is used from now on.
        return Made(self._read(key) or made.token, made.kept_s)

    def _sealed(self, key: str, token: str) -> str:
        return default_keyring().encrypt(token, context=key)

    def _read(self, key: str) -> str | None:
        sealed = cache.get(key)
        if sealed is None:
            return None
        try:
            return default_keyring().decrypt(sealed, context=key)
        except CryptoError:
            cache.delete(key)  # the keys have changed
            return None
