from __future__ import annotations

from typing import Any

from agents.base import Agent, Inference, Reader
from oo.lib.plugins import Registry
from oo.lib.prompts import Prompt

READERS: Registry[Reader] = Registry(Reader, "agents.understanding.readers", "oo.reader")
AGENTS: Registry[Agent] = Registry(Agent, "agents.angles", "oo.agent")
PROMPTS: Registry[Prompt[Any]] = Registry(
    Prompt, "agents.understanding.prompts", "oo.reading_prompt"
)
INFERENCES: Registry[Inference] = Registry(Inference, "agents.inferences", "oo.inference")
