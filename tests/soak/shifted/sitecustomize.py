"""Python runs this at its start in every process of the soak: a clock that a file moves.

OO_SOAK_CLOCK names the file; it holds seconds to add. Monotonic time stays, as on a real machine.
"""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import time_machine

_real_time, _sleep = time.time, time.sleep
_clock = Path(os.environ["OO_SOAK_CLOCK"])


def _follow() -> None:
    began, shown = _real_time() - time.monotonic(), 0.0
    while True:
        wanted = float(_clock.read_text() or 0)
        if wanted != shown:
            time_machine.travel(began + time.monotonic() + wanted, tick=True).start()
            shown = wanted
        _sleep(1)


threading.Thread(target=_follow, daemon=True).start()
