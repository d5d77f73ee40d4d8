"""`make bench-quality`: how good tips are, measured at moments that people have judged."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lab.moments.process import DATA, set_up

if TYPE_CHECKING:
    from lab.moments.readers import Asked
    from lab.moments.reading import Read
    from lab.moments.report import Evidence, Measured


def main(arguments: list[str]) -> int:
    options = _options(arguments)
    set_up()
    # Models can be imported only now.
    from lab.moments import counterfactual, report, run
    from lab.moments.aliases import NoModelThere
    from lab.moments.format import FormatError, load_moments
    from lab.moments.labels import load_labels, problems
    from lab.moments.readers import NoSuchReader, asked_by, readers_named, traits_for_all
    from lab.moments.reading import read_moments
    from lab.moments.variants import NoSuchVariant

    try:
        moments = load_moments(options.moments)
        labels = load_labels(options.moments, options.labels)
        measured = {
            name: run.run_variant(moments, name, labels) for name in options.variants.split(",")
        }
        evidence = {
            name: found
            for name, judged in measured.items()
            if (found := counterfactual.try_all(judged, name, labels))
        }
        with readers_named(options.readers.split(",") if options.readers else ()) as readers:
            traits = traits_for_all(readers)
            read = read_moments(moments, labels, readers, traits=traits, size=options.sample)
    except (FormatError, OSError, NoSuchVariant, NoSuchReader, NoModelThere) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stderr.writelines(f"label: {problem}\n" for problem in problems(labels, moments))
    if options.verbose:
        for name, judged in measured.items():
            _say(f"{name}:", *report.details(judged), "")
    _tell(measured, evidence, read, asked_by(readers))
    if options.out:
        _keep(options.out, measured, evidence, read, asked_by(readers))
    return 0


def _tell(measured: Measured, evidence: Evidence, read: Read, asked: Mapping[str, Asked]) -> None:
    from lab.moments import report

    _say(report.table(measured))
    if evidence:
        _say("", report.evidence_table(evidence))
    if wordings := report.wording_table(measured):
        _say("", wordings)
    if read:
        _say("", report.reading_table(read), *report.asked_lines(asked))


def _keep(
    file: Path, measured: Measured, evidence: Evidence, read: Read, asked: Mapping[str, Asked]
) -> None:
    from lab.moments import report

    _write(file, {**report.as_json(measured), **report.evidence_as_json(evidence)})
    if wordings := report.wording_as_json(measured):
        _write(file.with_suffix(".wording.json"), wordings)
    _write(file.with_suffix(".reading.json"), report.reading_as_json(read, asked))


def _options(arguments: list[str]) -> Namespace:
    parser = ArgumentParser(prog="python -m lab.moments", description=__doc__)
    parser.add_argument("moments", nargs="?", type=Path, default=DATA, help="a file or a folder")
    parser.add_argument("--out", type=Path, help="figures, as JSON; those of readers beside")
    parser.add_argument("--variants", default="rule,random", help="names or keys of policies")
    parser.add_argument("--labels", type=Path, help="else those beside the moments")
    parser.add_argument("--readers", help="keys, and `model`; else all but that")
    parser.add_argument("--sample", type=int, help="how many labelled rows are read, else all")
    parser.add_argument("--verbose", action="store_true", help="a line for each moment")
    return parser.parse_args(arguments)


def _write(file: Path, figures: Any) -> None:
    text = json.dumps(figures, indent=2, ensure_ascii=False)
    file.write_text(f"{text}\n", encoding="utf-8")


def _say(*lines: str) -> None:
    sys.stdout.writelines(f"{line}\n" for line in lines)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
