"""From bytes, in whatever pieces they come, to content lines: unfolded and decoded."""

from __future__ import annotations

import codecs
from collections.abc import Iterator

from integrations.ical.limits import MAX_LINE

MARKS_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
LONGEST_MARK = len(codecs.BOM_UTF8)
# Of a line, the rest is passed over: enough for MAX_LINE characters and one more, of any kind.
MAX_HELD = 4 * (MAX_LINE + 1)
# What has come of a line that is not yet at its end, before it is put away.
MAX_OPEN = 16_384


class Lines:
    """Holds one line at a time, and of that its beginning, however long it is.

    Empty lines are passed over, since careless copies leave some, even where a line is folded.
    """

    def __init__(self) -> None:
        self._head: bytes | None = b""  # until it is long enough to tell in what it is written
        self._wide: codecs.IncrementalDecoder | None = None
        self._rest = b""  # behind the last end of a line
        self._line: bytearray | None = None  # what has been unfolded; None before the first line
        self._is_inside = False  # the beginning of what `_rest` ends is in `_line` already

    def feed(self, piece: bytes) -> Iterator[str]:
        """The lines that are known to be whole."""
        if self._head is not None:
            piece, self._head = self._head + piece, None
            if len(piece) < LONGEST_MARK:
                self._head = piece
                return
            piece = self._unmarked(piece)
        yield from self._cut(self._wide.decode(piece).encode() if self._wide else piece)

    def close(self) -> Iterator[str]:
        """The lines that are left, after the last piece."""
        left = self._head or b""
        if self._wide:
            left += self._wide.decode(b"", final=True).encode()
        self._head = None
        yield from self._cut(left + b"\n")
        if self._line is not None:
            yield _text(self._line)

    def _unmarked(self, data: bytes) -> bytes:
        if data.startswith(MARKS_16):
            self._wide = codecs.getincrementaldecoder("utf-16")("replace")
        return data.removeprefix(codecs.BOM_UTF8)

    def _cut(self, data: bytes) -> Iterator[str]:
        # An end in two bytes, or cut in two, leaves an empty line, and those are passed over.
        data = (self._rest + data).replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        *whole, self._rest = data.split(b"\n")
        for part in whole:
            if (line := self._put(part)) is not None:
                yield line
            self._is_inside = False
        # A line without an end is not looked through again with each piece.
        if len(self._rest) > MAX_OPEN:
            if (line := self._put(self._rest)) is not None:
                yield line
            self._rest, self._is_inside = b"", True

    def _put(self, part: bytes) -> str | None:
        """Take a part of a line. Gives back the line before it, if this is the next."""
        if not part:
            return None
        if self._line is None or not (self._is_inside or part[0] in b" \t"):
            before, self._line = self._line, bytearray(part[:MAX_HELD])
            return None if before is None else _text(before)
        part = part if self._is_inside else part[1:]
        self._line += part[: MAX_HELD - len(self._line)]
        return None


def _text(line: bytearray) -> str:
    """Unfolded before, since some programs fold in the middle of a character."""
    try:
        return line.decode()
    except UnicodeDecodeError as error:
        if len(line) == MAX_HELD and error.start > MAX_HELD - 4:  # cut in the middle of one, here
            return line[: error.start].decode()
        return line.decode("cp1252", "replace")
