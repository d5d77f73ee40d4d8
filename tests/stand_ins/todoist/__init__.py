"""A stand-in for Todoist: the parts of its API v1 that oO uses, over HTTP on a loopback port.

    with TodoistStandIn() as todoist:
        todoist.alice.add_task("Pay the rent", due="today", priority=4)
        tokens = todoist.grant(todoist.alice)
        todoist.faults.add(FaultKind.TOO_MANY, "/api/v1/sync", retry_after_s=7)

`todoist.clock` stands still until it is advanced, `todoist.requests` holds what was asked.
"""

from __future__ import annotations

from .clock import Clock
from .faults import FaultKind
from .seed import seed
from .server import TodoistStandIn
from .state import Account
from .webhooks import Delivery
from .wire import Request

__all__ = ["Account", "Clock", "Delivery", "FaultKind", "Request", "TodoistStandIn", "seed"]
