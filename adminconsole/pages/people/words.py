"""A person's words, or what stands in their place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from adminconsole.looking.revealing import MASK
from agents.inferring import beliefs
from agents.looking.codec import load
from agents.models import AgentOutput, Belief
from agents.registry import INFERENCES


@dataclass(frozen=True, slots=True)
class Masked:
    """The same mark for any words, so that not even their length is told. "" stays ""."""

    is_revealed: bool

    def __call__(self, text: str) -> str:
        return text if self.is_revealed or not text else MASK

    def lazily(self, say: Callable[[], str]) -> str:
        """For words that have to be made: whoever may not read them makes none."""
        return say() if self.is_revealed else MASK


def said_in(belief: Belief) -> str:
    """ "" for what an older schema wrote, or an inference whose package is gone."""
    inference = INFERENCES.get(belief.inference)
    stored = belief.said if belief.said is not None else belief.value
    if inference is None or stored is None:
        return ""
    value = beliefs.read(inference, stored)
    return inference.say(value) if value else ""


def seen_in(output: AgentOutput) -> str:
    snippet = load(output.snippet)
    return snippet.text if snippet else ""
