"""Which policy decides: the one that staff has chosen, or else the one of the settings.

A switch writes one row. The key of the policy is in the mark of every decision, so people are
decided about anew when they are looked at next; what is on somebody's page stays until then.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from tips.base import Policy
from tips.models import PolicySwitch
from tips.registry import POLICIES

ROW = 1


@dataclass(frozen=True, slots=True)
class InForce:
    policy: Policy
    since: datetime | None  # None: it is the one of the settings


def policy_of_settings() -> Policy:
    return POLICIES[settings.OO_POLICY]


def load_in_force() -> InForce:
    """One query. If the chosen policy is no longer installed, the one of the settings decides."""
    return _read(PolicySwitch.objects.filter(pk=ROW).first())


def switch_policy(before: str, after: str, *, at: datetime) -> bool:
    """Switch from `before` to `after`, both keys of installed policies.

    False, and nothing is switched, if `before` is not in force: whoever switches saw an older
    state. Of two switches at once only one succeeds.
    """
    row, _is_new = PolicySwitch.objects.get_or_create(
        pk=ROW, defaults={"policy": settings.OO_POLICY, "since": at}
    )
    if _read(row).policy.manifest.key != before:
        return False
    same = PolicySwitch.objects.filter(pk=ROW, policy=row.policy)
    return same.update(policy=after, since=at) == 1


def _read(row: PolicySwitch | None) -> InForce:
    chosen = POLICIES.get(row.policy) if row else None
    if row is None or chosen is None:
        return InForce(policy_of_settings(), None)
    return InForce(chosen, row.since)
