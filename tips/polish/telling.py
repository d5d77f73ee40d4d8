"""What a model is told before it chooses: where the person is, what they set, what agents saw.

Each is one line, and the prompt puts a word of ours before it: somebody else's words cannot pretend
to be an option. Pure.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import time
from typing import Any

from django.utils import translation

from agents.base import LONGEST_SNIPPET, Prefs, UserView, keys_of
from agents.looking.eligibility import may_look
from agents.registry import AGENTS
from oo.lib.text import one_line
from tips.registry import POLICIES

MOST_WORDS = 250  # of all snippets together
# Some languages have no spaces between words.
LONGEST_LINE = 400  # characters of a snippet
LONGEST_SETTING = 80


def situation_of(view: UserView) -> str:
    """As the person has called it, or ""."""
    return one_line(view.situation.title, LONGEST_SETTING) if view.situation else ""


def settings_of(policy: str, view: UserView) -> tuple[str, ...]:
    """What they set of the policy, where that is not its default; in English, as the prompt is."""
    known = POLICIES.get(policy)
    prefs = view.prefs.get(policy)
    if known is None or known.manifest.prefs is None:
        return ()
    if not isinstance(prefs, known.manifest.prefs):
        return ()
    with translation.override("en"):
        return tuple(one_line(said, LONGEST_SETTING) for said in _settings(prefs))


def _settings(prefs: Prefs) -> Iterator[str]:
    plain = type(prefs)()
    for name, label in prefs.labels.items():
        value = getattr(prefs, name)
        # Of hours a policy makes silence or none, before anybody chooses.
        if value != getattr(plain, name) and not isinstance(value, time):
            yield f"{label}: {_said(value)}"


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def seen_of(seen: Sequence[Any], offered: Collection[str], view: UserView) -> tuple[str, ...]:
    """What agents say of what is offered or of the day, who nominates what is offered first.

    seen     as the log of the decision has it
    offered  keys of candidates
    view     of now: nothing is told of rows that it does not have, nor by who may not look
    """
    told = [one for one in seen if _may_be_told(one, view) and _is_about(one, offered, view)]
    told.sort(key=lambda one: _nominated(one).isdisjoint(offered))
    found, left = [], MOST_WORDS
    for one in told:
        text = _short(one["text"])
        words = len(text.split())
        if words <= left:
            found.append(text)
            left -= words
    return tuple(found)


def _may_be_told(one: Any, view: UserView) -> bool:
    agent = AGENTS.get(one["agent"])
    if agent is None or not may_look(agent.manifest, view):
        return False
    answered = {answer.candidate for answer in view.answers}
    there = answered.union(keys_of(view.tasks), keys_of(view.events))
    return there.issuperset(one["rows"]) and there.issuperset(_nominated(one))


def _is_about(one: Any, offered: Collection[str], view: UserView) -> bool:
    """Who speaks of open tasks alone, and of none that is offered, only distracts."""
    rows = _nominated(one).union(one["rows"])
    return not rows or not rows.isdisjoint(offered) or not rows.issubset(keys_of(view.tasks))


def _nominated(one: Any) -> set[str]:
    return {nomination["candidate"] for nomination in one["nominations"]}


def _short(text: str) -> str:
    words = one_line(text, LONGEST_LINE).split()
    cut = " ".join(words[:LONGEST_SNIPPET])
    return f"{cut}…" if len(words) > LONGEST_SNIPPET else cut
