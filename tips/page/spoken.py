"""In the settings: how often oO spoke up, and how often that helped."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from accounts.models import User
from tips.deliver.learning import hit_rate


def settings_section(user: User) -> Mapping[str, Any]:
    return {"rate": SimpleLazyObject(lambda: hit_rate(user.pk, at=timezone.now()))}
