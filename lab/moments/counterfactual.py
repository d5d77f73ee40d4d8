"""Does what a choice cites count? It is taken away, and the same pipeline decides again.

Once the rows of its evidence, then only what its first reason names: a date, a trait, the events
that it prepares. What the clock or an answer says cannot be taken away, and is not tried. Nor is
what a model chose: the ranking is asked, not who polishes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Any, TypeAlias

from django.db import transaction

from accounts.models import User
from agents.models import Belief, Reading
from agents.timing.chances import diary_of
from agents.timing.needs import find_need
from agents.traits import Traits
from agents.understanding.correcting import deny, understanding_of
from agents.understanding.keeping import read_new_words
from agents.view import load_view
from integrations.models import CalendarEvent, Task
from lab.moments.format import Moment
from lab.moments.label_reader import LabelReader, read_by
from lab.moments.labels import Labels
from lab.moments.load import lived
from lab.moments.score import Judged
from lab.moments.variants import in_force, variant_named
from oo.lib.types import JSON
from tips.make.making import make_tip
from tips.models import TipDecision

Change: TypeAlias = Callable[[], object]
Logged: TypeAlias = dict[str, Any]  # a candidate, as TipDecision.candidates has it

ROWS: dict[str, Any] = {"task": Task, "event": CalendarEvent, "belief": Belief}
DUE = {"due_on": None, "due_time": None, "due_zone": ""}
# What each reason names, of a task: a trait, or else fields, here as they are when nothing is said.
NAMED_TRAITS = {
    "last_moment": "last_moment",
    "near": "last_moment",
    "obsolete_soon": "obsolete_after",
    "closing": "hours",
    "waits": "waits",
    "unblocks": "unblocks",
    "deep_morning": "energy",
}
NAMED_FIELDS: dict[str, dict[str, Any]] = {
    **dict.fromkeys(("due_today", "due_tomorrow", "due_in_days", "due_at", "due_soon"), DUE),
    **dict.fromkeys(("past_time", "overdue", "long_overdue"), DUE),
    "deadline": {"deadline_on": None},
    "deadline_missed": {"deadline_on": None},
    "urgent": {"priority": 1},
    "important": {"priority": 1},
    "fits_gap": {"duration_min": None},
    "fresh": {"added_at": None},
}
STAKES = "stakes_"  # before the kind, in the codes of reasons


@dataclass(frozen=True, slots=True)
class Tried:
    """Of one choice. `reason` is the code of its first; None where that was not tried.

    changed    something else is chosen without its rows, or silence
    is_gone    the reason, without what it names
    has_fallen   the score
    is_other   the choice
    """

    moment: str
    changed: bool
    reason: str | None = None
    is_gone: bool = False
    has_fallen: bool = False
    is_other: bool = False


@dataclass(frozen=True, slots=True)
class Figures:
    """Shares of 1, None where nothing was tried: `changed` of n, the rest of `reasons`.

    kept  what still said or was worth the same: the moment, and the reason or "row"
    """

    n: int
    changed: float | None
    reasons: int
    gone: float | None
    fallen: float | None
    other: float | None
    kept: tuple[str, ...]

    def as_json(self) -> JSON:
        return {
            "n": self.n,
            "changed": self.changed,
            "reasons": self.reasons,
            "gone": self.gone,
            "fallen": self.fallen,
            "other": self.other,
            "kept": list(self.kept),
        }


def try_all(judged: Iterable[Judged], name: str, labels: Labels) -> Figures | None:
    """Of the moments in which this variant spoke. None for one that asks a model."""
    variant = variant_named(name)
    if variant.asks:
        return None
    found = []
    with in_force(variant.policy):
        for one in judged:
            if not one.is_silent:
                with _read(one.moment, labels if variant.is_labelled else None):
                    found.append(try_one(one.moment))
    return count(found)


def _read(moment: Moment, labels: Labels | None) -> AbstractContextManager[None]:
    return read_by(LabelReader(moment, labels)) if labels else nullcontext()


def count(tried: Sequence[Tried]) -> Figures:
    reasons = [each for each in tried if each.reason is not None]
    return Figures(
        n=len(tried),
        changed=_share([each.changed for each in tried]),
        reasons=len(reasons),
        gone=_share([each.is_gone for each in reasons]),
        fallen=_share([each.has_fallen for each in reasons]),
        other=_share([each.is_other for each in reasons]),
        kept=(
            *(f"{each.moment} row" for each in tried if not each.changed),
            *(f"{t.moment} {t.reason}" for t in reasons if not (t.is_gone and t.has_fallen)),
        ),
    )


def try_one(moment: Moment) -> Tried:
    """At a moment at which the policy in force speaks."""
    with lived(moment) as user:
        read_new_words([user.pk], at=moment.now)  # what is to be taken away has to be known
        before = _decide(user, moment)
        chosen = _logged(before, before.chosen)
        assert chosen
        rowless = _decide(user, moment, partial(_delete, user, chosen))
        changed = rowless.chosen != before.chosen
        reason = next(iter(chosen["reasons"]), "")
        change = _find_change(user, moment, chosen, reason)
        if change is None:
            return Tried(moment.id, changed)
        without = _decide(user, moment, change)
        after = _logged(without, before.chosen)
        return Tried(
            moment.id,
            changed,
            reason,
            # What is not even logged any more is behind all that is.
            is_gone=after is None or reason not in after["reasons"],
            has_fallen=after is None or after["score"] < chosen["score"],
            is_other=without.chosen != before.chosen,
        )


def _decide(user: User, moment: Moment, change: Change | None = None) -> TipDecision:
    """What is decided after the change. All of it is taken back."""
    with transaction.atomic():
        if change:
            change()
        make_tip(user.pk, at=moment.now, rng=Random(moment.id))
        decision = TipDecision.objects.get(user=user, at=moment.now)
        transaction.set_rollback(True)
    return decision


def _logged(decision: TipDecision, key: str) -> Logged | None:
    return next((found for found in decision.candidates if found["key"] == key), None)


def _delete(user: User, chosen: Logged) -> None:
    for cited in chosen["evidence"]:
        ROWS[cited["model"]].objects.filter(user=user, pk=cited["id"]).delete()


def _find_change(user: User, moment: Moment, chosen: Logged, reason: str) -> Change | None:
    """What takes away all that the reason names; None where that is nothing of the person's."""
    kind, pk = chosen["key"].split(":")
    if kind != "task":
        return None
    task = Task.objects.get(user=user, pk=pk)
    if reason in ("prepares", "related"):
        return partial(_delete_prepared, user, moment, task.pk)
    if reason == "quick":
        return partial(_forget_effort, user, moment, task)
    if reason in NAMED_FIELDS:
        return partial(_empty, task, NAMED_FIELDS[reason])
    trait = "stakes" if reason.startswith(STAKES) else NAMED_TRAITS.get(reason)
    if trait is None or getattr(_understood(user, task), trait) is None:
        return None
    return partial(_deny, user, moment, task, trait)


def _understood(user: User, task: Task) -> Any:
    known = understanding_of(user.pk, Reading.Kind.TASK, task.words_digest)
    return known.traits if known else Traits()


def _deny(user: User, moment: Moment, task: Task, trait: str) -> None:
    deny(user.pk, Reading.Kind.TASK, task.words_digest, trait, at=moment.now)


def _empty(task: Task, fields: Mapping[str, Any]) -> None:
    Task.objects.filter(pk=task.pk).update(**fields)


def _forget_effort(user: User, moment: Moment, task: Task) -> None:
    _empty(task, {"duration_min": None})
    if task.words_digest:
        _deny(user, moment, task, "effort")


def _delete_prepared(user: User, moment: Moment, pk: int) -> None:
    """Every event that it could be meant for: without the next one, it is the one after that."""
    for _event in range(len(moment.events)):
        view = load_view(user.pk, at=moment.now)
        task = next(each for each in view.tasks if each.id == pk)
        need = find_need(task, diary_of(view))
        if (coming := need.prepares or need.related) is None:
            return
        CalendarEvent.objects.filter(user=user, pk=coming.id).delete()


def _share(truths: Sequence[bool]) -> float | None:
    return sum(truths) / len(truths) if truths else None
