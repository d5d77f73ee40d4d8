"""The whole pipeline at each moment, with a policy, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from dataclasses import replace
from random import Random
from time import perf_counter

from agents.models import ModelCall
from lab.moments.aliases import trusted_with
from lab.moments.format import Moment
from lab.moments.label_reader import LabelReader, read_by
from lab.moments.labels import Labels
from lab.moments.load import Keys, item_keys, lived
from lab.moments.score import INVALID_ITEM, Judged, Said, judge
from lab.moments.variants import in_force, variant_named
from lab.moments.wording import Wording
from tips.make.making import make_tip
from tips.models import TipDecision
from tips.polish.choosing import options_of
from tips.polish.polishing import polish

RESTING = "resting"  # an answer was given a moment ago
UNANSWERED = (ModelCall.Outcome.AWAY, ModelCall.Outcome.TOO_SLOW)
REFUSED = (ModelCall.Outcome.REFUSED, ModelCall.Outcome.UNUSABLE)
SHAPE = "shape"  # as tips.polish calls an answer that is not the JSON that was asked for


def run_variant(moments: Iterable[Moment], name: str, labels: Labels) -> list[Judged]:
    """Each moment judged. Chance is the same in every run.

    A labelled variant is run at moments that somebody has labelled only.

    raises  NoSuchVariant, NoModelThere
    """
    variant = variant_named(name)
    with in_force(variant.policy), trusted_with(variant.skills) if variant.asks else nullcontext():
        if not variant.is_labelled:
            return [judge(moment, say(moment, asks=variant.asks)) for moment in moments]
        labelled = [moment for moment in moments if moment.id in labels.by_moment]
        return [_labelled(moment, labels, asks=variant.asks) for moment in labelled]


def _labelled(moment: Moment, labels: Labels, *, asks: bool) -> Judged:
    with read_by(LabelReader(moment, labels)):
        return judge(moment, say(moment, asks=asks))


def say(moment: Moment, *, asks: bool = False) -> Said:
    """What oO says at the moment, with the policy that is in force.

    asks  a model polishes the tip, and what then stands is what is said
    """
    with lived(moment) as user:
        began = perf_counter()
        tip = make_tip(user.pk, at=moment.now, rng=Random(moment.id))
        if tip is not None and asks:
            polish(tip.pk, at=moment.now)
        seconds = perf_counter() - began
        decision = TipDecision.objects.filter(user=user, at=moment.now).first()
        said = _said(decision, item_keys(user))
        calls = list(ModelCall.objects.filter(user=user, at=moment.now).order_by("pk"))
        return replace(
            said,
            seconds=seconds,
            tokens=sum(call.tokens_in + call.tokens_out for call in calls),
            unanswered=sum(call.outcome in UNANSWERED for call in calls),
            wording=_wording(decision, [call for call in calls if call.purpose == "words"]),
        )


def _said(decision: TipDecision | None, keys: Keys) -> Said:
    if decision is None:
        return Said("", why=RESTING)
    logged = {found["key"]: found for found in decision.candidates}
    said = Said(
        keys.get(decision.chosen, INVALID_ITEM) if decision.chosen else "",
        ranking=tuple(keys.get(key, INVALID_ITEM) for key in logged),
        nominees=tuple(keys.get(key, INVALID_ITEM) for key in _nominees(decision)),
        why=decision.silence,
    )
    if not decision.chosen:
        return said
    return replace(said, why=", ".join(logged[decision.chosen]["reasons"]))


def _nominees(decision: TipDecision) -> list[str]:
    """Those that tips.polish lets a model choose among, whether or not it is asked here."""
    return [option["key"] for option in options_of(decision)]


def _wording(decision: TipDecision | None, calls: Sequence[ModelCall]) -> Wording | None:
    if not calls or decision is None or decision.tip is None:
        return None
    tip = decision.tip
    logged = next(found for found in decision.candidates if found["key"] == tip.candidate)
    refused = [call for call in calls if call.outcome in REFUSED]
    return Wording(
        plain=tip.plain or tip.content,
        text=tip.content if tip.plain else "",
        reasons=tuple(logged["words"]),
        refusals=tuple(call.reason or SHAPE for call in refused),
        is_away=calls[-1].outcome in UNANSWERED,
        seconds=sum(call.ms for call in calls) / 1000,
    )
