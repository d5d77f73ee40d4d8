"""The stand-in as a process: says its address on the first line, ends on Ctrl-C or SIGTERM."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
from pathlib import Path

from tests.stand_ins.openid import CAST, OpenIdStandIn, Person


def read_people(path: Path) -> list[Person]:
    """From a JSON list of objects with the fields of Person."""
    return [Person(**fields) for fields in json.loads(path.read_text())]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.stand_ins.openid", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=18310)
    parser.add_argument("--people", type=Path, help="JSON file; default: alice, bob, charlie")
    chosen = parser.parse_args()
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    people = read_people(chosen.people) if chosen.people else CAST
    with OpenIdStandIn(people, host=chosen.host, port=chosen.port) as idp:
        sys.stdout.write(f"{idp.url}\n")
        sys.stdout.flush()
        ended.wait()


if __name__ == "__main__":
    main()
