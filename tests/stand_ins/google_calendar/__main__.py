"""`python -m tests.stand_ins.google_calendar --port 9998`: a Google Calendar to try oO with."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from datetime import timedelta

from . import Clock, GoogleCalendarStandIn, running


def main() -> None:
    options = _options()
    over = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: over.set())
    with running(port=options.port, clock=Clock.running(), timezone=options.timezone) as google:
        _seed(google)
        sys.stdout.write(
            f"Google Calendar stand-in at {google.url}\n"
            f"authorize {google.authorize_url}, token {google.token_url}\n"
            f"revoke {google.revoke_url}, userinfo {google.user_url}, account {google.alice.id}\n"
            f"client id {google.client_id}, client secret {google.client_secret}\n"
        )
        sys.stdout.flush()
        over.wait()


def _seed(google: GoogleCalendarStandIn) -> None:
    soon = google.clock.now().replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    google.alice.add_event("Call with the accountant", soon, location="Phone")
    google.alice.add_event("Choir", soon + timedelta(hours=8), recurrence="RRULE:FREQ=WEEKLY")
    google.alice.add_event("Public holiday", soon.date() + timedelta(days=3))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.stand_ins.google_calendar", description=__doc__
    )
    parser.add_argument("--port", type=int, default=0, help="0: any free port")
    parser.add_argument("--timezone", default="UTC", help="the calendar's, such as Europe/Vienna")
    return parser.parse_args()


if __name__ == "__main__":
    main()
