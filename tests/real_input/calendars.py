"""Read every calendar file that the source packages of three libraries carry.

    python -m tests.real_input.calendars [folder ...]

Downloads the packages into a temporary folder, or reads the folders given, and prints a table.
Files that hold a piece of a calendar (one VEVENT, one VTIMEZONE) are no calendars and refused.
"""

from __future__ import annotations

import subprocess
import sys
import tarfile
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tests.real_input.corpus import Result, read_file, read_quoted

PACKAGES = ("icalendar", "recurring-ical-events", "caldav")


def main(folders: Sequence[str]) -> int:
    if folders:
        for each in folders:
            _report(each, _results(Path(each)))
        return 0
    with tempfile.TemporaryDirectory() as temporary:
        for package in PACKAGES:
            folder = Path(temporary) / package
            _report(package, _results(_fetch(package, folder)))
    return 0


def _fetch(package: str, folder: Path) -> Path:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary"]
    subprocess.run([*command, ":all:", "--dest", str(folder), package], check=True)
    for archive in folder.glob("*.tar.gz"):
        with tarfile.open(archive) as packed:
            packed.extractall(folder, filter="data")
        _print(f"\n{archive.name}")
    return folder


def _results(folder: Path) -> list[Result]:
    """Of every .ics file; where a package has none, of the calendars quoted in its tests."""
    results = [read_file(path) for path in sorted(folder.rglob("*.ics"))]
    if not results:
        for path in sorted(folder.rglob("*.py")):
            results += read_quoted(path)
    return results


def _report(name: str, results: Sequence[Result]) -> None:
    readings = [result.reading for result in results if result.reading]
    refused = Counter(result.refused for result in results if result.refused)
    skipped: Counter[str] = Counter()
    for reading in readings:
        skipped.update({why.value: count for why, count in reading.skipped.items()})
    _print(f"{name}: {len(results)} calendars, {len(readings)} read, refused {dict(refused)}")
    _print(
        f"  {sum(reading.entries for reading in readings)} entries,"
        f" {sum(len(reading.events) for reading in readings)} occurrences in the window,"
        f" left out {dict(skipped)}"
    )
    slowest = max(results, key=lambda result: result.seconds, default=None)
    if slowest:
        total = sum(result.seconds for result in results)
        _print(f"  {total:.2f} s, slowest {slowest.name} {slowest.seconds:.3f} s")
    for result in results:
        if result.refused or (result.reading and result.reading.skipped):
            _print(f"    {result.name}: {_why(result)}")


def _why(result: Result) -> str:
    if result.reading is None:
        return result.refused
    return ", ".join(f"{count} {why.value}" for why, count in result.reading.skipped.items())


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
