"""The whole pipeline at each moment, with a policy, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from random import Random
from time import perf_counter

from django.conf import settings

from lab.moments.format import Moment
from lab.moments.label_reader import LabelReader, read_by
from lab.moments.labels import Labels
from lab.moments.load import Keys, item_keys, lived
from lab.moments.score import INVALID_ITEM, Judged, Said, judge
from tips.make.making import make_tip
from tips.models import TipDecision
from tips.registry import POLICIES

# Names that stay while policies come and go.
NAMED = {"rule": "deadline_first", "random": "random_task"}
RESTING = "resting"  # an answer was given a moment ago


class NoSuchVariant(Exception):
    """Neither one of NAMED nor the key of a policy."""


# Behind a variant: rows are understood as the labels say, not as a reader does.
LABELLED = "+labels"


def policy_key(variant: str) -> str:
    """Raises NoSuchVariant."""
    name = variant.removesuffix(LABELLED)
    key = NAMED.get(name, name)
    if key not in POLICIES:
        known = ", ".join([*NAMED, *POLICIES.load()])
        raise NoSuchVariant(f"{variant!r} is no variant; there are {known}")
    return key


def run_variant(moments: Iterable[Moment], variant: str, labels: Labels) -> list[Judged]:
    """Each moment judged. Raises NoSuchVariant. Chance is the same in every run.

    With LABELLED, only moments that somebody has labelled.
    """
    key = policy_key(variant)
    with _policy(key):
        if not variant.endswith(LABELLED):
            return [judge(moment, say(moment)) for moment in moments]
        return [_labelled(moment, labels) for moment in moments if moment.id in labels.by_moment]


def _labelled(moment: Moment, labels: Labels) -> Judged:
    with read_by(LabelReader(moment, labels)):
        return judge(moment, say(moment))


def say(moment: Moment) -> Said:
    """What oO says at the moment, with the policy that is in force."""
    with lived(moment) as user:
        began = perf_counter()
        make_tip(user.pk, at=moment.now, rng=Random(moment.id))
        seconds = perf_counter() - began
        decision = TipDecision.objects.filter(user=user, at=moment.now).first()
        return replace(_said(decision, item_keys(user)), seconds=seconds)


def _said(decision: TipDecision | None, keys: Keys) -> Said:
    if decision is None:
        return Said("", why=RESTING)
    logged = {found["key"]: found for found in decision.candidates}
    ranking = tuple(keys.get(key, INVALID_ITEM) for key in logged)
    if not decision.chosen:
        return Said("", ranking, decision.silence)
    why = ", ".join(logged[decision.chosen]["reasons"])
    return Said(keys.get(decision.chosen, INVALID_ITEM), ranking, why)


@contextmanager
def _policy(key: str) -> Iterator[None]:
    before = settings.OO_POLICY
    settings.OO_POLICY = key
    try:
        yield
    finally:
        settings.OO_POLICY = before
