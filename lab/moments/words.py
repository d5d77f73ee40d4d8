"""What a reader is given of each row of a moment. Pure."""

from __future__ import annotations

from agents.traits import EventWords, TaskWords
from lab.moments.format import EventItem, Moment, TaskItem
from lab.moments.source import event_signal


def task_words(item: TaskItem, moment: Moment) -> TaskWords:
    """A task that was added nobody knows when counts as written now, as oO sees it first now."""
    written = (item.added or moment.now).astimezone(moment.person_zone)
    return TaskWords(
        title=item.title,
        description=item.description,
        project=item.project,
        labels=item.labels,
        recurrence=item.recurring,
        added_on=written.date(),
    )


def event_words(item: EventItem, moment: Moment) -> EventWords:
    signal = event_signal(item, moment.person_zone)
    return EventWords(
        title=item.title,
        location=item.location,
        is_all_day=item.all_day,
        is_busy=item.busy,
        lasts=signal.ends_at - signal.starts_at,
    )
