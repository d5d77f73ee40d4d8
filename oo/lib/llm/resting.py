"""Which models are given a rest after failures. What one process has found out, the others need
not find out again: it stands in the cache, which processes share where that is Redis.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from math import ceil

from django.core.cache import cache

from oo.lib.llm.aliases import Deployment

PREFIX = "llm.rests."


def note_rest(deployment: Deployment, until: float) -> None:
    """until: seconds since the epoch"""
    left = until - time.time()
    if left > 0:
        cache.set(PREFIX + deployment.key, until, ceil(left))


def rests(deployments: Iterable[Deployment]) -> dict[str, float]:
    """Key to until when, of those that rest. One look at the cache; one that is away knows none."""
    found = cache.get_many([PREFIX + each.key for each in deployments])
    now = time.time()
    return {key.removeprefix(PREFIX): until for key, until in found.items() if until > now}


def end_rests(deployments: Iterable[Deployment]) -> None:
    cache.delete_many([PREFIX + each.key for each in deployments])
