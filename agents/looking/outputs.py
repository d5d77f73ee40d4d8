"""What agents saw, as rows: only those that changed are written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Container, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from agents.base import Snippet, UserView, keys_of
from agents.inferring.beliefs import INFERRED
from agents.looking.codec import dump, fingerprint, load
from agents.looking.eligibility import may_look
from agents.looking.looking import Looked, expires_at, look
from agents.models import AgentOutput, Belief
from agents.registry import AGENTS
from oo.lib.among import Among
from oo.lib.bulk import upsert


@dataclass(frozen=True, slots=True)
class Stored:
    version: int
    fingerprint: str
    expires_at: datetime


Outputs = Mapping[str, Stored]  # by agent


@dataclass(slots=True)
class Changes:
    """What has to be written for some people."""

    changed: list[AgentOutput] = field(default_factory=list)
    gone: list[tuple[UUID, str]] = field(default_factory=list)
    beliefs: list[Belief] = field(default_factory=list)

    def of(self, people: Container[UUID]) -> Changes:
        """Those of some people alone."""
        return Changes(
            [output for output in self.changed if output.user_id in people],
            [(user_id, key) for user_id, key in self.gone if user_id in people],
            [belief for belief in self.beliefs if belief.user_id in people],
        )


def load_stored(user_ids: Collection[UUID]) -> dict[UUID, dict[str, Stored]]:
    """By person and agent; one query."""
    found: dict[UUID, dict[str, Stored]] = defaultdict(dict)
    rows = AgentOutput.objects.filter(Among("user_id", user_ids))
    for user_id, agent, version, mark, expires in rows.values_list(
        "user_id", "agent", "version", "fingerprint", "expires_at"
    ):
        found[user_id][agent] = Stored(version, mark, expires)
    return found


def load_current(user_ids: Collection[UUID], *, at: datetime) -> dict[UUID, dict[str, Snippet]]:
    """The snippets that still hold, by person and agent: one query.

    None hold of a person whose data have changed since, nor of one whom a worker holds: it may be
    for that that it does.
    """
    found: dict[UUID, dict[str, Snippet]] = defaultdict(dict)
    rows = AgentOutput.objects.filter(
        Among("user_id", user_ids),
        expires_at__gt=at,
        user__lookschedule__is_changed=False,
        user__lookschedule__claimed_until=None,
    )
    for user_id, key, version, stored in rows.values_list("user_id", "agent", "version", "snippet"):
        agent = AGENTS.get(key)
        if agent and agent.manifest.version == version and (snippet := load(stored)):
            found[user_id][key] = snippet
    return found


def see(view: UserView, current: Mapping[str, Snippet]) -> dict[str, Snippet]:
    """What every agent sees of one person, by agent: as the sweep wrote it, or seen now.

    current  of this person, as load_current has it
    Only what speaks of rows that are there.
    """
    kept = {key: s for key, s in current.items() if may_look(AGENTS[key].manifest, view)}
    seen: dict[str, Snippet | None] = {**look(view, fresh=kept).seen, **kept}
    there = {*keys_of(view.tasks), *keys_of(view.events)}
    return {
        key: snippet
        for key, snippet in seen.items()
        if snippet and there.issuperset(n.candidate for n in snippet.nominations)
    }


def fresh(stored: Outputs, view: UserView) -> set[str]:
    """The agents whose last look still holds, and who may still look."""
    return {
        key
        for key, output in stored.items()
        if output.expires_at > view.now
        and (agent := AGENTS.get(key))
        and agent.manifest.version == output.version
        and may_look(agent.manifest, view)
    }


def compare(view: UserView, stored: Outputs, looked: Looked, into: Changes) -> datetime:
    """Note in `into` what differs from what is stored. Returns when to look again.

    A look that finds the same is not written while more than half of its agent's TTL is left.
    """
    user_id, at = view.user_id, view.now
    kept = [output.expires_at for key, output in stored.items() if key not in looked.seen]
    moments = [moment for moment in kept if moment > at]
    for key, snippet in looked.seen.items():
        agent, before = AGENTS[key], stored.get(key)
        expires = expires_at(agent, snippet, at)
        if snippet is None:
            if before:
                into.gone.append((user_id, key))
            moments.append(expires)
            continue
        version, mark = agent.manifest.version, fingerprint(snippet)
        if before and _still_holds(before, version, mark, expires, at):
            moments.append(before.expires_at)
            continue
        moments.append(expires)
        into.changed.append(
            AgentOutput(
                user_id=user_id,
                agent=key,
                version=version,
                fingerprint=mark,
                snippet=dump(snippet),
                made_at=at,
                expires_at=expires,
            )
        )
    return min([*moments, *filter(None, [view.changes_at])], default=at)


def _still_holds(before: Stored, version: int, mark: str, expires: datetime, at: datetime) -> bool:
    if (before.version, before.fingerprint) != (version, mark):
        return False
    return before.expires_at == expires or before.expires_at - at > (expires - at) / 2


def write(changes: Changes) -> None:
    """In a transaction that holds the people: see accounts.locks."""
    upsert(
        changes.changed,
        known_by=("user", "agent"),
        change=("version", "fingerprint", "snippet", "made_at", "expires_at"),
    )
    by_agent: dict[str, list[UUID]] = defaultdict(list)
    for user_id, key in changes.gone:
        by_agent[key].append(user_id)
    for key, user_ids in by_agent.items():
        AgentOutput.objects.filter(agent=key, user_id__in=user_ids).delete()
    upsert(changes.beliefs, known_by=("user", "inference"), change=INFERRED)
