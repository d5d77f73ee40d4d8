from __future__ import annotations

import gzip
import tracemalloc
import zlib
from collections.abc import Callable
from threading import Event
from time import monotonic
from typing import Any

import pytest

from oo.lib.http import (
    Api,
    ApiError,
    Limits,
    TooLarge,
    Unexpected,
    Unreachable,
    fetch_public,
)
from oo.lib.tests.loopback import Handler, serving

LONG_S = 10.0  # far more than a test that works takes, far less than one that hangs


def send_packed(body: bytes, coding: str = "gzip") -> Callable[[Handler], None]:
    return lambda request: request.reply(200, body, Content_Encoding=coding)


@pytest.mark.parametrize("packed", [False, True])
def test_a_body_may_be_as_large_as_the_limit_and_no_larger(packed: bool) -> None:
    def answer(size: int) -> Callable[[Handler], None]:
        body = b"x" * size
        return (
            send_packed(gzip.compress(body, mtime=0)) if packed else send_packed(body, "identity")
        )

    with serving(answer(1000)) as server:
        found = fetch_public(server.url, limits=Limits(max_bytes=1000), allow_private=server.door)
        assert len(found.body) == 1000
    with serving(answer(1001)) as server, pytest.raises(TooLarge):
        fetch_public(server.url, limits=Limits(max_bytes=1000), allow_private=server.door)


def test_a_bomb_is_not_unpacked() -> None:
    packer = zlib.compressobj(9, wbits=31)
    bomb = b"".join(packer.compress(bytes(1 << 20)) for _ in range(64)) + packer.flush()
    tracemalloc.start()
    with serving(send_packed(bomb)) as server, pytest.raises(TooLarge):
        fetch_public(server.url, limits=Limits(max_bytes=100_000), allow_private=server.door)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8 << 20  # of the 64 MB that are in it


@pytest.mark.parametrize("packed", [False, True])
def test_a_body_may_be_taken_in_pieces_and_is_held_by_nobody(packed: bool) -> None:
    body = b"".join(b"%d " % n for n in range(500_000))
    answer = send_packed(gzip.compress(body, mtime=0)) if packed else send_packed(body, "identity")
    pieces: list[bytes] = []
    with serving(answer) as server:
        found = fetch_public(server.url, allow_private=server.door, sink=pieces.append)
    assert (found.body, b"".join(pieces)) == (b"", body)
    assert max(map(len, pieces)) <= 65_536


def test_only_what_was_asked_for_is_handed_over_in_pieces() -> None:
    def answer(request: Handler) -> None:
        if request.path == "/there":
            return request.reply(404, b"not here")
        return request.reply(302, b"moved", Location="/there")

    pieces: list[bytes] = []
    with serving(answer) as server, pytest.raises(Unexpected):
        fetch_public(server.url, allow_private=server.door, sink=pieces.append)
    assert pieces == []


def test_who_takes_the_pieces_may_have_had_enough() -> None:
    class EnoughError(Exception):
        pass

    def flood(request: Handler) -> None:
        request.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while not request.server.over.is_set():
            request.wfile.write(b"x" * 65_536)

    def take(_piece: bytes) -> None:
        raise EnoughError

    with serving(flood) as server, pytest.raises(EnoughError):
        fetch_public(server.url, allow_private=server.door, sink=take)


def test_what_unpacks_to_an_exact_number_of_steps_is_whole() -> None:
    for size in (65_535, 65_536, 65_537, 131_072):
        with serving(send_packed(gzip.compress(bytes(size), mtime=0))) as server:
            assert fetch_public(server.url, allow_private=server.door).body == bytes(size)


@pytest.mark.parametrize(
    ("body", "coding"),
    [
        (gzip.compress(b"x" * 99, mtime=0)[:-4], "gzip"),
        (b"not gzip", "gzip"),
        (gzip.compress(b"x", mtime=0) + b"rest", "gzip"),
        (b"x", "br"),
        (b"x", "gzip, gzip"),
    ],
)
def test_a_body_that_cannot_be_unpacked_is_unexpected(body: bytes, coding: str) -> None:
    with serving(send_packed(body, coding)) as server, pytest.raises(Unexpected):
        fetch_public(server.url, allow_private=server.door)


@pytest.mark.parametrize(("status", "error"), [(b"200", TooLarge), (b"500", Unreachable)])
def test_an_endless_body_is_not_read_on(status: bytes, error: type[ApiError]) -> None:
    def flood(request: Handler) -> None:
        request.wfile.write(b"HTTP/1.1 " + status + b" So\r\n\r\n")
        while not request.server.over.is_set():
            request.wfile.write(b"x" * 65_536)

    with serving(flood) as server, pytest.raises(error) as caught:
        fetch_public(
            server.url, limits=Limits(max_bytes=100_000, deadline_s=3), allow_private=server.door
        )
    assert caught.value.status == int(status)


@pytest.mark.parametrize(
    ("start", "piece"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\n", b"x"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
        (b"HTTP/1.1 200 OK\r\nX-Long: ", b"x"),
        (b"HTTP/1.1 200 OK\r\n", b"X-More: 1\r\n"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (b"HTTP/1.1 500 No\r\n\r\n", b"x"),
    ],
    ids=["body", "chunks", "one-header", "headers", "continue", "error-body"],
)
def test_a_server_that_drips_does_not_hold_us(start: bytes, piece: bytes) -> None:
    def drip(request: Handler) -> None:
        request.wfile.write(start)
        request.drip(piece)

    began = monotonic()
    with serving(drip) as server, pytest.raises(Unreachable):
        fetch_public(
            server.url, limits=Limits(deadline_s=0.3, timeout_s=LONG_S), allow_private=server.door
        )
    assert monotonic() - began < LONG_S


def test_the_deadline_is_for_all_hops_together() -> None:
    def onward(request: Handler) -> None:
        request.server.over.wait(0.05)
        request.reply(302, Location="/again")

    with serving(onward) as server, pytest.raises(Unreachable):
        fetch_public(
            server.url,
            limits=Limits(deadline_s=0.3, max_redirects=10_000),
            allow_private=server.door,
        )


def test_a_slow_name_server_does_not_hold_us() -> None:
    over = Event()

    def slow(*_args: Any, **_kwargs: Any) -> Any:
        over.wait(LONG_S)
        raise OSError

    began = monotonic()
    with pytest.raises(Unreachable):
        fetch_public("http://calendar.test/", limits=Limits(deadline_s=0.1), resolver=slow)
    assert monotonic() - began < LONG_S
    over.set()


def test_one_step_has_a_limit_of_its_own() -> None:
    with (
        serving(lambda request: request.drip(b"")) as server,
        Api("mute", server.url, limits=Limits(timeout_s=0.1, deadline_s=LONG_S)) as client,
        pytest.raises(Unreachable, match="ReadTimeout"),
    ):
        client.get("x")
