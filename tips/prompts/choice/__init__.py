"""One of a few options, by its letter."""

from __future__ import annotations

from dataclasses import dataclass

from oo.lib.prompts import Prompt, PromptManifest
from oo.lib.words import gettext_lazy as _

LETTERS = "ABCDEFGHI"


@dataclass(frozen=True, slots=True)
class ChoiceContext:
    """Everything is on one line; no line but that of an option begins with a letter and a bracket.

    situation  where the person is, in their own word; "" is nowhere in particular
    settings   what they set
    seen       what agents say
    """

    moment: str
    situation: str
    settings: tuple[str, ...]
    seen: tuple[str, ...]
    options: tuple[str, ...]  # one line each, in the order of the letters


class WhichOne(Prompt[ChoiceContext]):
    manifest = PromptManifest(key="choice", title=_("Choice of a tip"), file=__file__)

    def variable(self, context: ChoiceContext) -> str:
        lines = [f"Moment: {context.moment}."]
        lines += [f"Situation: {context.situation}"] if context.situation else []
        lines += [f"Set: {line}" for line in context.settings]
        lines += [f"Seen: {line}" for line in context.seen]
        lines += [f"{LETTERS[n]}) {line}" for n, line in enumerate(context.options)]
        return "\n".join((*lines, "Answer:"))
