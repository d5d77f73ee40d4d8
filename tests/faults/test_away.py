from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.away import OF_A_SOURCE, THINGS, TROUBLES
from tests.faults.reports import report_of
from tests.thorough import as_many

pytestmark = [pytest.mark.alone, pytest.mark.postgres, pytest.mark.slow]
TIMES = as_many(1, 20)  # in each trouble
# How long 99 of 100 pages and answers may take, or so many times as long as without trouble.
PATIENCE_MS, AS_LONG = 250, 4


def test_whatever_is_down_stopped_slow_or_lost_the_page_answers_and_all_catches_up(
    tmp_path: Path,
) -> None:
    report = report_of("away", tmp_path / "log", "--times", str(TIMES), "--seconds", "0.5")

    turns = {f"{thing} {trouble}": TIMES for thing in THINGS for trouble in TROUBLES}
    turns |= {f"source {trouble}": TIMES for trouble in OF_A_SOURCE}
    assert report["troubles"] == turns
    assert report["pages"] > 100
    assert report["p99_ms"] < max(PATIENCE_MS, AS_LONG * report["quiet_p99_ms"]), report
