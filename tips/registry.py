from __future__ import annotations

from typing import Any

from oo.lib.plugins import Registry
from tips.base import Policy, Prompt

POLICIES: Registry[Policy] = Registry(Policy, "tips.policies", "oo.policy")
PROMPTS: Registry[Prompt[Any]] = Registry(Prompt, "tips.prompts", "oo.prompt")
