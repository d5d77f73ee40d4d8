"""From content lines to components: cut at BEGIN and END, and dropped at once when not wanted."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from integrations.ical.limits import (
    MAX_BYTES,
    MAX_COMPONENTS,
    MAX_DEPTH,
    MAX_KEPT,
    NotACalendar,
    TooBig,
)
from integrations.ical.lines import Lines

EDGE = re.compile(r"(BEGIN|END)\s*:\s*([A-Za-z0-9-]+)", re.IGNORECASE)
EDGES = ("B", "E", "b", "e", " ", "\t")  # how a line begins that may be one
MAX_EDGE = 200  # characters of a line that can begin or end a component
LINE_COST = 60  # bytes that a line takes in memory beside its characters
READ = frozenset({"VCALENDAR", "VEVENT", "VTIMEZONE", "STANDARD", "DAYLIGHT"})
COMPONENTS = READ | {"VTODO", "VJOURNAL", "VFREEBUSY", "VALARM"}
# Where components are looked for; what lies elsewhere was left open by a slip, and is none.
PATHS = (("",), ("", "VCALENDAR"), ("", "VCALENDAR", "VTIMEZONE"))


@dataclass(slots=True)
class Block:
    """One component: its own lines, and the components inside it. size: with those, in bytes."""

    name: str
    lines: list[str] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    is_closed: bool = False
    size: int = field(default=0, compare=False)

    def named(self, name: str) -> list[Block]:
        return [block for block in self.blocks if block.name == name]

    def value(self, name: str) -> str:
        """Of the first property of this name, as it is written; "" without one."""
        for line in self.lines:
            head, _, value = line.partition(":")
            if head.partition(";")[0].strip().upper() == name:
                return value.strip()
        return ""


Keep = Callable[[Block], bool]


class Blocks:
    """Every VCALENDAR of a file that comes in pieces, with components of these kinds.

    keep     asked of each component inside a calendar as it ends, and then of the calendar:
             whether to hold on to it. Those inside are with it; the calendar's own lines may
             still come
    """

    def __init__(self, kinds: frozenset[str] = READ, keep: Keep = lambda _block: True) -> None:
        self._kinds, self._keep = kinds, keep
        self._lines = Lines()
        self._stack = [Block("")]
        self._calendars = 0  # that were closed, kept or not
        self._held = self._count = 0  # bytes and components, of what is open or kept

    def feed(self, piece: bytes) -> None:
        """Raises TooBig."""
        for line in self._lines.feed(piece):
            self._take(line)

    def close(self) -> list[Block]:
        """The calendars that were kept, after the last piece. Raises NotACalendar, TooBig.

        A calendar that is not closed was cut on its way: what is missing in it is not gone, so the
        file is refused as a whole.
        """
        for line in self._lines.close():
            self._take(line)
        is_cut = any(block.name == "VCALENDAR" for block in self._stack[1:2])
        if is_cut or not self._calendars:
            raise NotACalendar
        return self._stack[0].blocks

    def _take(self, line: str) -> None:
        is_edge = line.startswith(EDGES) and len(line) < MAX_EDGE
        edge = EDGE.fullmatch(line.strip()) if is_edge else None
        if edge is None:
            block = self._stack[-1]
            if block.name in self._kinds:
                block.lines.append(line)
                self._grow(block, len(line) + LINE_COST)
        elif edge[1].upper() == "END":
            self._end(edge[2].upper())
        else:
            self._begin(Block(edge[2].upper()))

    def _begin(self, block: Block) -> None:
        if len(self._stack) > MAX_DEPTH:
            raise TooBig
        self._stack.append(block)
        if block.name in self._kinds:
            self._count += 1
            self._grow(block, LINE_COST)
        if self._count > MAX_COMPONENTS:
            raise TooBig

    def _grow(self, block: Block, size: int) -> None:
        block.size += size
        self._held += size
        if self._held > MAX_KEPT:
            raise TooBig

    def _end(self, name: str) -> None:
        """Close the innermost open block of this name, and what was left open inside it.

        A name that is none (END:VTOOD) is a slip for the innermost; one that is not open is
        ignored.
        """
        for depth in range(len(self._stack) - 1, 0, -1):
            if self._stack[depth].name == name:
                break
        else:
            depth = len(self._stack) - 1
            if name in COMPONENTS or not depth:
                return
        self._stack[depth].is_closed = True
        while len(self._stack) > depth:
            self._leave(self._stack.pop())

    def _leave(self, block: Block) -> None:
        if block.name not in self._kinds:
            return
        parent, path = self._stack[-1], tuple(each.name for each in self._stack)
        # At the top there are calendars alone, and they are nowhere else.
        is_placed = path in PATHS and (block.name == "VCALENDAR") == (path == PATHS[0])
        self._calendars += is_placed and path == PATHS[0]
        if is_placed and (path == PATHS[2] or self._keep(block)):
            parent.blocks.append(block)
            parent.size += block.size
            return
        self._held -= block.size
        self._count -= _components(block)


def read_calendars(data: bytes, kinds: frozenset[str] = READ) -> list[Block]:
    """Of a file that is here as a whole. Raises NotACalendar and TooBig."""
    if len(data) > MAX_BYTES:
        raise TooBig
    blocks = Blocks(kinds)
    blocks.feed(data)
    return blocks.close()


def _components(block: Block) -> int:
    return 1 + sum(map(_components, block.blocks))
