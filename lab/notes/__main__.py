"""`python -m lab.notes`: how well ends and purposes are read in notes that people judged."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path

from lab.moments.process import set_up

DATA = Path(__file__).with_name("data")


def main(arguments: list[str]) -> int:
    parser = ArgumentParser(prog="python -m lab.notes", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=DATA)
    parser.add_argument("--held", action="store_true", help="those on which nothing is tuned")
    parser.add_argument("--verbose", action="store_true", help="a line for each that is not right")
    options = parser.parse_args(arguments)
    set_up()
    # Plug-ins can be imported only now.
    from agents.registry import READERS
    from agents.understanding.keeping import FIRST_READER
    from lab.moments.agreement import Outcome
    from lab.moments.format import FormatError
    from lab.moments.reading import count
    from lab.moments.report import reading_table
    from lab.notes.format import load_notes
    from lab.notes.measuring import compared, read_notes

    try:
        notes = load_notes(options.folder, held=options.held)
    except (FormatError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    found = read_notes(notes, READERS[FIRST_READER])
    wrong = (each for each in found if each.outcome not in (None, Outcome.AGREED))
    lines = [str(each) for each in wrong] if options.verbose else []
    table = reading_table(count(compared(found, FIRST_READER)))
    sys.stdout.writelines(f"{line}\n" for line in (*lines, f"{len(notes)} notes", table))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
