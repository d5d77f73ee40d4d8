"""Reads by rules what words say explicitly, in eight languages at once.

Every field is read by itself, its first 3,000 characters, in time linear in its length: tokens.py
cuts it up, lexicon.py finds the notions of languages/*.toml in it, and tasks.py and events.py put
together what the others make of them.

hours       when it can be done: groups of days and times, openings and closings, bounds, breaks,
            exceptions; what is an occasion and none; whose clock
moments     after which it is too late: by, before, expires; near: moments that are merely named;
            dates, clocks and durations below them
blocked     what has to happen first; waiting: who waits for it, and what can go on
purposes    what it is for, and how long before; places, effort, stakes
noise       what nobody wrote for the person: orders, markup, debris, shouts, adverts
"""

from __future__ import annotations

from agents.base import Reader, ReaderManifest
from agents.traits import EventTraits, EventWords, TaskWords, Traits
from agents.understanding.readers.words.events import read_event
from agents.understanding.readers.words.tasks import read_task
from oo.lib.words import gettext_lazy as _

VERSION = 19
# Of the lists in languages/ that this version reads by: a test sees when they are others.
LISTS = "74fa676617b42e45"


class WordsReader(Reader):
    manifest = ReaderManifest("words", _("Explicit words"), VERSION)

    def read_task(self, words: TaskWords) -> Traits:
        return read_task(words)

    def read_event(self, words: EventWords) -> EventTraits:
        return read_event(words)
