"""One decision about one person: what could be said, how it ranks, what is chosen. No row yet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from random import Random
from typing import Any
from uuid import UUID

from agents.base import Snippet, UserView, event_key
from agents.looking.outputs import see
from integrations.models import CalendarEvent
from oo.lib.among import Among
from oo.lib.words import told_to
from tips import conf
from tips.base import Candidate, Choice, Evidence, Kind, Policy, Scored, TipCandidate
from tips.decide.candidates import build_candidates
from tips.decide.fingerprint import fingerprint, next_boundary
from tips.decide.insights import OF_BELIEFS, UNANSWERED, held_until
from tips.make import words
from tips.models import Mute, Tip


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision that is not stored yet."""

    view: UserView
    policy: Policy
    choice: Choice
    candidates: Sequence[Candidate]
    seen: Mapping[str, Snippet]  # by agent
    boundary: datetime  # the first moment at which it could come out differently


def decide(
    view: UserView,
    policy: Policy,
    mutes: Sequence[Mute],
    kept: Mapping[str, Snippet],
    rng: Random,
) -> Decided:
    """Makes no query. kept: what agents saw, by agent, as agents.looking.outputs has it."""
    candidates = build_candidates(view, {m.candidate for m in mutes})
    choice = policy.decide(view, candidates, rng)
    until = choice.chosen.candidate.valid_until if choice.chosen else None
    boundary = next_boundary(view, [until, choice.until, *(m.until for m in mutes)])
    return Decided(view, policy, choice, candidates, see(view, kept), boundary)


def mark_of(view: UserView, policy: Policy, mutes: Sequence[Mute]) -> str:
    """A digest of all that a decision depends on. While it is equal, the decision stands."""
    manifest = policy.manifest
    muted = [m.candidate for m in mutes]
    return fingerprint(view, muted, f"{manifest.key} {manifest.version}", view.locale)


def mutes_in_force(views: Mapping[UUID, UserView]) -> dict[UUID, list[Mute]]:
    """By person. A mute that holds until its row changes is left out once the row has changed.

    Unsaved mutes are added for insights that were shown and not answered. At most three queries.
    """
    found: dict[UUID, list[Mute]] = defaultdict(list)
    now = min((view.now for view in views.values()), default=None)
    if now is None:
        return found
    mutes = list(Mute.objects.filter(Among("user_id", views), until__gt=now))
    waiting = {m.user_id for m in mutes if m.until_changed}
    changed = _changed({pk: views[pk] for pk in waiting})
    for mute in mutes:
        if not mute.is_over(changed.get(mute.candidate)):
            found[mute.user_id].append(mute)
    for mute in _unanswered(views, now):
        found[mute.user_id].append(mute)
    return found


def _unanswered(views: Mapping[UUID, UserView], now: datetime) -> Iterator[Mute]:
    """Unsaved mutes for whoever was shown an insight and did not answer it: for that one, and a
    shorter one for all others. None while it still is on the page. At most one query.
    """
    fresh = {pk: view.fresh_beliefs for pk, view in views.items() if view.fresh_beliefs}
    if not fresh:
        return
    shown = Tip.objects.filter(user_id__in=fresh, kind=Kind.INSIGHT, shown_at__gt=now - UNANSWERED)
    over = shown.exclude(state=Tip.State.ANSWERED).exclude(state__in=Tip.LIVE, expires_at__gt=now)
    for user_id, said, at in over.values_list("user_id", "candidate", "shown_at"):
        assert at is not None
        for candidate in (f"{OF_BELIEFS}{key}" for key in fresh[user_id]):
            until = held_until(candidate, said, at)
            if until > now:
                yield Mute(user_id=user_id, candidate=candidate, until=until, since=at)


def _changed(views: Mapping[UUID, UserView]) -> dict[str, datetime | None]:
    """When each row of these people last changed, by candidate. At most one query."""
    tasks = {t.key: t.changed_at for view in views.values() for t in view.tasks}
    event_ids = [event.id for view in views.values() for event in view.events]
    if not event_ids:
        return tasks
    rows = CalendarEvent.objects.filter(Among("pk", event_ids)).values_list("pk", "changed_at")
    return tasks | {event_key(pk): at for pk, at in rows}


def rendered(scored: Scored, decided: Decided) -> tuple[str, str]:
    """(content, detail) in the person's language and on their clock."""
    view = decided.view
    with told_to(view.zone, view.locale, view.formats):
        return words.render(scored, decided.policy.manifest)


def worth_logging(decided: Decided) -> list[TipCandidate]:
    """The best, and always the chosen one: without it nothing can be learnt from the log."""
    choice = decided.choice
    best = list(choice.ranking[: conf.LOGGED_CANDIDATES])
    if choice.chosen and choice.chosen not in best:
        best[-1:] = [choice.chosen]
    return as_candidates(best, decided)


def as_candidates(ranked: Sequence[Scored], decided: Decided) -> list[TipCandidate]:
    view = decided.view
    with told_to(view.zone, view.locale, view.formats):
        return [_candidate(scored, decided) for scored in ranked]


def _candidate(scored: Scored, decided: Decided) -> TipCandidate:
    candidate, manifest = scored.candidate, decided.policy.manifest
    content, detail = words.render(scored, manifest)
    codes = (*scored.reasons, *scored.penalties)
    said = [words.reason(code, candidate.facts, manifest) for code in codes]
    return TipCandidate(
        key=candidate.key,
        kind=candidate.kind,
        content=content,
        detail=detail,
        url=candidate.url,
        source=candidate.source,
        score=scored.score,
        is_gated=scored.is_gated,
        presses=scored.presses,
        reasons=scored.reasons,
        penalties=scored.penalties,
        words=tuple(filter(None, said)),
        nominated_by=tuple(
            key
            for key, snippet in decided.seen.items()
            if candidate.key in {n.candidate for n in snippet.nominations}
        ),
        evidence=evidence_of(scored),
    )


def evidence_of(scored: Scored) -> tuple[Evidence, ...]:
    """The rows, each with the first reason as its fact; without any reason it keeps its own."""
    fact = scored.reasons[0] if scored.reasons else ""
    return tuple(replace(e, fact=fact or e.fact) for e in scored.candidate.evidence)


def as_seen(key: str, snippet: Snippet) -> dict[str, Any]:
    """A snippet as the log keeps it."""
    return {
        "agent": key,
        "text": snippet.text,
        "rows": sorted({row for fact in snippet.facts for row in fact.rows}),
        "nominations": [asdict(nomination) for nomination in snippet.nominations],
    }
