"""How made-up people answer: what hangs on the hour, the kind, the policy and the words."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from adminconsole.demo.base import DAY_S, Plan
from adminconsole.demo.telling import NEWER, OLDER, Said
from tips.base import Kind, Reaction, Reason
from tips.decide.kinds import way_of
from tips.registry import PROMPTS

# Of a hundred tips that are answered, so many are done; in the best hours more.
DONE = {OLDER: 0.36, NEWER: 0.47}
OF_KIND = {Kind.TASK: 1.0, Kind.REMINDER: 1.45, Kind.INSIGHT: 1.3}
BY_HOUR = (
    0.3, 0.3, 0.3, 0.3, 0.3, 0.4, 0.7, 0.9, 1.1, 1.25, 1.3, 1.15,
    0.9, 0.85, 0.95, 1.0, 1.05, 1.1, 1.15, 1.2, 1.0, 0.8, 0.5, 0.4,
)  # fmt: skip
# How much better the newer wording does than the one of the week before it.
BETTER_WORDS = 0.07
WORDED_DAYS, A_WORDING_DAYS = 14, 7
WORDED = 0.4  # of the tips about tasks, in those two weeks
MODEL = "openai/qwen2.5-1.5b-instruct"
# Of the time, before the newer policy came. Of sixty days, decisions of both are still kept.
SWITCHED = 0.65


@dataclass(frozen=True, slots=True)
class Answer:
    reaction: str
    at: float
    reason: str = ""


def policy_at(plan: Plan, at: float) -> str:
    return NEWER if at >= plan.start_s + SWITCHED * plan.days * DAY_S else OLDER


def wording_at(plan: Plan, at: float) -> str:
    """The version of the prompt by which a model words tips then; "" before the first."""
    age = (plan.now_s - at) / DAY_S
    if age >= WORDED_DAYS or age >= plan.days:
        return ""
    newer: str = PROMPTS["wording"].version
    return newer if age < A_WORDING_DAYS else f"{PROMPTS['wording'].manifest.key}-5f0c21d8"


def done_chance(said: Said, policy: str, hour: int, prompt: str) -> float:
    chance = DONE[policy] * OF_KIND[said.kind] * BY_HOUR[hour]
    if prompt and prompt == PROMPTS["wording"].version:
        chance += BETTER_WORDS
    return min(chance, 0.93)


def answer(said: Said, chance: float, at: float, rng: Random) -> Answer:
    """What somebody says who says something; `at` is when."""
    way = way_of(said.kind)
    if rng.random() < chance:
        return Answer(Reaction.DONE, at)
    # What is about to begin cannot be put off any more.
    if said.kind is Kind.TASK and rng.random() < 0.55:
        return Answer(Reaction.SNOOZE, at)
    implied = next(o.implies for o in way.offers if o.reaction == Reaction.DISMISS)
    if implied:
        return Answer(Reaction.DISMISS, at, implied)
    reasons: tuple[str, ...] = tuple(r for r in way.reasons if r is not Reason.ALREADY_DONE)
    return Answer(Reaction.DISMISS, at, rng.choice(reasons) if rng.random() < 0.5 else "")


def dwell_s(rng: Random) -> float:
    """Seconds from shown to answered: mostly under a minute, now and then many."""
    return round(min(rng.lognormvariate(3.3, 1.1), 1_500.0), 3)
