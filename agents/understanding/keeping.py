"""Reading what has not been read, and keeping it: each words once, whatever row they stand in.
Words that name a day are read again when they were written again, and then hold for every such row.

Every reader is asked, and what each read is kept apart. One that raises has read nothing of these
words, until its next version: the same words would only make it raise again.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import IntegrityError
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from accounts.models import Profile
from agents.base import Reader
from agents.models import Correction, Reading
from agents.registry import READERS
from agents.traits import EventWords, TaskWords
from agents.understanding.checks import as_of_words, grounded
from agents.understanding.codec import DAYS, dump, holds_day, names_day
from integrations.models import CalendarEvent, Task, own_words
from oo.lib.among import Among
from oo.lib.batches import batches

log = logging.getLogger(__name__)
BATCH_ROWS = 500
# What no source tells was written now, and is last: see written_at.
WRITTEN = Coalesce("worded_at", "added_at").asc(nulls_last=True)


def read_new_words(user_ids: Collection[UUID], *, at: datetime) -> None:
    """See that the words of these people were read. When they were: a query, and two a reader.

    Without a lock, for it may take long: whoever leaves meanwhile costs another round.
    """
    zones = Profile.objects.zones_of(user_ids)
    while True:
        try:
            catch_up(zones, at=at)
        except IntegrityError:
            here = Profile.objects.zones_of(zones)
            if here.keys() == zones.keys():
                raise
            zones = here
        else:
            return


def read_again(user_id: UUID) -> int:
    """Have every reader of rules read the person's words once more, the next time that they are
    needed; of how many. Until then what was read holds, as of an older version of its reader.

    What a model read stays: it would be asked the same, for money.
    """
    read = Reading.objects.of(user_id).filter(reader__in=list(READERS.load()), version__gt=0)
    return read.update(version=0)


def catch_up(zones: Mapping[UUID, ZoneInfo], *, at: datetime) -> int:
    """Read what is open or to come and was not read; how many readings are new.

    zones  of each person: dates in words are on their calendar
    Two queries a reader when there is nothing to read. Of two at once both read, and one writes.
    """
    return sum(_catch_up(reader, zones, at) for reader in READERS)


def _catch_up(reader: Reader, zones: Mapping[UUID, ZoneInfo], at: datetime) -> int:
    kinds = (
        (Reading.Kind.TASK, Task.objects.open()),
        (Reading.Kind.EVENT, CalendarEvent.objects.filter(ends_at__gt=at)),
    )
    read = 0
    for kind, rows in kinds:
        unread = rows.filter(Among("user_id", zones), ~Exists(_readings(kind, reader)))
        unread = unread.exclude(words_digest="")
        if kind == Reading.Kind.TASK:
            unread = unread.order_by(WRITTEN)
        for batch in batches(unread.iterator(chunk_size=BATCH_ROWS), BATCH_ROWS):
            read += _keep(reader, kind, batch, zones, at)
    return read


def _keep(
    reader: Reader, kind: str, rows: list[Any], zones: Mapping[UUID, ZoneInfo], at: datetime
) -> int:
    # Of rows with the same words the last one stands for all: of tasks the one written last.
    by_words = {(row.user_id, row.words_digest): row for row in rows}
    found = {
        words: _traits_or_none(reader, row, zones[row.user_id], at)
        for words, row in by_words.items()
    }
    dated = {
        words: written_at(by_words[words], at)
        for words, traits in found.items()
        if kind == Reading.Kind.TASK and names_day(traits)
    }
    Reading.objects.bulk_create(
        (
            Reading(
                user_id=user_id,
                kind=kind,
                words=words,
                reader=reader.manifest.key,
                version=reader.manifest.version,
                traits=traits,
                read_at=at,
                dated_from=dated.get((user_id, words)),
            )
            for (user_id, words), traits in found.items()
        ),
        update_conflicts=True,
        unique_fields=["user", "kind", "words", "reader"],
        update_fields=["version", "traits", "read_at", "dated_from"],
    )
    _forget_other_days(dated)
    return len(found)


def _forget_other_days(dated: Mapping[tuple[UUID, str], datetime]) -> None:
    """A day that the person set holds for the words as they stood; written anew they mean another.

    dated  (person, words) and when they were written last. One query, and one if any is forgotten.
    """
    if not dated:
        return
    written = {(user_id, own_words(words)): at for (user_id, words), at in dated.items()}
    of_them = Correction.objects.filter(
        Among("user_id", {user_id for user_id, _words in written}),
        kind=Reading.Kind.TASK,
        words__in={words for _user, words in written},
        trait__in=DAYS,
        value__isnull=False,
    )
    past = [
        said.pk
        for said in of_them
        if said.made_at < written.get((said.user_id, said.words), said.made_at)
        and holds_day(said.trait, said.value)
    ]
    if past:
        Correction.objects.filter(pk__in=past).delete()


def _readings(kind: str, reader: Reader) -> QuerySet[Reading]:
    readings = Reading.objects.filter(
        user_id=OuterRef("user_id"),
        kind=kind,
        words=OuterRef("words_digest"),
        reader=reader.manifest.key,
        version=reader.manifest.version,
    )
    if kind == Reading.Kind.EVENT:
        return readings
    written = Coalesce(OuterRef("worded_at"), OuterRef("added_at"), F("dated_from"))
    return readings.filter(Q(dated_from=None) | Q(dated_from__gte=written))


def read_now(row: Any, zone: ZoneInfo, *, at: datetime) -> dict[str, dict[str, Any]]:
    """What every reader says of a task or an event now, by its key. Nothing is kept."""
    return {key: _traits_or_none(reader, row, zone, at) for key, reader in READERS.load().items()}


def _traits_or_none(reader: Reader, row: Any, zone: ZoneInfo, at: datetime) -> dict[str, Any]:
    try:
        return _traits(reader, row, zone, at)
    except Exception as error:  # a reader may be anybody's
        key, name = reader.manifest.key, type(error).__name__
        log.error("reader %s failed: %s", key, name)  # noqa: TRY400  # no words of theirs
        return {}


def _traits(reader: Reader, row: Any, zone: ZoneInfo, at: datetime) -> dict[str, Any]:
    if isinstance(row, CalendarEvent):
        event = event_words(row)
        return dump(as_of_words(grounded(reader.read_event(event), event.text)))
    task = task_words(row, zone, at)
    return dump(as_of_words(grounded(reader.read_task(task), task.text)))


def task_words(row: Task, zone: ZoneInfo, at: datetime) -> TaskWords:
    """Dates in the words refer to the day on which they were written, or first seen."""
    written: date = written_at(row, at).astimezone(zone).date()
    return TaskWords(
        title=row.title,
        description=row.description,
        project=row.project,
        section=row.section,
        parent=row.parent,
        labels=tuple(row.labels),
        recurrence=row.recurrence,
        added_on=written,
    )


def written_at(row: Task, at: datetime) -> datetime:
    """When its words were written as they are; `at` where no source tells."""
    written: datetime = row.worded_at or row.added_at or at
    return written


def event_words(row: CalendarEvent) -> EventWords:
    return EventWords(
        title=row.title,
        location=row.location,
        is_all_day=row.starts_on is not None,
        is_busy=row.is_busy,
        lasts=row.ends_at - row.starts_at,
    )
