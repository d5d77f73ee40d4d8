"""`python -m tests.stand_ins.todoist --port 9999 --tasks 40`: a Todoist to try oO with."""

from __future__ import annotations

import argparse
import signal
import sys
import threading

from . import Clock, TodoistStandIn, seed
from .server import CLIENT_ID, CLIENT_SECRET


def main() -> None:
    options = _options()
    stand_in = TodoistStandIn(
        port=options.port,
        clock=Clock.running(),
        legacy=options.legacy,
        client_id=options.client_id,
        client_secret=options.client_secret,
        timezone=options.timezone,
    )
    over = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: over.set())
    with stand_in as todoist:
        seed(todoist.alice, options.tasks)
        sys.stdout.write(
            f"Todoist stand-in at {todoist.url}\n"
            f"account {todoist.alice.email}, personal token {todoist.alice.personal_token}\n"
            f"client id {todoist.client_id}, client secret {todoist.client_secret}\n"
        )
        sys.stdout.flush()
        over.wait()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.stand_ins.todoist", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0: any free port")
    parser.add_argument("--tasks", type=int, default=40, help="how many tasks the account has")
    parser.add_argument("--timezone", default="UTC", help="the account's, such as Europe/Vienna")
    parser.add_argument("--legacy", action="store_true", help="long-lived tokens, no refresh")
    parser.add_argument("--client-id", default=CLIENT_ID)
    parser.add_argument("--client-secret", default=CLIENT_SECRET)
    return parser.parse_args()


if __name__ == "__main__":
    main()
