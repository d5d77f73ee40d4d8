"""Who waits for the person, and what can go on once something is done."""

from __future__ import annotations

from datetime import timedelta

from agents.base import (
    Agent,
    AgentManifest,
    Fact,
    Nomination,
    Snippet,
    TaskView,
    Unit,
    UserView,
    first_nominations,
    keys_of,
)
from agents.phrases import quoted
from agents.timing.needs import can_begin
from agents.traits import Origin, Trait
from oo.lib.words import gettext as _
from oo.lib.words import gettext_lazy, ngettext

NEAR_DAYS = 3


class PeopleWaiting(Agent):
    manifest = AgentManifest(
        key="people-waiting",
        title=gettext_lazy("Who waits for you"),
        about=gettext_lazy("Who waits for something of yours, and what can go on once it is done."),
        version=2,
        ttl=timedelta(hours=12),
        consents=("tasks",),
        reads=("tasks",),
    )

    def look(self, view: UserView) -> Snippet | None:
        waited = [t for t in view.tasks if t.traits.waits or t.traits.unblocks]
        if not waited:
            return None
        waited.sort(
            key=lambda t: (-_salience(t, view), t.added_at is None, t.added_at or view.now, t.id)
        )
        return Snippet(
            text=_said(waited),
            facts=(Fact("waited_for", len(waited), Unit.COUNT, keys_of(waited)),),
            nominations=first_nominations(
                Nomination(t.key, _salience(t, view), _reason(t))
                for t in waited
                if can_begin(t, view)
            ),
            until=view.next_midnight,
        )


def _salience(task: TaskView, view: UserView) -> float:
    days = (task.due_on - view.today).days if task.due_on else 365
    return 0.7 + (0.1 if task.traits.waits else 0.0) + (0.1 if days <= NEAR_DAYS else 0.0)


def _reason(task: TaskView) -> str:
    """In the words that say it: those of the task, or the person's own."""
    if task.traits.waits:
        return _somebody(task.traits.waits)
    assert task.traits.unblocks
    return _others(task.traits.unblocks)


def _somebody(waits: Trait[str]) -> str:
    if waits.origin is not Origin.PERSON:
        return _("Somebody is waiting: %(quote)s.") % {"quote": quoted(waits.quote)}
    if waits.value:
        return _("You said that somebody is waiting: %(quote)s.") % {"quote": quoted(waits.value)}
    return _("You said that somebody is waiting.")


def _others(unblocks: Trait[str]) -> str:
    if unblocks.origin is not Origin.PERSON:
        return _("Other things wait for it, by its words: %(quote)s.") % {
            "quote": quoted(unblocks.quote)
        }
    if unblocks.value:
        return _("Other things wait for it, you said: %(quote)s.") % {
            "quote": quoted(unblocks.value)
        }
    return _("Other things wait for it, you said.")


def _said(waited: list[TaskView]) -> str:
    first = f"{quoted(waited[0].title)}: {_reason(waited[0])}"
    rest = len(waited) - 1
    if not rest:
        return first
    more = ngettext("One more task is waited for.", "%(n)s more tasks are waited for.", rest) % {
        "n": rest
    }
    return f"{first} {more}"
