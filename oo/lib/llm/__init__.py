"""The one way to language models: `ask` a question, `embed` texts, and every failure a ModelError.

To be called by workers only, who have requirements-model.txt installed. Importing this package
costs nothing; the first question loads LiteLLM. A caller must do without an answer at any time.
"""

from __future__ import annotations

from oo.lib.llm.base import (
    BadAliases,
    BadReply,
    CallFailed,
    Circuit,
    ModelAway,
    ModelError,
    ModelTooSlow,
    NoModel,
    Overtaken,
    Question,
    Reply,
    Spent,
    Vectors,
)
from oo.lib.llm.gateway import (
    always,
    ask,
    circuits,
    clouds,
    embed,
    idle_clouds,
    is_askable,
    reset,
    skills,
)

__all__ = [
    "BadAliases",
    "BadReply",
    "CallFailed",
    "Circuit",
    "ModelAway",
    "ModelError",
    "ModelTooSlow",
    "NoModel",
    "Overtaken",
    "Question",
    "Reply",
    "Spent",
    "Vectors",
    "always",
    "ask",
    "circuits",
    "clouds",
    "embed",
    "idle_clouds",
    "is_askable",
    "reset",
    "skills",
]
