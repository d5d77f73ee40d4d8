"""`python -m lab.notes`: how well notes are read that people judged: ends and purposes, or, with
`--rows`, hours, who waits, what blocks, and noise.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import TYPE_CHECKING

from lab.moments.process import set_up

if TYPE_CHECKING:
    from lab.moments.reading import Compared

DATA, ROWS = Path(__file__).with_name("data"), Path(__file__).with_name("rows")


def main(arguments: list[str]) -> int:
    parser = ArgumentParser(prog="python -m lab.notes", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--rows", action="store_true", help="rows, and no notes with a calendar")
    parser.add_argument("--held", action="store_true", help="those on which nothing is tuned")
    parser.add_argument("--verbose", action="store_true", help="a line for each that is not right")
    options = parser.parse_args(arguments)
    folder = options.folder or (ROWS if options.rows else DATA)
    set_up()
    # Plug-ins can be imported only now.
    from lab.moments.agreement import Outcome
    from lab.moments.format import FormatError
    from lab.moments.reading import count
    from lab.moments.report import reading_table

    try:
        many, found = (_rows if options.rows else _notes)(folder, held=options.held)
    except (FormatError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    wrong = (told for told, each in found if each.outcome is not Outcome.AGREED)
    table = reading_table(count(each for _told, each in found))
    lines = [*(wrong if options.verbose else ()), f"{many} notes", table]
    sys.stdout.writelines(f"{line}\n" for line in lines)
    return 0


def _notes(folder: Path, *, held: bool) -> tuple[int, list[tuple[str, Compared]]]:
    from agents.registry import READERS
    from agents.understanding.loading import FIRST_READER
    from lab.notes.format import load_notes
    from lab.notes.measuring import compared, read_notes

    notes = load_notes(folder, held=held)
    found = [each for each in read_notes(notes, READERS[FIRST_READER]) if each.outcome]
    return len(notes), list(zip(map(str, found), compared(found, FIRST_READER), strict=True))


def _rows(folder: Path, *, held: bool) -> tuple[int, list[tuple[str, Compared]]]:
    from agents.registry import READERS
    from agents.understanding.loading import FIRST_READER
    from lab.notes.rows import compared, load_rows, read_rows

    rows = load_rows(folder, held=held)
    found = [each for each in read_rows(rows, READERS[FIRST_READER]) if each.outcome]
    return len(rows), list(zip(map(str, found), compared(found, FIRST_READER), strict=True))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
