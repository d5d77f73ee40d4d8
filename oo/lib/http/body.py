"""Reading an answer's body with a bound on what it may unpack to."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable
from typing import TypeAlias, cast

import httpx

from oo.lib.http.errors import TooLarge, Unexpected
from oo.lib.http.network import remaining

# (bytes that came, most bytes to give back) to unpacked bytes; and whether all of it has come
Unpacker: TypeAlias = tuple[Callable[[bytes, int], bytes], Callable[[], bool]]


def read_body(service: str, answer: httpx.Response, max_bytes: int) -> bytes:
    """The unpacked body; never more of it in memory than max_bytes and one step.

    Raises TooLarge; Unexpected for a body that is broken or packed in a way we did not ask for.
    """
    unpack, finished = _unpacker(service, answer.headers.get("content-encoding", "").lower())
    body, came = bytearray(), 0
    # Not iter_bytes: httpx unpacks each part whole, and 64 KB can hold 64 MB.
    for part in cast("Iterable[bytes]", answer.stream):
        remaining()
        came += len(part)
        body += unpack(part, max_bytes - len(body) + 1)
        if max(came, len(body)) > max_bytes:
            raise TooLarge(service, f"more than {max_bytes} bytes", status=answer.status_code)
    if came and not finished():
        raise Unexpected(service, "body breaks off", status=answer.status_code)
    return bytes(body)


def _unpacker(service: str, coding: str) -> Unpacker:
    if coding in ("", "identity"):
        return lambda part, _limit: part, lambda: True
    if coding not in ("gzip", "x-gzip"):
        raise Unexpected(service, "content coding that we did not ask for")
    inflater = zlib.decompressobj(zlib.MAX_WBITS | 16)

    def unpack(part: bytes, limit: int) -> bytes:
        try:
            return inflater.decompress(part, limit)
        except zlib.error:
            raise Unexpected(service, "broken gzip") from None

    return unpack, lambda: inflater.eof and not inflater.unused_data
