"""What a model said of the same words today is said again, and nobody is asked."""

from __future__ import annotations

from datetime import datetime

from agents.asking.asking import DAY
from agents.asking.clouds import allowed_clouds
from tips.base import BETWEEN_REASONS
from tips.models import Tip
from tips.polish.wording import Worded, passes
from tips.registry import PROMPTS


def remembered(tip: Tip, *, locale: str, at: datetime) -> Worded | None:
    """The last wording of this candidate, of the same title for the same reason. Two queries.

    It has to pass the checks of now, in the language of now; and a cloud's is said only to who
    lets their words go to one.
    """
    worded = Tip.objects.filter(
        user_id=tip.user_id,
        candidate=tip.candidate,
        plain=tip.content,
        prompt_version=PROMPTS["wording"].version,
        made_at__gt=at - DAY,
    )
    if not allowed_clouds(tip.user_id):
        worded = worded.filter(left_host=False)
    reason = first_reason(tip)
    for old in worded.order_by("-made_at"):
        if first_reason(old) == reason and passes(old.content, tip.content, reason, locale=locale):
            return Worded(old.content, old.model, old.prompt_version, not old.left_host)
    return None


def first_reason(tip: Tip) -> tuple[str, ...]:
    """One reason is a sentence; with more of them it is a list."""
    return tuple(filter(None, [tip.detail.partition(BETWEEN_REASONS)[0]]))
