"""Redis as a cache that may be away: then it is an empty one, and nobody waits for it.

What is kept in it can be done without: counts of requests, and marks of what runs. Away, nothing is
counted and nothing is marked.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from typing import Any, TypeVar

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

log = logging.getLogger(__name__)
T = TypeVar("T")

# Seconds for which it is left in peace after it did not answer.
LEFT_ALONE_S = 2.0


class JsonSerializer:
    """In place of Django's, which unpickles: whoever writes to Redis could run programs here.

    Raises TypeError for what JSON does not know, and ValueError for what is none.
    """

    def dumps(self, value: Any) -> str:
        return json.dumps(value)

    def loads(self, text: bytes) -> Any:
        return json.loads(text)


class AwayRedisCache(RedisCache):
    """Django's, whose errors of the connection are answers of an empty cache. One of each thread.

    OPTIONS needs `socket_timeout` and `socket_connect_timeout`: a Redis that hangs is away too.
    """

    _away_until = 0.0  # monotonic seconds

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        options = {**params.get("OPTIONS", {}), "serializer": JsonSerializer}
        super().__init__(server, {**params, "OPTIONS": options})

    def add(self, *args: Any, **more: Any) -> bool:
        return self._or(True, super().add, *args, **more)

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return self._or(default, super().get, key, default, version)

    def set(self, *args: Any, **more: Any) -> None:
        self._or(None, super().set, *args, **more)

    def touch(self, *args: Any, **more: Any) -> bool:
        return self._or(False, super().touch, *args, **more)

    def delete(self, *args: Any, **more: Any) -> bool:
        return self._or(False, super().delete, *args, **more)

    def get_many(self, *args: Any, **more: Any) -> dict[Any, Any]:
        return self._or({}, super().get_many, *args, **more)

    def has_key(self, *args: Any, **more: Any) -> bool:
        return self._or(False, super().has_key, *args, **more)

    def incr(self, *args: Any, **more: Any) -> int:
        """Raises ValueError for a key that is not there, and when nothing is."""
        if (count := self._or(None, super().incr, *args, **more)) is None:
            raise ValueError("the cache is away")
        return count

    def set_many(self, data: dict[str, Any], *args: Any, **more: Any) -> list[str]:
        return self._or(list(data), super().set_many, data, *args, **more)

    def delete_many(self, *args: Any, **more: Any) -> None:
        self._or(None, super().delete_many, *args, **more)

    def clear(self) -> None:
        self._or(None, super().clear)

    def _or(self, empty: T, ask: Callable[..., Any], *args: Any, **more: Any) -> T:
        if time.monotonic() < self._away_until:
            return empty
        try:
            answer: T = ask(*args, **more)
        except (RedisError, OSError) as error:
            self._away_until = time.monotonic() + LEFT_ALONE_S
            log.warning("the cache is away: %s", type(error).__name__)
            return empty
        return answer
