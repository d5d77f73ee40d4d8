"""What a source says of one task; apart from integrations.base, which knows nothing of HTTP."""

from __future__ import annotations

from oo.lib.http import Unexpected

NOT_THERE = frozenset({404, 410})


class TaskGone(Unexpected):
    """This one task is not there any more: it counts as closed."""
