"""A moment as real rows: a made-up person, whose apps were read and whose tips were answered.

Nothing is written here that oO does not write: syncs go through integrations.sync, answers through
tips.answer, in the order in which they happened.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TypeAlias
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.utils import translation

from accounts.models import Profile, User
from agents.looking import sweeping
from agents.models import LookSchedule
from integrations.access import connections
from integrations.complete.completing import complete_due
from integrations.models import CalendarEvent, Task
from integrations.registry import SOURCES
from integrations.sync import due
from integrations.sync.syncing import Outcome, sync
from lab.moments.format import Happening, Moment
from lab.moments.source import MomentSource
from oo.lib.text import one_line
from tips import conf
from tips.answer.answering import explain, mark_shown, react
from tips.base import Kind, Reaction
from tips.models import Tip

# What each word of the history is as an answer.
REACTIONS = {"done": Reaction.DONE, "snoozed": Reaction.SNOOZE, "dismissed": Reaction.DISMISS}

Keys: TypeAlias = dict[str, str]  # candidate key ("task:17") to the id of the item


@contextmanager
def lived(moment: Moment) -> Iterator[User]:
    """The person of the moment, at its now. Everything is taken back at the end."""
    source = MomentSource(moment)
    with transaction.atomic(), _registered(source):
        user = _person(moment)
        connection = connections.connect(
            user.pk, source.manifest.key, {}, "", at=source.timeline[0]
        )
        for at in source.timeline:
            complete_due(at=at)
            _read(connection.pk, user.pk, at)
            for past in moment.history:
                if past.at == at:
                    _remember(user, past)
        _look(at=moment.now)
        yield user
        transaction.set_rollback(True)


def _look(at: datetime) -> None:
    """Every angle, and what can be inferred, as a sweep does just before."""
    sweep = sweeping.begin(at=at)
    claimed = LookSchedule.objects.claim(sweeping.CHUNK, at=at, until=at + sweeping.LEASE)
    sweeping.sweep_chunk(sweep, claimed, at=at)


def item_keys(user: User) -> Keys:
    """Which item of the moment each candidate is about. Two queries."""
    return {
        f"{name}:{pk}": external_id
        for name, rows in (("task", Task.objects), ("event", CalendarEvent.objects))
        for pk, external_id in rows.filter(user=user).values_list("pk", "external_id")
    }


@contextmanager
def _registered(source: MomentSource) -> Iterator[None]:
    known = SOURCES.load()
    known[source.manifest.key] = source
    try:
        yield
    finally:
        del known[source.manifest.key]


def _person(moment: Moment) -> User:
    user = User.objects.create_user(f"{uuid4().hex}@moments.invalid")
    values = {
        "time_zone": moment.zone,
        "zone_is_known": True,
        "locale": supported(moment.locale),
        "role": one_line(moment.about, 80),
    }
    Profile.objects.update_or_create(user=user, defaults=values)
    return user


def supported(locale: str) -> str:
    """The language in which oO speaks to somebody with this one: English where it has no words."""
    try:
        return translation.get_supported_language_variant(locale)
    except LookupError:
        return "en"


def _read(connection_id: UUID, user_id: UUID, at: datetime) -> None:
    due.request_sync(connection_id, user_id, at=at)
    outcome = sync(connection_id, at=at)
    if outcome is not Outcome.SYNCED:
        raise RuntimeError(f"the moment could not be read: {outcome}")


def _remember(user: User, past: Happening) -> None:
    """A tip about the item, shown and answered as the history says."""
    if past.what != "shown" and past.what not in REACTIONS:
        return  # the source told it
    tip = _tip(user, past)
    if past.what == "shown":
        mark_shown(tip, surface="page", at=past.at)
        Tip.objects.filter(pk=tip.pk).update(state=Tip.State.EXPIRED, ended_at=tip.expires_at)
        return
    if past.dwell_s is not None:
        mark_shown(tip, surface="page", at=tip.made_at)
    react(tip, REACTIONS[past.what], at=past.at)
    if past.what == "dismissed" and past.reason:
        explain(tip, past.reason, at=past.at)


def _tip(user: User, past: Happening) -> Tip:
    key = next(key for key, item in item_keys(user).items() if item == past.item)
    model, pk = key.split(":")
    rows = Task.objects if model == "task" else CalendarEvent.objects
    made_at = past.at - timedelta(seconds=past.dwell_s or 0)
    return Tip.objects.create(
        user=user,
        content=rows.get(pk=pk).title,
        kind=Kind.TASK if model == "task" else Kind.REMINDER,
        source=MomentSource.manifest.key,
        policy=settings.OO_POLICY,
        confidence=1.0,
        evidence=[{"model": model, "id": int(pk), "fact": "open"}],
        candidate=key,
        fingerprint="",
        made_at=made_at,
        expires_at=made_at + conf.SHOWN_STAYS,
    )
