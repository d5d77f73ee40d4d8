"""One person seen from every angle that is due. Nothing is stored here."""

from __future__ import annotations

import logging
from collections.abc import Container
from dataclasses import dataclass, field
from datetime import datetime
from time import perf_counter

from agents.base import Agent, Snippet, UserView
from agents.looking.eligibility import may_look
from agents.registry import AGENTS
from oo.lib.words import told_to

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Looked:
    """By agent key: what was seen (None: nothing), and how many seconds it took, also of those
    whose look failed."""

    seen: dict[str, Snippet | None] = field(default_factory=dict)
    took_s: dict[str, float] = field(default_factory=dict)

    @property
    def failed(self) -> set[str]:
        return self.took_s.keys() - self.seen.keys()


def look(view: UserView, *, fresh: Container[str] = ()) -> Looked:
    """Have every agent look that may, but those whose last look is still `fresh`.

    What one of them does not survive is logged without the person's words, and hurts no other.
    """
    found = Looked()
    with told_to(view.zone, view.locale, view.formats):
        for key, agent in AGENTS.load().items():
            if key in fresh:
                continue
            if not may_look(agent.manifest, view):
                found.seen[key] = None
                continue
            began = perf_counter()
            try:
                found.seen[key] = agent.look(view)
            except Exception as error:  # a plug-in may raise anything
                log.error("agent %s failed: %s", key, type(error).__name__)  # noqa: TRY400
            found.took_s[key] = perf_counter() - began
    return found


def expires_at(agent: Agent, snippet: Snippet | None, at: datetime) -> datetime:
    """Until when the look is trusted: by the clock of what was seen, by the agent's TTL at most."""
    trusted = at + agent.manifest.ttl
    return min(snippet.until, trusted) if snippet and snippet.until else trusted
