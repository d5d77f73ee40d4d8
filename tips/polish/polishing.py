"""What a model adds to a tip that is ready: a better choice, a sentence. Nobody waits for it.

The tip of the ranking is on the page from the beginning. It is only replaced while nobody has seen
it and nothing has changed; whatever goes wrong, it stays.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.locks import lock_person
from accounts.models import Profile
from agents.asking.asking import may_ask
from agents.base import UserView
from agents.models import ModelCall
from agents.view import load_views
from oo.lib import llm
from oo.lib.llm import ModelError
from tips.base import Candidate
from tips.decide.candidates import build_candidates
from tips.decide.kinds import later_until
from tips.models import Tip, TipDecision, TipSchedule
from tips.polish import choosing, wording
from tips.polish.patience import Patience
from tips.polish.remembering import first_reason, remembered
from tips.polish.sparing import KINDS, PURPOSES, questions_left

log = logging.getLogger(__name__)
CHOSEN_SILENCE = "model_silent"  # the code of the silence that a model chose


@dataclass(frozen=True, slots=True)
class _Seen:
    """The tip and what it was chosen from, as a worker found them."""

    tip: Tip
    decision: TipDecision
    profile: Profile
    revision: int

    def still_stands(self) -> bool:
        """Whether nobody has seen or answered the tip, and nothing has changed. One query."""
        ready = Tip.objects.filter(pk=self.tip.pk, state=Tip.State.READY)
        return ready.filter(user__tipschedule__revision=self.revision).exists()


def worth_asking(tips: Iterable[Tip]) -> list[Tip]:
    """Those about which nobody has asked, and a model may be. One query; none without a model."""
    ready = [tip for tip in tips if tip.state == Tip.State.READY and tip.polished_at is None]
    ready = [tip for tip in ready if tip.kind in KINDS]
    if not ready or not _is_any_there():
        return []
    people = Profile.objects.filter(user_id__in=[tip.user_id for tip in ready])
    locales = dict(people.values_list("user_id", "locale"))
    is_asked = {locale: _is_asked(locale) for locale in {*locales.values()}}
    return [tip for tip in ready if is_asked.get(locales.get(tip.user_id, ""))]


def _is_asked(locale: str) -> bool:
    """Whether any model words this language or chooses."""
    every = frozenset(llm.clouds())
    errands = ((wording.ALIAS, wording.skill(locale)), (choosing.ALIAS, choosing.SKILL))
    return any(llm.is_askable(alias, skill, allowed_clouds=every) for alias, skill in errands)


def _is_any_there() -> bool:
    return llm.is_askable(wording.ALIAS, allowed_clouds=frozenset(llm.clouds()))


def polish(tip_id: UUID, *, at: datetime) -> None:
    """Ask what may be asked about this tip, once. Of two workers one does."""
    free = Tip.objects.filter(pk=tip_id, state=Tip.State.READY, polished_at=None, kind__in=KINDS)
    if not free.update(polished_at=at):
        return
    seen = _load(tip_id)
    if seen is None:
        return
    user_id = seen.tip.user_id
    patience = Patience(questions_left(user_id, at=at), seen.still_stands)
    try:
        seen = _choose(seen, patience, at=at)
        if seen is not None:
            patience.is_wanted = seen.still_stands  # it may be another tip now
            _word(seen, patience, at=at)
    except ModelError as error:
        log.info("tip %s stays as it is: %s", tip_id, type(error).__name__)
    _note_what_left(user_id, at)


def _note_what_left(user_id: UUID, at: datetime) -> None:
    """Of the tip, and of the one that a model chose instead: what was refused has left, too.

    Also where no cloud is set up: a proxy may have asked one. At most two queries.
    """
    calls = ModelCall.objects.filter(user_id=user_id, at=at, purpose__in=PURPOSES, is_local=False)
    if calls.exists():
        Tip.objects.filter(user_id=user_id, polished_at=at).update(left_host=True)


def _load(tip_id: UUID) -> _Seen | None:
    decision = TipDecision.objects.filter(tip_id=tip_id).select_related("tip").first()
    if decision is None or decision.tip is None:
        return None
    profile = Profile.objects.filter(user_id=decision.user_id, user__is_active=True).first()
    schedule = TipSchedule.objects.filter(pk=decision.user_id).first()
    if profile is None or schedule is None or schedule.fingerprint != decision.fingerprint:
        return None
    return _Seen(decision.tip, decision, profile, schedule.revision)


def _choose(seen: _Seen, patience: Patience, *, at: datetime) -> _Seen | None:
    """None: silence was chosen, or something has changed."""
    user_id = seen.tip.user_id
    if not may_ask(user_id, choosing.ALIAS, choosing.SKILL, at=at):
        return seen
    view = load_views([user_id], at=at).get(user_id)
    if view is None:
        return None
    found = choosing.choose(seen.decision, view, patience, at=at)
    if found is None:
        return seen
    key, model = found
    candidate = _candidate(view, key)
    if candidate is None and key not in (choosing.PEACE, seen.tip.candidate):
        return seen  # it cannot be said any more
    with transaction.atomic():
        schedule = _locked(seen)
        if schedule is None:
            return None
        seen.decision.chooser, seen.decision.chosen = model, key
        seen.decision.propensity = None
        if key == seen.tip.candidate:
            seen.decision.save(update_fields=["chooser", "chosen", "propensity"])
            return seen
        Tip.objects.filter(pk=seen.tip.pk).update(state=Tip.State.WITHDRAWN, ended_at=at)
        tip = _other(seen, candidate, at=at) if candidate else None
        if tip is None:
            seen.decision.silence = schedule.silence = CHOSEN_SILENCE
            schedule.save(update_fields=["silence"])
        seen.decision.tip = tip
        seen.decision.save()
    return replace(seen, tip=tip) if tip else None


def _candidate(view: UserView, key: str) -> Candidate | None:
    return next((c for c in build_candidates(view, ()) if c.key == key), None)


def _other(seen: _Seen, candidate: Candidate, *, at: datetime) -> Tip:
    """The tip of another candidate, in the words of the log. It holds for no longer."""
    logged = _logged(seen.decision, candidate.key)
    return Tip.objects.create(
        user_id=seen.tip.user_id,
        content=logged["content"],
        detail=logged["detail"],
        kind=logged["kind"],
        url=logged["url"],
        source=logged["source"],
        policy=seen.tip.policy,
        confidence=seen.tip.confidence,
        evidence=logged["evidence"],
        candidate=candidate.key,
        fingerprint=seen.tip.fingerprint,
        made_at=at,
        expires_at=min(seen.tip.expires_at, candidate.valid_until or seen.tip.expires_at),
        starts_at=candidate.facts.starts_at,
        later_until=later_until(candidate.kind, candidate.facts),
        polished_at=at,
    )


def _word(seen: _Seen, patience: Patience, *, at: datetime) -> None:
    tip, locale = seen.tip, seen.profile.locale
    worded = remembered(tip, locale=locale, at=at)
    if worded is None and may_ask(tip.user_id, wording.ALIAS, wording.skill(locale), at=at):
        worded = wording.word(
            tip.user_id, tip.content, first_reason(tip), patience, locale=locale, at=at
        )
    if worded is None:
        return
    with transaction.atomic():
        if _locked(seen) is None:
            return
        Tip.objects.filter(pk=tip.pk, state=Tip.State.READY).update(
            content=worded.text,
            plain=tip.content,
            model=worded.model,
            prompt_version=worded.prompt,
            left_host=not worded.is_local,
        )


def _locked(seen: _Seen) -> TipSchedule | None:
    """The schedule, locked; None when the tip was seen or overtaken, or the person has left."""
    if not lock_person(seen.tip.user_id):
        return None
    schedule = TipSchedule.objects.select_for_update().get(pk=seen.tip.user_id)
    if schedule.revision != seen.revision:
        return None
    is_ready = Tip.objects.filter(pk=seen.tip.pk, state=Tip.State.READY).exists()
    return schedule if is_ready else None


def _logged(decision: TipDecision, key: str) -> Any:
    return next(c for c in decision.candidates if c["key"] == key)
