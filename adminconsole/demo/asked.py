"""What language models were asked, and what it cost."""

from __future__ import annotations

from random import Random

from adminconsole.demo.answers import MODEL
from adminconsole.demo.base import Rows, stamp
from adminconsole.demo.people import Person
from adminconsole.demo.words import WORDED
from agents.models import ModelCall
from tips.polish import wording
from tips.polish.wording import CLARIFICATIONS

Outcome = ModelCall.Outcome
# Of a hundred questions, how they end. Of two outcomes no model is named: nobody answered.
ENDS = {Outcome.USED: 86, Outcome.REFUSED: 7, Outcome.UNUSABLE: 2, Outcome.TOO_SLOW: 3,
        Outcome.AWAY: 2}  # fmt: skip
ANSWERED = (Outcome.USED, Outcome.REFUSED)
TIMEOUT_MS = 8_000


def ask_for_words(
    person: Person, title: str, prompt: str, at: float, rows: Rows, rng: Random
) -> str:
    """What a model made of a tip; "" where its answer was of no use. One call on record."""
    outcome = rng.choices([*ENDS], [*ENDS.values()])[0]
    answered = outcome in ANSWERED
    ms = int(min(rng.lognormvariate(6.9, 0.5), TIMEOUT_MS))
    rows.add_keyed(
        ModelCall,
        user_id=person.id,
        at=stamp(at + 1),
        purpose=wording.skill(person.locale).partition(".")[0],
        alias=wording.ALIAS,
        model=MODEL if answered else "",
        prompt=prompt,
        tokens_in=rng.randint(420, 640) if answered else 0,
        tokens_out=rng.randint(14, 48) if answered else 0,
        ms=TIMEOUT_MS if outcome is Outcome.TOO_SLOW else ms,
        is_local=1,
        outcome=outcome,
        reason=rng.choice(sorted(CLARIFICATIONS)) if outcome is Outcome.REFUSED else "",
    )
    return rng.choice(WORDED[person.locale]).format(title) if outcome is Outcome.USED else ""
