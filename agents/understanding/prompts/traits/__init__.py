"""What the words of one task tell, in a closed schema, each with its quote."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from agents.traits import Energy, Place, Stakes
from oo.lib.prompts import Prompt, PromptManifest
from oo.lib.words import gettext_lazy as _

TEXT = {"type": "string"}
VALUES: Mapping[str, Mapping[str, Any]] = {
    "waits": TEXT,
    "unblocks": TEXT,
    "place": {"enum": [p.value for p in Place]},
    "stakes": {"enum": [s.value for s in Stakes]},
    "effort": {"type": "integer", "minimum": 1, "maximum": 600},
    "energy": {"enum": [e.value for e in Energy]},
    "someday": {"type": "boolean"},
}


@dataclass(frozen=True, slots=True)
class TraitsContext:
    title: str
    notes: str
    project: str
    section: str  # of the project
    parent: str  # title of the task that this one is a part of
    labels: tuple[str, ...]


class TraitsOfWords(Prompt[TraitsContext]):
    manifest = PromptManifest(key="traits", title=_("Reading of a task"), file=__file__)

    @property
    def schema(self) -> Mapping[str, Any]:
        return {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                name: {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["value", "quote"],
                    "properties": {"value": value, "quote": TEXT},
                }
                for name, value in VALUES.items()
            },
        }
