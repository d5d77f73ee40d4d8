"""One reminder in a sentence, out of its title and the reasons that the ranking gave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from oo.lib.prompts import Prompt, PromptManifest
from oo.lib.words import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class WordingContext:
    language: str  # its English name
    title: str
    reasons: tuple[str, ...] = ()


class Wording(Prompt[WordingContext]):
    manifest = PromptManifest(key="wording", title=_("Wording of a tip"), file=__file__)

    @property
    def schema(self) -> Mapping[str, Any]:
        # No maxLength: servers cut sentences in the middle for it.
        return {
            "type": "object",
            "properties": {"text": {"type": "string"}},
            "required": ["text"],
            "additionalProperties": False,
        }
