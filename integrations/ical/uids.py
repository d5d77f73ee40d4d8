"""Entries of one UID: one series, versions of it, or meetings that only share the name."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from integrations.ical.entries import Entry
from integrations.ical.series import Expander, is_recurring


def split(entries: Sequence[Entry], expander: Expander) -> list[list[Entry]]:
    """Each series with what is said of its occurrences. Careless programs give all one UID.

    An older version is left out: it starts when a newer one does, or has its title and its rule.
    """
    cores = [entry for entry in entries if entry.original is None]
    groups = [[core] for core in _told_apart(_newest(cores))]
    if not groups:
        return [list(entries)]
    recurring = [group for group in groups if is_recurring(group[0])] or groups
    firsts = [group[0] for group in recurring]
    for entry in entries:
        if entry.original is not None:
            place = expander.owner(entry, firsts) if len(firsts) > 1 else 0
            recurring[place].append(_change_of(firsts[place], entry))
    return groups


def _change_of(core: Entry, change: Entry) -> Entry:
    """By the UID of its series, and of one that names no zone, by the clock of its series."""
    original = change.original
    if change.original_floats and isinstance(original, datetime):
        zone = core.start.tzinfo if isinstance(core.start, datetime) else original.tzinfo
        original = original.replace(tzinfo=zone)
    return replace(change, uid=core.uid, original=original)


def _newest(cores: Sequence[Entry]) -> list[Entry]:
    """The newest version of each, the last of those that are as new."""
    newest: dict[object, int] = {}
    for core in cores:
        for key in _keys(core):
            newest[key] = max(core.sequence, newest.get(key, core.sequence))
    current = (core for core in cores if all(newest[key] == core.sequence for key in _keys(core)))
    return list({(str(core.start), core.title): core for core in current}.values())


def _keys(core: Entry) -> Iterator[object]:
    yield str(core.start)
    if core.rules:
        yield core.title, core.rules


def _told_apart(cores: Sequence[Entry]) -> Iterator[Entry]:
    """Meetings that begin together under one UID get one each; the first title keeps it."""
    taken: set[str] = set()
    for core in sorted(cores, key=lambda each: each.title):
        start = str(core.start)
        if start in taken:
            said = f"{core.uid}\n{core.title}"
            core = replace(core, uid=f"oo-{hashlib.sha256(said.encode()).hexdigest()}")
        taken.add(start)
        yield core
