"""How much a model is asked about the tips of one person: what they are likely to see, and no more.

Tips are made all day, whether anybody looks or not. So no model is asked about who is not here,
nor again before they have looked, and a day has its limit.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from agents.asking.asking import DAY
from agents.models import LookSchedule, ModelCall
from tips import conf
from tips.base import Kind

PURPOSES = ("words", "chooses")
# What oO believes of a person, and what a plug-in advises, is said as it is or not at all.
KINDS = (Kind.TASK, Kind.REMINDER)


def questions_left(user_id: UUID, *, at: datetime) -> int:
    """0 when the person was not here lately, or not since the last question. Three queries.

    Who has never been here is about to come: once they are asked about.
    """
    calls = ModelCall.objects.filter(user_id=user_id, purpose__in=PURPOSES)
    here_at = LookSchedule.objects.filter(pk=user_id).values_list("active_at", flat=True).first()
    if here_at is None:
        return 0 if calls.exists() else conf.MOST_QUESTIONS
    if here_at <= at - conf.HERE_LATELY or calls.filter(at__gte=here_at).exists():
        return 0
    return max(0, conf.MOST_QUESTIONS - calls.filter(at__gt=at - DAY).count())
