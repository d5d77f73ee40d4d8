"""Reads by rules what words say explicitly, in eight languages at once. See hours.py and on.

Every field is read by itself, its first 3,000 characters, in time linear in its length.
"""

from __future__ import annotations

from agents.base import Reader, ReaderManifest
from agents.traits import EventTraits, EventWords, TaskWords, Traits
from agents.understanding.readers.words.events import read_event
from agents.understanding.readers.words.tasks import read_task
from oo.lib.words import gettext_lazy as _


class WordsReader(Reader):
    manifest = ReaderManifest("words", _("Explicit words"), 17)

    def read_task(self, words: TaskWords) -> Traits:
        return read_task(words)

    def read_event(self, words: EventWords) -> EventTraits:
        return read_event(words)
