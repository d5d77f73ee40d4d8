from __future__ import annotations

from typing import Any

from oo.lib.plugins import Registry
from oo.lib.prompts import Prompt
from tips.base import Policy

POLICIES: Registry[Policy] = Registry(Policy, "tips.policies", "oo.policy")
PROMPTS: Registry[Prompt[Any]] = Registry(Prompt, "tips.prompts", "oo.prompt")
