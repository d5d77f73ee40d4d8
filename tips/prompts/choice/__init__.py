"""One of a few options, by its letter."""

from __future__ import annotations

from dataclasses import dataclass

from oo.lib.prompts import Prompt, PromptManifest
from oo.lib.words import gettext_lazy as _

LETTERS = "ABCDEFGHI"


@dataclass(frozen=True, slots=True)
class ChoiceContext:
    moment: str
    seen: tuple[str, ...]  # what agents say
    options: tuple[str, ...]  # one line each, in the order of the letters


class WhichOne(Prompt[ChoiceContext]):
    manifest = PromptManifest(key="choice", title=_("Choice of a tip"), file=__file__)

    def variable(self, context: ChoiceContext) -> str:
        lines = [f"Moment: {context.moment}.", *context.seen]
        lines += [f"{LETTERS[n]}) {line}" for n, line in enumerate(context.options)]
        return "\n".join((*lines, "Answer:"))
