"""In the settings: what the person put off, how often oO spoke up, and how often that helped."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from accounts.models import User
from tips.deliver.learning import hit_rate
from tips.page.put_off import load_put_off


def settings_section(user: User) -> Mapping[str, Any]:
    at = timezone.now()
    return {
        "put_off": SimpleLazyObject(lambda: len(load_put_off(user.pk, at=at))),
        "rate": SimpleLazyObject(lambda: hit_rate(user.pk, at=at)),
    }
