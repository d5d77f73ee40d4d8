"""Runs one of the two days in a process of its own, which is moved to the estate's database."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.production.compose import ROOT

PATIENCE_S = 2_700  # of a whole night's


def report_of(module: str, logs: Path, *options: str) -> dict[str, Any]:
    """What `python -m tests.faults.<module>` says. Raises AssertionError with the logs' end."""
    command = [sys.executable, "-m", f"tests.faults.{module}", "--logs", str(logs), *options]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )
    try:
        report: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        raise AssertionError(f"{done.stdout}\n{done.stderr}"[-4_000:]) from None
    said = logs.read_text()[-8_000:] if report["faults"] else ""
    assert not report["faults"], f"{json.dumps(report, indent=1)}\n{said}"
    assert done.returncode == 0
    return report
