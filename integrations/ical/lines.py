"""From bytes to blocks of content lines: unfolded, counted, and cut at BEGIN and END."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field

from integrations.ical.limits import MAX_BYTES, MAX_COMPONENTS, MAX_DEPTH, NotACalendar, TooBig

BLANK = re.compile(rb"\n{2,}")
EDGE = re.compile(r"(BEGIN|END)\s*:\s*([A-Za-z0-9-]+)", re.IGNORECASE)
MAX_EDGE = 200  # characters of a line that can begin or end a component
READ = frozenset({"VCALENDAR", "VEVENT", "VTIMEZONE", "STANDARD", "DAYLIGHT"})
COMPONENTS = READ | {"VTODO", "VJOURNAL", "VFREEBUSY", "VALARM"}


@dataclass(slots=True)
class Block:
    """One component: its own lines, and the components inside it."""

    name: str
    lines: list[str] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    is_closed: bool = False

    def named(self, name: str) -> list[Block]:
        return [block for block in self.blocks if block.name == name]

    def value(self, name: str) -> str:
        """Of the first property of this name, as it is written; "" without one."""
        for line in self.lines:
            head, _, value = line.partition(":")
            if head.partition(";")[0].strip().upper() == name:
                return value.strip()
        return ""


def text_of(data: bytes) -> str:
    """The text of a file, unfolded. Raises TooBig, and NotACalendar for what is no text."""
    if len(data) > MAX_BYTES:
        raise TooBig
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        data = data.decode("utf-16", "replace").encode()
    data = data.removeprefix(codecs.BOM_UTF8).replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    # Careless copies leave empty lines; some programs fold in the middle of a character, so lines
    # are unfolded before decoding. Plain replacing is linear, whatever the file is made of.
    data = BLANK.sub(b"\n", data).replace(b"\n ", b"").replace(b"\n\t", b"")
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def read_calendars(data: bytes, kinds: frozenset[str] = READ) -> list[Block]:
    """Every VCALENDAR of a file, with components of these kinds. Raises NotACalendar and TooBig.

    A calendar that is not closed was cut on its way: what is missing in it is not gone, so it is
    refused as a whole.
    """
    root, count = Block(""), 0
    stack = [root]
    for line in text_of(data).split("\n"):
        edge = EDGE.fullmatch(line.strip()) if len(line) < MAX_EDGE else None
        if edge is None:
            if stack[-1].name in kinds:
                stack[-1].lines.append(line)
        elif edge[1].upper() == "END":
            _close(stack, edge[2].upper())
        else:
            block = Block(edge[2].upper())
            count += block.name in kinds
            if count > MAX_COMPONENTS or len(stack) > MAX_DEPTH:
                raise TooBig
            if block.name in kinds:
                stack[-1].blocks.append(block)
            stack.append(block)
    calendars = root.named("VCALENDAR")
    if not calendars or not all(calendar.is_closed for calendar in calendars):
        raise NotACalendar
    return calendars


def _close(stack: list[Block], name: str) -> None:
    """Close the innermost open block of this name, and what was left open inside it.

    A name that is none (END:VTOOD) is a slip for the innermost; one that is not open is ignored.
    """
    for depth in range(len(stack) - 1, 0, -1):
        if stack[depth].name == name:
            stack[depth].is_closed = True
            del stack[depth:]
            return
    if name not in COMPONENTS and len(stack) > 1:
        stack.pop().is_closed = True
