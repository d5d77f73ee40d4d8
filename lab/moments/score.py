"""What an answer at a moment is worth, and what many come to. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from lab.moments.format import Moment
from lab.moments.wording import Wording

ALL = "all"


class Verdict(StrEnum):
    RIGHT = "right"
    HALF = "half"  # a friend would not mind
    WRONG = "wrong"
    INTERRUPTED = "interrupted"  # where silence was right


WORTH: Mapping[Verdict, float] = {
    Verdict.RIGHT: 1.0,
    Verdict.HALF: 0.5,
    Verdict.WRONG: 0.0,
    Verdict.INTERRUPTED: -1.0,
}
OF_SILENCE: Mapping[str, Verdict] = {
    "right": Verdict.RIGHT,
    "acceptable": Verdict.HALF,
    "wrong": Verdict.WRONG,
}


@dataclass(frozen=True, slots=True)
class Said:
    """What came out. Ids are those of the moment's items; "" is silence.

    INVALID_ITEM stands for what is none of them.

    nominees    those of the ranking that a model may choose among, in its order
    seconds     from asking for a tip to having one; no two runs take the same
    tokens      in and out of models on the way there; 0 while none is asked
    unanswered  questions to models that no answer came to, or not in time
    wording     None where no model was asked for one
    """

    chosen: str
    ranking: tuple[str, ...] = ()  # the best first
    why: str = ""
    nominees: tuple[str, ...] = ()
    seconds: float = field(default=0.0, compare=False)
    tokens: int = 0
    unanswered: int = 0
    wording: Wording | None = None


INVALID_ITEM = "?"


@dataclass(frozen=True, slots=True)
class Judged:
    moment: Moment
    said: Said
    verdict: Verdict

    @property
    def is_silent(self) -> bool:
        return not self.said.chosen

    @property
    def has_right_task(self) -> bool:
        return any(task.id in self.moment.right for task in self.moment.tasks)

    @property
    def is_recalled(self) -> bool:
        """One of the right ones is among those that a model may choose."""
        return bool(set(self.moment.right) & set(self.said.nominees))


@dataclass(frozen=True, slots=True)
class Score:
    """Shares of 1. Right, half, wrong and interrupted add up to 1; silent is apart from them.

    mean         what the verdicts are worth
    precision    of the moments in which it spoke: was it right, or at least acceptable
    recall_at_8  of the moments with a right task: was a right one among the nominees, eight at most
    Both are None where there is no such moment.
    seconds, tokens  means of what Said has
    unanswered       its sum
    """

    n: int
    mean: float
    right: float
    half: float
    wrong: float
    silent: float
    interrupted: float
    precision: float | None
    recall_at_8: float | None
    seconds: float
    tokens: float
    unanswered: int


def judge(moment: Moment, said: Said) -> Judged:
    return Judged(moment, said, _verdict(moment, said.chosen))


def _verdict(moment: Moment, chosen: str) -> Verdict:
    if not chosen:
        return OF_SILENCE[moment.silence]
    if chosen in moment.right:
        return Verdict.RIGHT
    if chosen in moment.acceptable:
        return Verdict.HALF
    return Verdict.INTERRUPTED if moment.silence == "right" else Verdict.WRONG


def score_kinds(judged: Sequence[Judged]) -> dict[str, Score]:
    """By kind, in the order in which they come, and "all" last."""
    kinds = dict.fromkeys(j.moment.kind for j in judged)
    found = {kind: score([j for j in judged if j.moment.kind == kind]) for kind in kinds}
    return {**found, ALL: score(judged)}


def score(judged: Sequence[Judged]) -> Score:
    verdicts = [j.verdict for j in judged]
    return Score(
        n=len(judged),
        mean=_mean(WORTH[v] for v in verdicts),
        right=_share(v is Verdict.RIGHT for v in verdicts) or 0.0,
        half=_share(v is Verdict.HALF for v in verdicts) or 0.0,
        wrong=_share(v is Verdict.WRONG for v in verdicts) or 0.0,
        silent=_share(j.is_silent for j in judged) or 0.0,
        interrupted=_share(v is Verdict.INTERRUPTED for v in verdicts) or 0.0,
        precision=_share(
            j.verdict in (Verdict.RIGHT, Verdict.HALF) for j in judged if not j.is_silent
        ),
        recall_at_8=_share(j.is_recalled for j in judged if j.has_right_task),
        seconds=_mean(j.said.seconds for j in judged),
        tokens=_mean(j.said.tokens for j in judged),
        unanswered=sum(j.said.unanswered for j in judged),
    )


def _mean(values: Iterable[float]) -> float:
    found = list(values)
    return sum(found) / len(found) if found else 0.0


def _share(truths: Iterable[bool]) -> float | None:
    found = list(truths)
    return sum(found) / len(found) if found else None
