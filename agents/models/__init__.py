from agents.models.asked import ModelCall, PromptText, Transcript
from agents.models.looked import (
    AgentDay,
    AgentOutput,
    AgentSwitch,
    Claimed,
    LookSchedule,
    Spent,
    Sweep,
)
from agents.models.profile import Belief, Context, CountCursor, CountedDay, Preference
from agents.models.understood import Correction, Reading

__all__ = [
    "AgentDay",
    "AgentOutput",
    "AgentSwitch",
    "Belief",
    "Claimed",
    "Context",
    "Correction",
    "CountCursor",
    "CountedDay",
    "LookSchedule",
    "ModelCall",
    "Preference",
    "PromptText",
    "Reading",
    "Spent",
    "Sweep",
    "Transcript",
]
