"""A model words the tip. What does not pass the checks is asked for again, with the reason."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import get_language_info

from agents.asking.asking import ask, refuse
from oo.lib.llm import BadReply, Question, Reply
from tips.decide.grounding import objection, recites
from tips.polish.patience import Patience
from tips.prompts.wording import WordingContext
from tips.registry import PROMPTS

ALIAS = "tip-generator"
ATTEMPTS = 3
MOST_TOKENS = 90

# What a model is told about an answer that was refused.
CLARIFICATIONS = {
    "empty": "it was empty",
    "long": "it was longer than 140 characters",
    "lines": "it was more than one line",
    "unseen": "it had signs that cannot be seen",
    "markup": "it had signs of markup",
    "link": "it had a link or an address",
    "end": "it did not end like a sentence",
    "number": "it had a number that the title and the reasons do not have",
    "date": "it had a day that the title and the reasons do not have",
    "name": "it had a name that the title and the reasons do not have",
    "added": "it said too much that the title and the reasons do not say",
    "off_target": "it was not about the title",
    "language": "it was in another language",
    "twice": "it said the same twice",
    "recited": "it repeated what you are told",
    "shape": "it was not the JSON that was asked for",
}


@dataclass(frozen=True, slots=True)
class Worded:
    text: str
    model: str
    prompt: str  # version
    is_local: bool


def skill(locale: str) -> str:
    """A small model may word well in one language and badly in another."""
    return f"words.{locale.split('-')[0]}"


@dataclass(frozen=True, slots=True)
class Told:
    """What a model is told: the words that are always the same, and those about this tip."""

    version: str
    fixed: str
    variable: str


def told(title: str, reasons: tuple[str, ...], *, locale: str) -> Told:
    prompt: Any = PROMPTS["wording"]
    context = WordingContext(get_language_info(locale)["name"], title, reasons)
    return Told(prompt.version, prompt.fixed, prompt.variable(context))


def word(
    user_id: UUID,
    title: str,
    reasons: tuple[str, ...],
    patience: Patience,
    *,
    locale: str,
    at: datetime,
) -> Worded | None:
    """None: no answer passed the checks, and the template stands. Raises ModelError."""
    prompt: Any = PROMPTS["wording"]
    context = WordingContext(get_language_info(locale)["name"], title, reasons)
    variable = asked = prompt.variable(context)
    for _attempt in range(min(ATTEMPTS, patience.questions)):
        question = Question(
            ALIAS,
            prompt.fixed,
            asked,
            schema=prompt.schema,
            most_tokens=MOST_TOKENS,
            skill=skill(locale),
        )
        try:
            reply, call = ask(
                user_id,
                question,
                prompt.version,
                at=at,
                timeout_s=patience.take_s(),
                is_wanted=patience.is_wanted,
            )
        except BadReply:
            wrong = "shape"
        else:
            text = _text(reply)
            wrong = _wrong(text, context, prompt, locale)
            if not wrong:
                return Worded(text, reply.model, prompt.version, reply.is_local)
            refuse(call, wrong)
        asked = f"{variable}\nAn answer was refused, because {CLARIFICATIONS[wrong]}. Another one:"
    return None


def passes(text: str, title: str, reasons: tuple[str, ...], *, locale: str) -> bool:
    """Whether a wording of before may be said of these today."""
    context = WordingContext(get_language_info(locale)["name"], title, reasons)
    return not _wrong(text, context, PROMPTS["wording"], locale)


def _wrong(text: str, context: WordingContext, prompt: Any, locale: str) -> str:
    """The code of a check that it does not pass, or ""."""
    sources = " \n".join((context.title, *context.reasons))
    wrong = objection(text, context.title, context.reasons, locale=locale)
    return wrong or ("recited" if recites(text, _told(prompt), sources) else "")


def _told(prompt: Any) -> str:
    """What the prompt asks for, without its examples: to word like these is what they are for."""
    told: str = prompt.fixed.partition("\n{")[0]
    return told


def _text(reply: Reply) -> str:
    """Empty when the JSON is not the one that was asked for: not every server sees to that."""
    answer = json.loads(reply.text)
    text = answer.get("text") if isinstance(answer, dict) else None
    return " ".join(text.split()) if isinstance(text, str) else ""
