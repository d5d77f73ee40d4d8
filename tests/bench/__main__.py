"""`make bench`: each figure beside its goal, in one run. Exits 1 when a ratio goal is missed.

python -m tests.bench [page] [busy] [sync] [start] [sweep] [webhooks] [relay] [decision]
"""

from __future__ import annotations

import os
import platform
import sys

from tests import servers
from tests.bench import busy, decision, page, relay, start, sweep, sync, webhooks
from tests.check import production


def main(names: list[str]) -> int:
    missed = False
    parts = {
        "page": page.run,
        "busy": busy.run,
        "sync": sync.run,
        "start": start.run,
        "sweep": sweep.run,
        "webhooks": webhooks.run,
        "relay": relay.run,
        "decision": decision.run,
    }
    print(f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores")
    for name in names or list(parts):
        print(f"\n== {name}")
        # Of its own: what another has left behind is neither measured nor in the way.
        with servers.postgres() as database_url, servers.redis() as redis_url:
            env = {
                **production(),
                "DATABASE_URL": database_url,
                "REDIS_URL": redis_url,
                "DJANGO_SETTINGS_MODULE": "tests.bench.settings",
            }
            missed |= not parts[name](env)
    return int(missed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
