"""From people's rows to the one ready tip of each, or to silence on record."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from datetime import datetime
from random import Random
from uuid import UUID

from agents.looking.outputs import load_current
from agents.understanding.keeping import read_new_words
from agents.view import load_views
from tips.make.deciding import decide, mark_of, mutes_in_force
from tips.make.in_force import load_in_force
from tips.make.storing import Anew, Stands, Stored, store
from tips.models import Tip, TipSchedule

log = logging.getLogger(__name__)
ATTEMPTS = 3


def make_tip(user_id: UUID, *, at: datetime, rng: Random | None = None) -> Tip | None:
    """As make_tips, for one person. Returns the live tip, if any."""
    made = make_tips([user_id], at=at, rng=rng)
    if made.failures:
        raise made.failures[user_id]
    return made.live.get(user_id)


def make_tips(user_ids: Collection[UUID], *, at: datetime, rng: Random | None = None) -> Stored:
    """See that people have a ready tip, or silence on record.

    As many queries for a thousand people as for one. While nothing has changed, a live tip stands
    and nothing is decided.

    Safe to run twice and at once: schedules are locked while decisions are stored. If something
    about a person has changed since it was loaded, the decision is dropped and made anew, up to
    ATTEMPTS in all; after that the change itself has made the person due again. One decision that
    fails does not affect the others. Who has left, or rests after an answer, gets no tip.
    """
    rng, stored = rng or Random(), Stored()
    waiting = set(user_ids)
    for _attempt in range(ATTEMPTS):
        if not waiting:
            break
        round_ = _make(waiting, rng, at=at)
        stored.add(round_)
        waiting = round_.overtaken
    if waiting:
        stored.live |= {t.user_id: t for t in Tip.objects.current_of(waiting, at=at)}
    return stored


def _make(user_ids: Collection[UUID], rng: Random, *, at: datetime) -> Stored:
    schedules = TipSchedule.objects.of_people(user_ids)
    if new := set(user_ids) - schedules.keys():
        TipSchedule.objects.begin(new, at=at)
        schedules |= TipSchedule.objects.of_people(new)
    resting = {
        pk: Stands(schedule, schedule.rest_until)
        for pk, schedule in schedules.items()
        if schedule.rest_until and schedule.rest_until > at
    }
    awake = schedules.keys() - resting.keys()
    found, failures = _decide({pk: schedules[pk] for pk in awake}, rng, at=at)
    stored = store([*resting.values(), *found], at=at)
    stored.failures |= failures
    return stored


def _decide(
    schedules: Mapping[UUID, TipSchedule], rng: Random, *, at: datetime
) -> tuple[list[Anew | Stands], dict[UUID, Exception]]:
    if not schedules:
        return [], {}
    read_new_words(schedules, at=at)
    views = load_views(schedules, at=at)
    mutes, seen = mutes_in_force(views), load_current(views, at=at)
    live = {tip.user_id: tip for tip in Tip.objects.current_of(views, at=at)}
    policy = load_in_force().policy
    found: list[Anew | Stands] = []
    failures: dict[UUID, Exception] = {}
    for user_id, view in views.items():
        schedule, muted = schedules[user_id], mutes.get(user_id, ())
        try:
            mark = mark_of(view, policy, muted)
            if user_id in live and schedule.fingerprint == mark:
                found.append(Stands(schedule, live[user_id].expires_at))
            else:
                decided = decide(view, policy, muted, seen.get(user_id, {}), rng)
                found.append(Anew(schedule, mark, decided))
        except Exception as error:  # a policy is a plug-in, and may raise anything
            # Not log.exception: a message or traceback may hold words of the person.
            log.error("no decision: %s", type(error).__name__)  # noqa: TRY400
            failures[user_id] = error
    return found, failures
