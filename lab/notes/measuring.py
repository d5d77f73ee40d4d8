"""What is made of notes, beside what somebody read in them: the end, and the event it is for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TypeAlias
from uuid import UUID

from agents.base import EventView, Reader, TaskView, UserView
from agents.timing.needs import is_sure
from agents.timing.prepared import find_prepared
from agents.traits import EventWords, Hours, LastMoment, TaskWords, Traits
from agents.understanding.checks import grounded
from lab.moments.agreement import Outcome
from lab.moments.format import EventItem
from lab.moments.reading import Compared
from lab.moments.source import event_signal
from lab.notes.format import Note

ENDS, SERVES = "last_moment", "prepares"  # fields of agents.traits.Traits


@dataclass(frozen=True, slots=True)
class Found:
    """One trait of one note.

    said, meant  what oO makes of it, and what it says; None: nothing
    """

    note: Note
    trait: str  # ENDS or SERVES
    said: object
    meant: object

    def __str__(self) -> str:
        words = " / ".join(filter(None, (self.note.title, self.note.description)))
        what = f"said {_told(self.said)}, meant {_told(self.meant)}"
        return f"{self.outcome:<9} {self.trait} {self.note.id}: {words!r}: {what}"

    @property
    def outcome(self) -> Outcome | None:
        if self.said is None:
            return None if self.meant is None else Outcome.MISSED
        if self.meant is None:
            return Outcome.INVENTED
        return Outcome.AGREED if self.said == self.meant else Outcome.DIFFERED


def _told(what: object) -> str:
    return " ".join(map(str, what)) if isinstance(what, tuple) else str(what)


def read_notes(notes: Iterable[Note], reader: Reader) -> list[Found]:
    return [found for note in notes for found in read_note(note, reader)]


def read_note(note: Note, reader: Reader) -> Iterator[Found]:
    words = task_words(note)
    traits = grounded(reader.read_task(words), words.text)
    yield Found(note, ENDS, said_end(note, traits), meant_end(note))
    yield Found(note, SERVES, said_event(note, traits, reader), meant_event(note))


def task_words(note: Note) -> TaskWords:
    return TaskWords(
        title=note.title,
        description=note.description,
        project=note.project,
        added_on=note.added.astimezone(note.person_zone).date(),
    )


End: TypeAlias = tuple[date | None, time | None]


def meant_end(note: Note) -> End | None:
    last = note.last_moment
    return (last.on or _due_on(note), last.at) if last else None


def said_end(note: Note, traits: Traits) -> End | None:
    """Only what decides: a day of which the words merely speak is no end. A door that closes at the
    moment that is meant says the same.
    """
    last = traits.last_moment
    if last is None or not is_sure(last):
        meant = meant_end(note)
        return meant if meant and traits.hours and closes(traits.hours.value, meant) else None
    value: LastMoment = last.value
    return value.on or _due_on(note), value.at


def closes(hours: Hours, end: End) -> bool:
    day, at = end
    spans = (span for span in hours.spans if day is None or day.weekday() in span.days)
    return at is not None and any(span.end == at for span in spans)


def _due_on(note: Note) -> date | None:
    return note.due.date() if isinstance(note.due, datetime) else note.due


def meant_event(note: Note) -> str | None:
    return note.prepares.event if note.prepares else None


def said_event(note: Note, traits: Traits, reader: Reader) -> str | None:
    """The id of the event that is found in the person's calendar, as when a tip is decided."""
    view = view_of(note, traits, reader)
    prepared = find_prepared(traits.prepares, view, note.title) if traits.prepares else None
    return note.events[prepared.id].id if prepared else None


def view_of(note: Note, traits: Traits, reader: Reader) -> UserView:
    """The person with this one task; events are numbered as they stand in the note."""
    task = TaskView(
        id=0,
        title=note.title,
        source="",
        project=note.project,
        due_on=_due_on(note),
        due_at=note.due_at,
        added_at=note.added,
        traits=traits,
    )
    events = [_event(n, item, note, reader) for n, item in enumerate(note.events)]
    return UserView(
        user_id=UUID(int=0),
        now=note.now,
        zone=note.person_zone,
        tasks=(task,),
        events=tuple(sorted(events, key=lambda event: (event.starts_at, event.id))),
        locale=note.locale,
    )


def _event(number: int, item: EventItem, note: Note, reader: Reader) -> EventView:
    signal = event_signal(item, note.person_zone)
    words = EventWords(
        title=item.title,
        location=item.location,
        is_all_day=item.all_day,
        is_busy=item.busy,
        lasts=signal.ends_at - signal.starts_at,
    )
    return EventView(
        id=number,
        title=item.title,
        source="",
        starts_at=signal.starts_at,
        ends_at=signal.ends_at,
        is_all_day=item.all_day,
        is_busy=item.busy,
        traits=grounded(reader.read_event(words), words.text),
    )


def compared(found: Iterable[Found], reader: str) -> Iterator[Compared]:
    """As lab.moments.reading counts them."""
    for each in found:
        if (outcome := each.outcome) is not None:
            yield Compared(reader, each.note.language, each.trait, outcome)
