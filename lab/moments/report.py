"""What was measured, for reading and for other programs. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import TypeAlias

from lab.moments.format import Moment
from lab.moments.reading import Figures, Read
from lab.moments.score import ALL, Judged, Score, score_kinds
from oo.lib.types import JSON

Measured: TypeAlias = Mapping[str, Sequence[Judged]]  # by variant

HEAD = (
    *("n", "mean", "right", "half", "wrong", "silent", "interrupted", "precision", "recall@8"),
    *("seconds", "tokens"),
)
READING_HEAD = ("reader", "n", "agreed", "missed", "invented", "differed", "precision", "recall")
NAME_WIDTH, WIDTH = 16, 12


def table(measured: Measured) -> str:
    """One block a variant, one line a kind. Counts of moments, shares where it says %."""
    return "\n\n".join(
        "\n".join(
            [_line(variant, HEAD), *(_row(kind, s) for kind, s in score_kinds(judged).items())]
        )
        for variant, judged in measured.items()
    )


def as_json(measured: Measured) -> JSON:
    """{variant: {kind: what Score has}}."""
    return {
        variant: {kind: asdict(score) for kind, score in score_kinds(judged).items()}
        for variant, judged in measured.items()
    }


def reading_table(read: Read) -> str:
    """By trait over all languages, then by language over all traits; n is what is labelled."""
    traits, languages = [], []
    for reader, found in read.items():
        traits += [_reading_row(trait, reader, each) for trait, each in found[ALL].items()]
        languages += [_reading_row(name, reader, each[ALL]) for name, each in found.items()]
    blocks = {"Reading": traits, "by language": languages}
    return "\n\n".join(
        "\n".join([_line(title, READING_HEAD), *rows]) for title, rows in blocks.items()
    )


def reading_as_json(read: Read) -> JSON:
    """{reader: {language or "all": {trait or "all": counts, and shares of 1}}}."""
    return {
        reader: {
            language: {trait: figures.as_json() for trait, figures in traits.items()}
            for language, traits in languages.items()
        }
        for reader, languages in read.items()
    }


def details(judged: Iterable[Judged]) -> Iterator[str]:
    """A line a moment: what came of it, what was said, and why."""
    for one in judged:
        said, moment = one.said, one.moment
        yield (
            f"{one.verdict:<11} {moment.id}: {_named(moment, said.chosen)} ({said.why or '-'}); "
            f"right: {_all_named(moment)}; {moment.because}"
        )


def _all_named(moment: Moment) -> str:
    silence = [""] if moment.silence == "right" else []
    return " or ".join(_named(moment, name) for name in [*moment.right, *silence]) or "none"


def _named(moment: Moment, name: str) -> str:
    return f"{name} {moment.titles.get(name, '')!r}" if name else "silence"


def _row(kind: str, score: Score) -> str:
    counts = (score.right, score.half, score.wrong, score.silent, score.interrupted)
    return _line(
        kind,
        (
            str(score.n),
            f"{score.mean:.2f}",
            *(str(round(share * score.n)) for share in counts),
            _percent(score.precision),
            _percent(score.recall_at_8),
            f"{score.seconds:.3f}",
            f"{score.tokens:.0f}",
        ),
    )


def _reading_row(name: str, reader: str, found: Figures) -> str:
    counts = (found.labelled, found.agreed, found.missed, found.invented, found.differed)
    shares = (_percent(found.precision), _percent(found.recall))
    return _line(name, (reader, *map(str, counts), *shares))


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.0%}"


def _line(name: str, cells: Iterable[str]) -> str:
    return f"{name:<{NAME_WIDTH}}" + "".join(f"{cell:>{WIDTH}}" for cell in cells)
