"""Celery messages that say "look now". The work is a row; beat looks again anyway."""

from __future__ import annotations

import logging
from typing import Any

from celery import Task
from kombu.exceptions import OperationalError

log = logging.getLogger(__name__)


def look_now(
    task: Task[..., Any], *args: Any, countdown_s: float = 0, expires_s: float = 600
) -> bool:
    """Queue `task`. A broker that is away costs punctuality, never a request: False, and logged."""
    try:
        task.apply_async(args, countdown=countdown_s, expires=expires_s + countdown_s, retry=False)
    except (OperationalError, OSError) as error:
        log.warning("broker away, %s waits for beat: %s", task.name, type(error).__name__)
        return False
    return True
