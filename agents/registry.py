from __future__ import annotations

from agents.base import Agent, Inference, Reader
from oo.lib.plugins import Registry

READERS: Registry[Reader] = Registry(Reader, "agents.understanding.readers", "oo.reader")
AGENTS: Registry[Agent] = Registry(Agent, "agents.angles", "oo.agent")
INFERENCES: Registry[Inference] = Registry(Inference, "agents.inferences", "oo.inference")
