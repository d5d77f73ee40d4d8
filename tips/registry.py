from __future__ import annotations

from oo.lib.plugins import Registry
from tips.base import Policy

POLICIES: Registry[Policy] = Registry(Policy, "tips.policies", "oo.policy")
