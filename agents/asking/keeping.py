"""What was asked of models and what they answered, for a few days: to look into a tip later."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings

from agents.models import ModelCall, PromptText, Transcript
from oo.lib.forgetting import forget
from oo.lib.llm import Question, Reply
from oo.lib.text import storable


@dataclass(frozen=True, slots=True)
class Said:
    """beginning: what every question of that version begins with"""

    call: ModelCall
    transcript: Transcript
    beginning: str


def keep(call: ModelCall, question: Question, reply: Reply | None) -> None:
    """Two queries; none where transcripts are not kept.

    call   saved, and about this question
    reply  None: there was none, or none that could be read
    """
    if not settings.OO_TRANSCRIPTS_KEPT_DAYS:
        return
    PromptText.objects.bulk_create(
        [PromptText(version=call.prompt, text=question.fixed, first_at=call.at)],
        ignore_conflicts=True,
    )
    Transcript.objects.create(
        call=call,
        user_id=call.user_id,
        at=call.at,
        asked=storable(question.variable),
        answered=storable(reply.text) if reply else "",
        letters=_letters(reply) if reply else None,
    )


def _letters(reply: Reply) -> dict[str, float] | None:
    """To three digits: nobody decides by them any more."""
    if reply.letters is None:
        return None
    return {storable(letter): round(log, 3) for letter, log in reply.letters.items()}


def transcripts(calls: Iterable[ModelCall]) -> list[Said]:
    """Of those calls of which it is still kept, in their order. Two queries."""
    by_key = {call.pk: call for call in calls}
    kept = Transcript.objects.in_bulk(by_key, field_name="call_id")
    beginnings = PromptText.objects.in_bulk({by_key[key].prompt for key in kept})
    return [
        Said(call, kept[key], beginnings[call.prompt].text)
        for key, call in by_key.items()
        if key in kept
    ]


def forget_transcripts(*, at: datetime) -> int:
    """Those that are old enough. How many."""
    oldest = at - timedelta(days=settings.OO_TRANSCRIPTS_KEPT_DAYS)
    return forget(Transcript.objects.filter(at__lt=oldest), oldest="at")


def forget_transcripts_of(user_id: UUID) -> int:
    """All of a person: words may stand in them that shall not be kept any more."""
    return Transcript.objects.filter(user_id=user_id).delete()[0]
