"""What was measured, for reading and for other programs. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import TypeAlias

from lab.moments import counterfactual
from lab.moments.format import Moment
from lab.moments.readers import Asked
from lab.moments.reading import Figures, Read, language_of
from lab.moments.score import ALL, Judged, Score, score_kinds
from lab.moments.wording import Wording, WordingFigures, figures
from oo.lib.types import JSON

Measured: TypeAlias = Mapping[str, Sequence[Judged]]  # by variant
Evidence: TypeAlias = Mapping[str, counterfactual.Figures]  # by variant

HEAD = (
    *("n", "mean", "right", "half", "wrong", "silent", "interrupted", "precision", "recall@8"),
    *("seconds", "tokens", "no answer"),
)
READING_HEAD = ("reader", "n", "agreed", "missed", "invented", "differed", "precision", "recall")
WORDING_HEAD = ("n", "accepted", "refused", "away", "share", "seconds")
EVIDENCE = "counterfactual"  # beside the variants: no policy is called so
EVIDENCE_HEAD = ("n", "changed", "reasons", "gone", "fallen", "other")
NAME_WIDTH, WIDTH = 16, 12


def table(measured: Measured) -> str:
    """One block a variant, one line a kind. Counts of moments, shares where it says %."""
    return "\n\n".join(
        "\n".join(
            [_line(variant, HEAD), *(_row(kind, s) for kind, s in score_kinds(judged).items())]
        )
        for variant, judged in measured.items()
    )


def as_json(measured: Measured) -> dict[str, JSON]:
    """{variant: {kind: what Score has}}."""
    return {
        variant: {kind: asdict(score) for kind, score in score_kinds(judged).items()}
        for variant, judged in measured.items()
    }


def evidence_table(evidence: Evidence) -> str:
    """A line a variant, then what still stood when what it cites was away. "" for none."""
    if not evidence:
        return ""
    lines = [_line("Evidence", EVIDENCE_HEAD)]
    for variant, found in evidence.items():
        shares = (_percent(found.gone), _percent(found.fallen), _percent(found.other))
        counts = (str(found.n), _percent(found.changed), str(found.reasons))
        lines += [_line(variant, (*counts, *shares)), *(f"  kept: {kept}" for kept in found.kept)]
    return "\n".join(lines)


def evidence_as_json(evidence: Evidence) -> dict[str, JSON]:
    """{"counterfactual": {variant: what counterfactual.Figures has}}."""
    return {EVIDENCE: {variant: found.as_json() for variant, found in evidence.items()}}


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


def asked_lines(asked: Mapping[str, Asked]) -> Iterator[str]:
    """Of each reader that asks a model, what a question took."""
    for reader, each in asked.items():
        n = max(each.questions, 1)
        yield (
            f"{reader}: {each.questions} questions, {each.unanswered} without an answer; "
            f"{each.tokens / n:.0f} tokens and {each.seconds / n:.1f} seconds each"
        )


def reading_as_json(read: Read, asked: Mapping[str, Asked]) -> JSON:
    """{reader: {language or "all": {trait or "all": counts, and shares of 1}}}.

    Where a reader asks a model, "asked" is there too, beside the languages.
    """
    return {
        reader: {
            **{
                language: {trait: figures.as_json() for trait, figures in traits.items()}
                for language, traits in languages.items()
            },
            **({"asked": asked[reader].as_json()} if reader in asked else {}),
        }
        for reader, languages in read.items()
    }


def worded(judged: Iterable[Judged]) -> dict[str, WordingFigures]:
    """By the language of the person's locale, and ALL last. Empty where none was asked for."""
    by_language: dict[str, list[Wording]] = {}
    for one in judged:
        if one.said.wording:
            by_language.setdefault(language_of(one.moment), []).append(one.said.wording)
    found = {language: figures(by_language[language]) for language in sorted(by_language)}
    every = [wording for wordings in by_language.values() for wording in wordings]
    return {**found, ALL: figures(every)} if every else {}


def wording_table(measured: Measured) -> str:
    """By variant: tips by language, then the answers that were refused, by check."""
    return "\n\n".join(
        "\n".join([_line(f"Wording, {variant}", WORDING_HEAD), *_wording_rows(found)])
        for variant, judged in measured.items()
        if (found := worded(judged))
    )


def wording_as_json(measured: Measured) -> JSON:
    """{variant: {language or "all": what WordingFigures has}}, of variants that ask for any."""
    found = {variant: worded(judged) for variant, judged in measured.items()}
    return {
        variant: {language: asdict(each) for language, each in languages.items()}
        for variant, languages in found.items()
        if languages
    }


def details(judged: Iterable[Judged]) -> Iterator[str]:
    """A line a moment: what came of it, what was said, and why."""
    for one in judged:
        said, moment = one.said, one.moment
        yield (
            f"{one.verdict:<11} {moment.id}: {_named(moment, said.chosen)} ({said.why or '-'}); "
            f"right: {_all_named(moment)}; {moment.because}"
        )
        if said.wording:
            yield _worded_line(said.wording)


def _worded_line(wording: Wording) -> str:
    refusals = f"; refused: {', '.join(wording.refusals)}" if wording.refusals else ""
    told = "; ".join((wording.plain, *wording.reasons))
    text = f": {wording.text!r} for {told!r}" if wording.text else ""
    return f"{'':<11} {wording.fate}{text}{refusals}"


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
            str(score.unanswered),
        ),
    )


def _reading_row(name: str, reader: str, found: Figures) -> str:
    counts = (found.labelled, found.agreed, found.missed, found.invented, found.differed)
    shares = (_percent(found.precision), _percent(found.recall))
    return _line(name, (reader, *map(str, counts), *shares))


def _wording_rows(found: Mapping[str, WordingFigures]) -> Iterator[str]:
    for language, each in found.items():
        counts = (each.n, each.accepted, each.refused, each.away)
        yield _line(language, (*map(str, counts), f"{each.share:.0%}", f"{each.seconds:.1f}"))
    checks = [f"{code} {count}" for code, count in found[ALL].refusals.items()]
    yield f"Answers refused: {', '.join(checks) or 'none'}"


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.0%}"


def _line(name: str, cells: Iterable[str]) -> str:
    return f"{name:<{NAME_WIDTH}}" + "".join(f"{cell:>{WIDTH}}" for cell in cells)
