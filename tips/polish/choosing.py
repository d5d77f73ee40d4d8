"""A model chooses among the nominees, where it was measured to be good at that."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from agents.asking.asking import ask
from oo.lib.llm import Question
from tips.decide.letters import ORDERS, orders, shares, tally
from tips.decide.nominees import nominees
from tips.models import TipDecision
from tips.polish.patience import Patience
from tips.prompts.choice import LETTERS, ChoiceContext
from tips.registry import PROMPTS

ALIAS, SKILL = "tip-generator", "chooses"
SILENCE = "Leave them in peace"
SEEN = ("next-gap", "day-shape", "momentum")  # of what agents saw, what a choice is about
MOST_REASONS = 3
PEACE = ""  # the key of silence


def choose(
    decision: TipDecision, zone: ZoneInfo, patience: Patience, *, at: datetime
) -> tuple[str, str] | None:
    """(key of the candidate, model); PEACE is silence. None: the ranking's choice stands.

    It stands when time presses, when the orders disagree, and when the margin is small; and when
    a choice would leave no question to word the tip with.
    raises  ModelError
    """
    options = _options(decision)
    if len(options) < 2 or options[0]["presses"] or patience.questions <= ORDERS:
        return None
    lines = [*(_line(option) for option in options), SILENCE]
    prompt: Any = PROMPTS["choice"]
    asked = orders(len(lines))
    answers, model = [], ""
    for order in asked:
        context = ChoiceContext(
            moment=f"{at.astimezone(zone):%A %H:%M}",
            seen=tuple(s["text"] for s in decision.seen if s["agent"] in SEEN),
            options=tuple(lines[n] for n in order),
        )
        question = Question(
            ALIAS, prompt.fixed, prompt.variable(context), most_tokens=1, letters=True, skill=SKILL
        )
        reply, _call = ask(
            decision.user_id, question, prompt.version, at=at, timeout_s=patience.take_s()
        )
        answer = shares(reply.letters, reply.text, LETTERS[: len(lines)])
        if answer is None:
            return None
        answers.append(answer)
        model = reply.model
    found = tally(asked, answers)
    if not found.is_sure:
        return None
    keys = [*(option["key"] for option in options), PEACE]
    return keys[found.best], model


def _options(decision: TipDecision) -> list[Any]:
    possible = {c["key"]: c for c in decision.candidates if not c.get("is_gated")}
    by = {key: c.get("nominated_by", []) for key, c in possible.items()}
    return [possible[key] for key in nominees(list(possible), by)]


def _line(option: Any) -> str:
    """Short, on one line: somebody else's words cannot pretend to be another option."""
    title = " ".join(option["content"].split())[:80]
    reasons = "; ".join(option["words"][:MOST_REASONS])
    return f"{title} ({reasons})" if reasons else title
