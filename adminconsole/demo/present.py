"""How things stand when the history ends, by the product's own agents and its own policy."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from adminconsole.demo.base import (
    DAY_S,
    KEYS_A_PERSON,
    Rows,
    cell_of,
    dashed,
    moment,
    new_id,
    stamp,
    values_of,
)  # fmt: skip
from adminconsole.demo.belongings import add_rows
from adminconsole.demo.history import Story, offset_s
from adminconsole.demo.people import Person, Stage
from adminconsole.demo.telling import BELIEF
from agents.base import Answer, Inference, Snippet, UserView
from agents.inferring.beliefs import SURE
from agents.looking.codec import dump, fingerprint
from agents.looking.looking import expires_at, look
from agents.models import AgentOutput, Belief, LookSchedule
from agents.profile.answers import REMEMBERED
from agents.registry import AGENTS, INFERENCES
from events.catalog import TipServed
from tips.base import Reaction
from tips.decide.kinds import later_until
from tips.make.deciding import (
    Decided,
    as_seen,
    decide,
    evidence_of,
    mark_of,
    rendered,
    worth_logging,
)
from tips.make.in_force import policy_of_settings
from tips.models import Tip, TipDecision, TipSchedule, TipView

STALE, STALE_FOR_S = 0.03, 2 * DAY_S
# Of one agent, many outputs were not made anew: the console has to show which.
STALE_AGENT, STALE_OF_IT = "time-of-day", 0.4
DENIED = 0.07
SHOWN = 0.4


def add_present(story: Story) -> None:
    """The rows of somebody who is connected that tell of now."""
    plan, person, rows, rng = story.plan, story.person, story.rows, story.rng
    is_stale = person.stage is Stage.LAPSED or rng.random() < STALE
    at = moment(plan.now_s - rng.randint(60, 840) - (STALE_FOR_S if is_stale else 0))
    tasks, events = add_rows(plan, story.mine, rows, rng)
    view = UserView(
        user_id=UUID(person.id),
        now=at,
        zone=person.zone,
        tasks=tuple(tasks),
        events=tuple(events),
        locale=person.locale,
        consents=frozenset({"tasks", "calendar"} if "google-calendar" in person.connections
                           else {"tasks"}),
        answers=_answers(story, at),
    )  # fmt: skip
    seen = _add_outputs(person, view, rows, rng)
    _add_beliefs(story, view)
    is_here = person.stage is Stage.ACTIVE and not is_stale
    policy = policy_of_settings()
    decided = decide(view, policy, (), seen, rng) if is_here else None
    _add_schedules(story, view, decided)


def _answers(story: Story, at: datetime) -> tuple[Answer, ...]:
    since = (at - REMEMBERED).timestamp()
    return tuple(
        Answer(key, said.reaction, moment(said.at), said.reason, dwell_s)
        for key, said, dwell_s in reversed(story.answered)
        if since < said.at <= at.timestamp()
    )


def _add_outputs(person: Person, view: UserView, rows: Rows, rng: Random) -> dict[str, Snippet]:
    seen = {key: snippet for key, snippet in look(view).seen.items() if snippet}
    for key, snippet in seen.items():
        agent = AGENTS[key]
        is_late = key == STALE_AGENT and rng.random() < STALE_OF_IT
        late = timedelta(seconds=STALE_FOR_S if is_late else 0)
        rows.add_keyed(
            AgentOutput,
            user_id=person.id,
            agent=key,
            version=agent.manifest.version,
            fingerprint=fingerprint(snippet),
            snippet=cell_of(dump(snippet)),
            made_at=cell_of(view.now - late),
            expires_at=cell_of(expires_at(agent, snippet, view.now) - late),
        )
    return seen


def _add_beliefs(story: Story, view: UserView) -> None:
    for number, (key, inference) in enumerate(_beliefs_first(), start=1):
        found = inference.infer(view)
        manifest = inference.manifest
        value = found.value.model_dump(mode="json") if found else None
        said, is_denied = None, story.rng.random() < DENIED
        if key == BELIEF:
            said, is_denied = _opinion(story)
            value = value or ({"a_day": story.believed} if story.opinion else None)
        if value is None:
            continue
        story.rows.add(
            Belief,
            id=story.person.number * KEYS_A_PERSON + number,
            user_id=story.person.id,
            inference=key,
            version=manifest.version,
            value=json.dumps(value),
            confidence=found.confidence if found else SURE,
            evidence=found.evidence if found else len(view.answers),
            made_at=cell_of(view.now),
            expires_at=cell_of(view.now + manifest.ttl),
            said=said,
            is_denied=int(is_denied),
        )


def _beliefs_first() -> list[tuple[str, Inference]]:
    """The one that tips ask about has the first key: see Days.belief_id."""
    return sorted(INFERENCES.load().items(), key=lambda each: (each[0] != BELIEF, each[0]))


def _opinion(story: Story) -> tuple[str | None, bool]:
    """What the person says of their pace, and whether they deny it."""
    if story.opinion == Reaction.DONE:
        return json.dumps({"a_day": story.believed}), False
    return None, story.opinion == Reaction.DISMISS


# ---- the live tip ---------------------------------------------------------------------------


def _add_schedules(story: Story, view: UserView, decided: Decided | None) -> None:
    plan, person, rows = story.plan, story.person, story.rows
    if decided and decided.boundary <= plan.until:
        decided = None  # it is over already: whoever looks next decides
    now = stamp(plan.now_s)
    rows.add(
        LookSchedule,
        user_id=person.id,
        next_look_at=None if person.stage is Stage.LAPSED else stamp(plan.now_s + 900),
        active_at=stamp(story.here) if story.here else None,
        looked_at=cell_of(view.now),
    )
    mark = mark_of(view, decided.policy, ()) if decided else ""
    rows.add(
        TipSchedule,
        user_id=person.id,
        fingerprint=mark,
        revision=story.tips + 1,
        looked_at=cell_of(view.now),
        next_look_at=cell_of(decided.boundary) if decided else now,
        policy=decided.policy.manifest.key if decided else "",
        silence=decided.choice.silence if decided else "",
        last_answered_id=story.last_answered or None,
    )
    if decided:
        tip_id = _add_tip(story, decided, mark) if decided.choice.chosen else ""
        _add_decision(person, decided, mark, tip_id, rows)


def _add_tip(story: Story, decided: Decided, mark: str) -> str:
    chosen, rng, person = decided.choice.chosen, story.rng, story.person
    assert chosen is not None
    candidate, made = chosen.candidate, decided.view.now
    content, detail = rendered(chosen, decided)
    is_shown, tip_id = rng.random() < SHOWN, new_id(rng)
    shown_at = story.plan.now_s - rng.uniform(1, 50)
    tip = Tip(
        state=Tip.State.SHOWN if is_shown else Tip.State.READY,
        content=content,
        detail=detail,
        kind=candidate.kind,
        url=candidate.url,
        source=candidate.source,
        policy=decided.policy.manifest.key,
        confidence=decided.choice.confidence,
        evidence=[asdict(row) for row in evidence_of(chosen)],
        candidate=candidate.key,
        fingerprint=mark,
        made_at=made,
        expires_at=decided.boundary,
        starts_at=candidate.facts.starts_at,
        later_until=later_until(candidate.kind, candidate.facts),
        shown_at=moment(shown_at) if is_shown else None,
    )
    story.rows.add(Tip, **(values_of(tip) | {"id": tip_id, "user_id": person.id}))
    if is_shown:
        told = {"tip_id": dashed(tip_id), "policy": tip.policy, "kind": tip.kind}
        story.rows.event(TipServed, person.id, shown_at, new_id(rng), **told)
        story.days.serve(shown_at + offset_s(moment(shown_at), person))
        story.rows.add_keyed(
            TipView, tip_id=tip_id, user_id=person.id, at=stamp(shown_at), surface="page"
        )
    return tip_id


def _add_decision(person: Person, decided: Decided, mark: str, tip_id: str, rows: Rows) -> None:
    choice, manifest = decided.choice, decided.policy.manifest
    rows.add_keyed(
        TipDecision,
        user_id=person.id,
        tip_id=tip_id or None,
        at=cell_of(decided.view.now),
        policy=manifest.key,
        policy_version=manifest.version,
        candidates=cell_of([asdict(each) for each in worth_logging(decided)]),
        seen=cell_of([as_seen(key, snippet) for key, snippet in decided.seen.items()]),
        candidate_count=len(choice.ranking),
        chosen=choice.chosen.candidate.key if choice.chosen else "",
        propensity=choice.propensity,
        silence=choice.silence,
        fingerprint=mark,
    )
