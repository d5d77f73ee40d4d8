"""The sweep: every person who is due is looked at, a chunk of people after another.

The work is rows in LookSchedule, so that a sweep that is killed is resumed by the next one, and two
at once take different people.
"""

from __future__ import annotations

import gc
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F

from accounts.locks import lock_people
from accounts.models import Profile
from agents.inferring.beliefs import infer, load_known
from agents.looking.looking import look
from agents.looking.outputs import Changes, Outputs, compare, fresh, load_stored, write
from agents.models import AgentDay, Claimed, LookSchedule, Spent, Sweep
from agents.understanding.keeping import read_new_words
from agents.view import load_views
from oo.lib.bulk import upsert

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
        changes, next_looks, spent = _look_at(claimed, at=at)
        _write(changes, next_looks, at=at)
    AgentDay.objects.add(at.date(), spent)
    Sweep.objects.filter(pk=sweep.pk).update(
        updated_at=at,
        people=F("people") + len(next_looks),
        written=F("written") + len(changes.changed),
        dropped=F("dropped") + len(changes.gone),
        failed=F("failed") + sum(of.failed for of in spent.values()),
    )


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


def _look_at(
    claimed: Sequence[Claimed], *, at: datetime
) -> tuple[Changes, dict[UUID, datetime | None], dict[str, Spent]]:
    """What is to be written, when to look again at whom, and what each agent took."""
    user_ids = [c.user_id for c in claimed]
    read_new_words(user_ids, at=at)
    views = load_views(user_ids, at=at)
    stored, known = load_stored(user_ids), load_known(user_ids)
    changes, spent = Changes(), defaultdict[str, Spent](Spent)
    next_looks: dict[UUID, datetime | None] = {}
    for person in claimed:
        if (view := views.pop(person.user_id, None)) is None:
            continue
        before: Outputs = stored.get(person.user_id, {})
        looked = look(view, fresh=() if person.is_changed else fresh(before, view))
        again = compare(view, before, looked, changes)
        next_looks[person.user_id] = again if _is_active(person, at) else None
        changes.beliefs += infer(view, known.get(person.user_id, {}))
        for key, took_s in looked.took_s.items():
            spent[key].add(took_s, has_failed=key not in looked.seen)
        view.memo.clear()  # what was worked out knows its view: a circle that only gc would find
    return changes, next_looks, spent


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
