"""What was measured, for reading and for other programs. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import TypeAlias

from lab.moments.format import Moment
from lab.moments.score import Judged, Score, score_kinds
from oo.lib.types import JSON

Measured: TypeAlias = Mapping[str, Sequence[Judged]]  # by variant

HEAD = ("n", "mean", "right", "half", "wrong", "silent", "interrupted", "precision", "recall@8")
NAME_WIDTH, WIDTH = 12, 12


def table(measured: Measured) -> str:
    """One block a variant, one line a kind. Counts of moments, shares where it says %."""
    return "\n\n".join(
        "\n".join(
            [_line(variant, HEAD), *(_row(kind, s) for kind, s in score_kinds(judged).items())]
        )
        for variant, judged in measured.items()
    )


def as_json(measured: Measured) -> JSON:
    """{variant: {kind: shares of 1}}."""
    return {
        variant: {kind: asdict(score) for kind, score in score_kinds(judged).items()}
        for variant, judged in measured.items()
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
        ),
    )


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.0%}"


def _line(name: str, cells: Iterable[str]) -> str:
    return f"{name:<{NAME_WIDTH}}" + "".join(f"{cell:>{WIDTH}}" for cell in cells)
