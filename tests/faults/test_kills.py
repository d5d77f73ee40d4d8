from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.estate import SERVICES
from tests.faults.reports import report_of
from tests.thorough import as_many

pytestmark = [pytest.mark.alone, pytest.mark.postgres, pytest.mark.slow]
SERVERS = ("postgres", "redis", "nats")
EACH = as_many(3, 15)


def test_kills_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    """What is checked afterwards: tests.faults.checks."""
    kills = EACH * len((*SERVICES, *SERVERS))
    report = report_of("kill", tmp_path / "log", "--kills", str(kills))

    assert report["killed"] == dict.fromkeys((*SERVICES, *SERVERS), EACH)
    # Two periods of two beats, one in which the last kill fell and the one after it; twice that
    # on a machine that is slow.
    assert report["sweeps"] in range(9)
    happened = report["happened"]
    for what in ("answers heard", "closed by oO", "notifications", "live tips"):
        assert happened[what] > EACH, happened
