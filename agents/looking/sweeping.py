"""The sweep: every person who is due is looked at, a chunk of people after another.

The work is rows in LookSchedule, so that a sweep that is killed is resumed by the next one, and two
at once take different people.
"""

from __future__ import annotations

import gc
import logging
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F

from accounts.locks import lock_people
from accounts.models import Profile
from agents.base import UserView
from agents.inferring.beliefs import infer, load_known
from agents.looking.looking import look
from agents.looking.outputs import Changes, Outputs, compare, fresh, load_stored, write
from agents.models import AgentDay, Belief, Claimed, LookSchedule, Spent, Sweep
from agents.understanding.keeping import read_new_words
from agents.view import load_views
from oo.lib.bulk import upsert

log = logging.getLogger(__name__)

CHUNK = 1_000  # people
# Longer than a chunk may take, and than the task that looks at it.
LEASE = timedelta(minutes=5)
DAYS_KEPT = timedelta(days=400)
# Whoever was not here for so long is looked at only when something changes.
ACTIVE = timedelta(days=14)


def begin(*, at: datetime) -> Sweep:
    """Start counting; people who are in no schedule yet come into it. Three queries or so."""
    unknown = Profile.objects.filter(user__lookschedule=None).values_list("pk", flat=True)
    LookSchedule.objects.begin(list(unknown[:CHUNK]))
    return Sweep.objects.create(began_at=at, updated_at=at)


def sweep_chunk(sweep: Sweep, claimed: Sequence[Claimed], *, at: datetime) -> None:
    """Look at people whom this worker has claimed, write what changed, and say when to look again.

    As many queries for a thousand people as for one, with what changed. Whoever leaves meanwhile is
    left out.
    """
    with _no_collector():
        found = _look_at(claimed, at=at)
        _write(found.changes, found.next_looks, at=at)
    AgentDay.objects.add(at.date(), found.spent)
    Sweep.objects.filter(pk=sweep.pk).update(
        updated_at=at,
        people=F("people") + len(found.next_looks),
        written=F("written") + len(found.changes.changed),
        dropped=F("dropped") + len(found.changes.gone),
        failed=F("failed") + found.failed + sum(of.failed for of in found.spent.values()),
    )


@dataclass(slots=True)
class _Found:
    """What is to be written, when to look again at whom, and what each agent took."""

    changes: Changes = field(default_factory=Changes)
    next_looks: dict[UUID, datetime | None] = field(default_factory=dict)
    spent: dict[str, Spent] = field(default_factory=lambda: defaultdict(Spent))
    failed: int = 0  # inferences, and people of whom nothing could be noted


@contextmanager
def _no_collector() -> Iterator[None]:
    """A chunk makes a million objects and no cycles; to look for some is a third of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _look_at(claimed: Sequence[Claimed], *, at: datetime) -> _Found:
    user_ids = [c.user_id for c in claimed]
    read_new_words(user_ids, at=at)
    views = load_views(user_ids, at=at)
    stored, known = load_stored(user_ids), load_known(user_ids)
    found = _Found()
    for person in claimed:
        if (view := views.pop(person.user_id, None)) is None:
            continue
        before, beliefs = stored.get(person.user_id, {}), known.get(person.user_id, {})
        try:
            _look_at_one(person, view, before, beliefs, into=found)
        except Exception as error:  # what an agent returned may be anything
            # Not in `next_looks`: nothing is written of them, and they are due when the lease ends.
            log.error("looking at one person failed: %s", type(error).__name__)  # noqa: TRY400
            found.failed += 1
        view.memo.clear()  # what was worked out knows its view: a circle that only gc would find
    return found


def _look_at_one(
    person: Claimed, view: UserView, before: Outputs, known: Mapping[str, Belief], *, into: _Found
) -> None:
    looked = look(view, fresh=() if person.is_changed else fresh(before, view))
    for key, took_s in looked.took_s.items():
        into.spent[key].add(took_s, has_failed=key not in looked.seen)
    again = compare(view, before, looked, into.changes)
    beliefs, failed = infer(view, known)
    into.changes.beliefs += beliefs
    into.failed += failed
    into.next_looks[person.user_id] = again if _is_active(person, view.now) else None


def _is_active(person: Claimed, at: datetime) -> bool:
    return person.active_at is not None and at - person.active_at <= ACTIVE


@transaction.atomic
def _write(changes: Changes, next_looks: Mapping[UUID, datetime | None], *, at: datetime) -> None:
    here = lock_people(next_looks)
    write(changes.of(here))
    upsert(
        [
            LookSchedule(user_id=pk, next_look_at=again, looked_at=at, claimed_until=None)
            for pk, again in next_looks.items()
            if pk in here
        ],
        known_by=("user",),
        change=("next_look_at", "looked_at", "claimed_until"),
    )


def forget_old_sweeps(*, at: datetime, kept: timedelta = timedelta(days=7)) -> int:
    AgentDay.objects.filter(day__lt=at.date() - DAYS_KEPT).delete()
    return Sweep.objects.filter(began_at__lt=at - kept).delete()[0]
