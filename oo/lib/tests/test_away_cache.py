from __future__ import annotations

import os
import pickle
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from redis import Redis as Client

from oo.lib import away_cache
from oo.lib.away_cache import AwayRedisCache
from tests.servers import Redis

OPTIONS = {"socket_timeout": 0.2, "socket_connect_timeout": 0.2}


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[Redis]:
    server = Redis(tmp_path)
    yield server
    server.kill()


@pytest.fixture
def cache(redis: Redis, monkeypatch: pytest.MonkeyPatch) -> AwayRedisCache:
    monkeypatch.setattr(away_cache, "LEFT_ALONE_S", 0.0)
    return AwayRedisCache(redis.url, {"OPTIONS": OPTIONS})


def ask_everything(cache: AwayRedisCache) -> list[object]:
    cache.set("a", 1)
    cache.delete_many(["a"])
    answers: list[object] = [
        cache.add("b", 1),
        cache.get("a", "nothing"),
        cache.touch("a"),
        cache.delete("a"),
        cache.get_many(["a", "b"]),
        cache.has_key("a"),
        cache.set_many({"c": 1}),
    ]
    cache.clear()
    with pytest.raises(ValueError, match="away"):
        cache.incr("never")
    return answers


EMPTY = [True, "nothing", False, False, {}, False, ["c"]]


def test_while_it_is_there_it_keeps_what_it_is_given(cache: AwayRedisCache) -> None:
    cache.set("a", 1)
    assert cache.incr("a") == 2
    assert (cache.get("a"), cache.add("a", 9), cache.get_many(["a", "z"])) == (2, False, {"a": 2})


@pytest.mark.parametrize("value", [True, 0, -7, 1.5, "Überall", [1.5, 2.5], {"a": [None]}])
def test_what_is_kept_comes_back_as_it_was(cache: AwayRedisCache, value: object) -> None:
    cache.set("a", value)
    found = cache.get("a")
    assert (found, type(found)) == (value, type(value))


class Planted:
    """Unpickled, it makes a folder."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self._path),)


def test_what_somebody_else_wrote_runs_nothing(
    cache: AwayRedisCache, redis: Redis, tmp_path: Path
) -> None:
    planted = tmp_path / "planted"
    with Client.from_url(redis.url) as client:
        client.set(cache.make_key("a"), pickle.dumps(Planted(planted)))
    with pytest.raises(UnicodeDecodeError):
        cache.get("a")
    assert not planted.exists()


def test_what_is_not_of_json_is_refused(cache: AwayRedisCache) -> None:
    with pytest.raises(TypeError):
        cache.set("a", object())


def test_away_it_is_an_empty_one_and_is_back_when_redis_is(
    cache: AwayRedisCache, redis: Redis
) -> None:
    redis.kill()
    assert ask_everything(cache) == EMPTY
    redis.start()
    cache.set("a", 1)
    assert cache.get("a") == 1


def test_one_that_hangs_is_asked_once_and_then_left_alone(
    cache: AwayRedisCache, redis: Redis, monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    monkeypatch.setattr(away_cache, "LEFT_ALONE_S", 60.0)
    cache.set("a", 1)
    os.kill(redis.pid, signal.SIGSTOP)
    try:
        assert ask_everything(cache) == EMPTY
    finally:
        os.kill(redis.pid, signal.SIGCONT)
    assert len(caplog.records) == 1
    assert cache._away_until > time.monotonic()
