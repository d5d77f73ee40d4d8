"""Asking a model for one person: within what they allow and what is left to spend, on record."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import F, QuerySet, Sum

from agents.asking.clouds import allowed_clouds
from agents.asking.keeping import keep
from agents.models import ModelCall
from oo.lib import llm
from oo.lib.llm import ModelAway, ModelError, ModelTooSlow, NoModel, Overtaken, Question, Reply

DAY = timedelta(hours=24)
KEPT = timedelta(days=90)

OUTCOMES: dict[type[ModelError], str] = {
    ModelAway: ModelCall.Outcome.AWAY,
    ModelTooSlow: ModelCall.Outcome.TOO_SLOW,
    Overtaken: ModelCall.Outcome.OVERTAKEN,
}
SPENT = ("tokens_in", "tokens_out", "cost_usd", "is_local")


class OverBudget(NoModel):
    """What may be spent within 24 hours is spent."""


def may_ask(
    user_id: UUID,
    alias: str,
    skill: str,
    *,
    at: datetime,
    share: float = 1.0,
    is_local_only: bool = False,
) -> bool:
    """Whether it makes sense to begin. At most four queries; none without a model.

    share          of the budget that may be spent when this is asked: less for what matters less
    is_local_only  no cloud, whatever the person allows
    """
    clouds = frozenset[str]() if is_local_only else affordable_clouds(user_id, at=at)
    if not llm.is_askable(alias, skill, allowed_clouds=clouds):
        return False
    return is_within_budget(user_id, at=at, share=share)


def affordable_clouds(user_id: UUID, *, at: datetime) -> frozenset[str]:
    """Those that the person allows; none when the money of 24 hours is spent.

    At most two queries. Models of our own cost none, and are asked on.
    """
    clouds = allowed_clouds(user_id)
    return clouds if clouds and _usd(at) < settings.OO_MODEL_USD_ALL else frozenset()


def is_within_budget(user_id: UUID, *, at: datetime, share: float = 1.0) -> bool:
    """Two queries. Of two at once both may ask: the budget is exceeded by one answer at most."""
    lately = ModelCall.objects.filter(at__gt=at - DAY)
    own = lately.filter(user_id=user_id)
    return (
        _tokens(own) < share * settings.OO_MODEL_TOKENS_PERSON
        and _tokens(lately) < share * settings.OO_MODEL_TOKENS_ALL
    )


def ask(
    user_id: UUID,
    question: Question,
    prompt: str,
    *,
    at: datetime,
    timeout_s: float | None = None,
    purpose: str = "",
    is_local_only: bool = False,
    is_wanted: Callable[[], bool] = llm.always,
) -> tuple[Reply, ModelCall]:
    """The answer, and its record, to be refused when the answer is no good.

    Whatever was sent to anybody is on record, answered or not; a question that nobody was there
    for is not, unless it is worth asking again.

    prompt         version of the words that ask
    purpose        what the record says that it was for; "" is the skill
    is_local_only  no cloud, whatever the person allows
    is_wanted      called each second while somebody thinks: after a no, Overtaken is raised
    raises         ModelError; OverBudget when nothing may be spent any more
    """
    clouds = frozenset[str]() if is_local_only else affordable_clouds(user_id, at=at)
    if not is_within_budget(user_id, at=at):
        raise OverBudget(f"{question.alias}: over budget")
    call = ModelCall(
        user_id=user_id,
        at=at,
        purpose=purpose or question.skill.partition(".")[0],
        alias=question.alias,
        prompt=prompt,
    )
    try:
        reply = llm.ask(question, timeout_s=timeout_s, allowed_clouds=clouds, is_wanted=is_wanted)
    except ModelError as error:
        if isinstance(error, NoModel) and not error.spent.asked:
            raise  # nobody was asked
        call.ms = error.ms
        for field in SPENT:
            setattr(call, field, getattr(error.spent, field))
        call.outcome = OUTCOMES.get(type(error), ModelCall.Outcome.UNUSABLE)
        call.save()
        keep(call, question, None)
        raise
    for field in ("model", "ms", *SPENT):
        setattr(call, field, getattr(reply, field))
    call.outcome = ModelCall.Outcome.USED
    call.save()
    keep(call, question, reply)
    return reply, call


def refuse(call: ModelCall, reason: str) -> None:
    """The answer did not pass this check."""
    call.outcome, call.reason = ModelCall.Outcome.REFUSED, reason
    call.save(update_fields=["outcome", "reason"])


def forget_old_calls(*, at: datetime) -> int:
    return ModelCall.objects.filter(at__lt=at - KEPT).delete()[0]


def _usd(at: datetime) -> float:
    """What clouds have cost everybody in the 24 hours before, as far as their prices are known."""
    lately = ModelCall.objects.filter(at__gt=at - DAY, is_local=False)
    return float(lately.aggregate(usd=Sum("cost_usd"))["usd"] or 0.0)


def _tokens(calls: QuerySet[ModelCall]) -> int:
    total = calls.aggregate(tokens=Sum(F("tokens_in") + F("tokens_out")))["tokens"]
    return int(total or 0)
