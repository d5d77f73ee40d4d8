"""A model chooses among the nominees, where it was measured to be good at that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from agents.asking.asking import ask
from agents.base import UserView
from oo.lib.llm import Question, Reply
from oo.lib.text import one_line
from tips.decide.letters import ORDERS, orders, shares, tally
from tips.decide.nominees import nominees
from tips.models import TipDecision
from tips.polish.patience import Patience
from tips.polish.sparing import KINDS
from tips.polish.telling import seen_of, settings_of, situation_of
from tips.prompts.choice import LETTERS, ChoiceContext
from tips.registry import PROMPTS

ALIAS, SKILL = "tip-generator", "chooses"
SILENCE = "Leave them in peace"
MOST_REASONS = 3
LONGEST_TITLE, LONGEST_REASONS = 80, 240
PEACE = ""  # the key of silence


def choose(
    decision: TipDecision, view: UserView, patience: Patience, *, at: datetime
) -> tuple[str, str] | None:
    """(key of the candidate, model); PEACE is silence. None: the ranking's choice stands.

    It stands when time presses, when the orders disagree, and when the margin is small; and when
    a choice would leave no question to word the tip with.
    view    of now
    raises  ModelError
    """
    options = options_of(decision)
    if len(options) < 2 or options[0]["presses"] or patience.questions <= ORDERS:
        return None
    context = build_context(decision, options, view)
    count = len(context.options)
    asked = orders(count)
    answers, model = [], ""
    for order in asked:
        turned = replace(context, options=tuple(context.options[n] for n in order))
        reply = _asked(view, turned, patience, at)
        answer = shares(reply.letters, reply.text, LETTERS[:count])
        if answer is None:
            return None
        answers.append(answer)
        model = reply.model
    found = tally(asked, answers)
    if not found.is_sure:
        return None
    keys = [*(option["key"] for option in options), PEACE]
    return keys[found.best], model


def build_context(decision: TipDecision, options: Sequence[Any], view: UserView) -> ChoiceContext:
    """What a model is told; options: as the log has them. Silence is the last. No query."""
    return ChoiceContext(
        moment=f"{view.now.astimezone(view.zone):%A %H:%M}",
        situation=situation_of(view),
        settings=settings_of(decision.policy, view),
        seen=seen_of(decision.seen, {option["key"] for option in options}, view),
        options=(*map(_line, options), SILENCE),
    )


def _asked(view: UserView, context: ChoiceContext, patience: Patience, at: datetime) -> Reply:
    prompt: Any = PROMPTS["choice"]
    question = Question(
        ALIAS, prompt.fixed, prompt.variable(context), most_tokens=1, letters=True, skill=SKILL
    )
    reply, _call = ask(
        view.user_id,
        question,
        prompt.version,
        at=at,
        timeout_s=patience.take_s(),
        is_wanted=patience.is_wanted,
    )
    return reply


def options_of(decision: TipDecision) -> list[Any]:
    """What a model may choose among, as the log has it; in the order of the ranking."""
    possible = {
        c["key"]: c for c in decision.candidates if not c.get("is_gated") and c["kind"] in KINDS
    }
    by = {key: c.get("nominated_by", []) for key, c in possible.items()}
    return [possible[key] for key in nominees(list(possible), by)]


def _line(option: Any) -> str:
    """Short, on one line: somebody else's words cannot pretend to be another option."""
    title = one_line(option["content"], LONGEST_TITLE)
    reasons = one_line("; ".join(option["words"][:MOST_REASONS]), LONGEST_REASONS)
    return f"{title} ({reasons})" if reasons else title
