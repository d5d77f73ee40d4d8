"""Is this container well? For the health checks; standard library only, since it runs often.

python deploy/probe.py web PORT     the web server answers, and reaches the database
python deploy/probe.py beat FILE    beat has written its schedule not long ago
python deploy/probe.py relay FILE   the relay has touched that not long ago
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

# Celery writes the schedule every 180 s; once may be missed.
OLDEST_SCHEDULE_S = 400
# The relay touches its file once a round, and pauses for 30 s at most while something is away.
OLDEST_PULSE_S = 120


def find_fault_of_web(port: str) -> str:
    connection = HTTPConnection("127.0.0.1", int(port), timeout=4)
    # Django answers to the names that it knows only.
    host = urlsplit(os.environ.get("OO_BASE_URL", "")).hostname or "localhost"
    connection.request("GET", "/readyz", headers={"Host": host})
    status = connection.getresponse().status
    return "" if status == 200 else f"/readyz answered {status}"


def find_fault_of_beat(schedule: str) -> str:
    """The file has siblings, depending on which dbm this Python keeps it in; the newest counts."""
    path = Path(schedule)
    written = [file.stat().st_mtime for file in path.parent.glob(f"{path.name}*")]
    if not written:
        return f"no {schedule}"
    age_s = time.time() - max(written)
    return "" if age_s < OLDEST_SCHEDULE_S else f"{schedule} is {age_s:.0f} s old"


def find_fault_of_relay(pulse: str) -> str:
    age_s = time.time() - Path(pulse).stat().st_mtime
    return "" if age_s < OLDEST_PULSE_S else f"{pulse} is {age_s:.0f} s old"


PROBES: dict[str, Callable[[str], str]] = {
    "web": find_fault_of_web,
    "beat": find_fault_of_beat,
    "relay": find_fault_of_relay,
}


def main(name: str, where: str) -> int:
    try:
        fault = PROBES[name](where)
    except OSError as error:
        fault = str(error)
    if fault:
        sys.stderr.write(f"{name}: {fault}\n")
    return 1 if fault else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
