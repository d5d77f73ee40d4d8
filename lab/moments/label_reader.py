"""Rows understood as somebody has labelled them: what a perfect reader would make of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from agents.base import Reader, ReaderManifest
from agents.registry import READERS
from agents.traits import (
    NO_EVENT_READ,
    NOTHING_READ,
    EventTraits,
    EventWords,
    TaskWords,
    Traits,
)
from agents.understanding.loading import FIRST_READER
from lab.moments.format import Moment
from lab.moments.labels import Labels


class LabelReader(Reader):
    manifest = ReaderManifest(key=FIRST_READER, title="Labels", version=1)

    def __init__(self, moment: Moment, labels: Labels) -> None:
        tasks, events = labels.labels_for(moment.id)
        self.tasks = {(t.title, t.description): tasks.get(t.id) for t in moment.tasks}
        self.events = {e.title: events.get(e.id) for e in moment.events}

    def read_task(self, words: TaskWords) -> Traits:
        return self.tasks.get((words.title, words.description)) or NOTHING_READ

    def read_event(self, words: EventWords) -> EventTraits:
        return self.events.get(words.title) or NO_EVENT_READ


@contextmanager
def read_by(reader: Reader) -> Iterator[None]:
    readers = READERS.load()
    before = readers[FIRST_READER]
    readers[FIRST_READER] = reader
    try:
        yield
    finally:
        readers[FIRST_READER] = before
