"""Reading an answer's body with a bound on what it may unpack to."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from typing import cast

import httpx

from oo.lib.http.errors import TooLarge, Unexpected
from oo.lib.http.network import remaining

STEP_BYTES = 65_536  # that are unpacked at a time


def read_body(service: str, answer: httpx.Response, max_bytes: int) -> bytes:
    """The unpacked body, as a whole. Raises what read_pieces does."""
    body = bytearray()
    for piece in read_pieces(service, answer, max_bytes):
        body += piece
    return bytes(body)


def read_pieces(service: str, answer: httpx.Response, max_bytes: int) -> Iterator[bytes]:
    """The unpacked body; never more than one step of it in memory.

    Raises TooLarge; Unexpected for a body that is broken or packed in a way we did not ask for.
    """
    came = given = 0
    for part, pieces in _unpacked(service, answer):
        came += len(part)
        for piece in pieces:
            remaining()
            given += len(piece)
            if max(came, given) > max_bytes:
                raise TooLarge(service, f"more than {max_bytes} bytes", status=answer.status_code)
            yield piece


def _unpacked(service: str, answer: httpx.Response) -> Iterator[tuple[bytes, Iterable[bytes]]]:
    """Each part as it came, and what is in it."""
    coding = answer.headers.get("content-encoding", "").lower()
    # Not iter_bytes: httpx unpacks each part whole, and 64 KB can hold 64 MB.
    parts = cast("Iterable[bytes]", answer.stream)
    if coding in ("", "identity"):
        yield from ((part, (part,)) for part in parts)
    elif coding in ("gzip", "x-gzip"):
        yield from _inflated(service, parts, answer.status_code)
    else:
        raise Unexpected(service, "content coding that we did not ask for")


def _inflated(
    service: str, parts: Iterable[bytes], status: int
) -> Iterator[tuple[bytes, Iterable[bytes]]]:
    inflater, came = zlib.decompressobj(zlib.MAX_WBITS | 16), False
    for part in parts:
        came = came or bool(part)
        yield part, _steps(service, inflater, part)
        if inflater.unused_data:
            raise Unexpected(service, "more behind the body", status=status)
    if came and not inflater.eof:
        raise Unexpected(service, "body breaks off", status=status)


def _steps(service: str, inflater: zlib._Decompress, part: bytes) -> Iterator[bytes]:
    try:
        while True:
            piece = inflater.decompress(part, STEP_BYTES)
            part = inflater.unconsumed_tail
            yield piece
            # A full step may have left something in the inflater that is no input any more.
            if not part and len(piece) < STEP_BYTES:
                return
    except zlib.error:
        raise Unexpected(service, "broken gzip") from None
