"""What language models were asked, and what it cost."""

from __future__ import annotations

import json
from random import Random
from typing import Any

from adminconsole.demo.answers import MODEL
from adminconsole.demo.base import DAY_S, Rows, stamp
from adminconsole.demo.people import Person
from adminconsole.demo.words import WORDED
from agents.models import ModelCall, PromptText, Transcript
from oo.lib.crypto import default_keyring
from tips.polish import wording
from tips.polish.wording import CLARIFICATIONS
from tips.registry import PROMPTS

Outcome = ModelCall.Outcome
# Of a hundred questions, how they end. Of two outcomes no model is named: nobody answered.
ENDS = {Outcome.USED: 86, Outcome.REFUSED: 7, Outcome.UNUSABLE: 2, Outcome.TOO_SLOW: 3,
        Outcome.AWAY: 2}  # fmt: skip
ANSWERED = (Outcome.USED, Outcome.REFUSED)
TIMEOUT_MS = 8_000
KEPT_DAYS = 3  # transcripts: enough to look at, and sealing them takes time


def ask_for_words(
    person: Person, title: str, prompt: str, at: float, rows: Rows, rng: Random
) -> str:
    """What a model made of a tip; "" where its answer was of no use. One call on record."""
    outcome = rng.choices([*ENDS], [*ENDS.values()])[0]
    answered = outcome in ANSWERED
    ms = int(min(rng.lognormvariate(6.9, 0.5), TIMEOUT_MS))
    worded = rng.choice(WORDED[person.locale]).format(title) if outcome is Outcome.USED else ""
    call = rows.add_keyed(
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
    if rows.plan.now_s - at < KEPT_DAYS * DAY_S:
        _keep(call, person, title, at, worded, rows)
    return worded


def _keep(call: int, person: Person, title: str, at: float, worded: str, rows: Rows) -> None:
    """Sealed, as EncryptedTextField does it. Of an answer of no use none is made up."""
    cells = {
        "asked": wording.told(title, (), locale=person.locale).variable,
        "answered": json.dumps({"text": worded}, ensure_ascii=False) if worded else "",
    }
    for name, text in cells.items():
        context = f"{Transcript._meta.label_lower}.{name}"
        cells[name] = default_keyring().encrypt(text, context=context) if text else ""
    rows.add_keyed(
        Transcript, call_id=call, user_id=person.id, at=stamp(at + 1), letters=None, **cells
    )


def add_beginning(rows: Rows) -> None:
    """What all these questions begin with."""
    prompt: Any = PROMPTS["wording"]
    first = stamp(rows.plan.now_s - KEPT_DAYS * DAY_S)
    rows.add(PromptText, version=prompt.version, text=prompt.fixed, first_at=first)
