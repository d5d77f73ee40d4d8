"""`python -m lab.moments.tuning`: whether another weight of good sense would do better.

Each moment is lived once, as it is read and as it is labelled, and what could be said there is
kept. Then one number after the other is made smaller and larger, and everything is decided anew,
which asks no database. Nothing is written: a number that one moment alone asks for is not worth
taking.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from lab.moments.process import DATA, set_up

if TYPE_CHECKING:
    from agents.base import UserView
    from lab.moments.format import Moment
    from lab.moments.labels import Labels
    from tips.base import Candidate

STEPS = (0.8, 1.25)
HELD_BACK = ("own-fresh", "own-kept")


@dataclass(frozen=True, slots=True)
class Scene:
    """A moment, up to the decision. keys: which item each candidate is about."""

    moment: Moment
    view: UserView
    candidates: Sequence[Candidate]
    keys: dict[str, str]


@dataclass(frozen=True, slots=True)
class Number:
    """One number of the weights: a name, or a place within the table of that name."""

    name: str
    place: tuple[Any, ...] = ()

    def __str__(self) -> str:
        return self.name + "".join(f"[{step}]" for step in self.place)


def main(arguments: list[str]) -> int:
    parser = ArgumentParser(prog="python -m lab.moments.tuning", description=__doc__)
    parser.add_argument("--held", nargs="*", default=HELD_BACK, help="files that are not tuned on")
    parser.add_argument("--data", type=Path, default=DATA)
    options = parser.parse_args(arguments)
    set_up()
    files = [f for f in sorted(options.data.glob("*.jsonl")) if not f.stem.endswith(".labels")]
    tuned = [file for file in files if file.stem not in options.held]
    held = [file for file in files if file.stem in options.held]
    on, off = list(scenes_of(tuned)), list(scenes_of(held))
    _say(f"tuned on {_names(tuned)}: {len(on)} scenes, {worth(on):.3f}")
    _say(f"held back {_names(held)}: {len(off)} scenes, {worth(off):.3f}")
    for line in found(on, off):
        _say(line)
    return 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _names(files: Iterable[Path]) -> str:
    return ", ".join(file.stem for file in files) or "nothing"


def scenes_of(files: Iterable[Path]) -> Iterator[Scene]:
    from lab.moments.format import load_moments
    from lab.moments.labels import load_labels

    for file in files:
        labels = load_labels(file, None)
        for moment in load_moments(file):
            yield from _scene(moment, None)
            if moment.id in labels.by_moment:
                yield from _scene(moment, labels)


def _scene(moment: Moment, labels: Labels | None) -> Iterator[Scene]:
    """None where an answer was given a moment ago: no weight decides there."""
    from agents.view import load_views
    from lab.moments.label_reader import LabelReader, read_by
    from lab.moments.load import item_keys, lived
    from tips.decide.candidates import build_candidates
    from tips.make.deciding import mutes_in_force
    from tips.make.making import make_tip
    from tips.models import TipDecision

    reading = read_by(LabelReader(moment, labels)) if labels else nullcontext()
    with reading, lived(moment) as user:
        make_tip(user.pk, at=moment.now, rng=Random(moment.id))
        if not TipDecision.objects.filter(user=user, at=moment.now).exists():
            return
        views = load_views([user.pk], at=moment.now)
        muted = {mute.candidate for mute in mutes_in_force(views)[user.pk]}
        view = views[user.pk]
        yield Scene(moment, view, build_candidates(view, muted), item_keys(user))


def worth(scenes: Sequence[Scene]) -> float:
    """The mean, by the worths of lab.moments.score."""
    from lab.moments.score import INVALID_ITEM, WORTH, Said, judge
    from tips.policies.good_sense import GoodSense

    policy, total = GoodSense(), 0.0
    for scene in scenes:
        chosen = policy.decide(scene.view, scene.candidates, Random(scene.moment.id)).chosen
        item = scene.keys.get(chosen.candidate.key, INVALID_ITEM) if chosen else ""
        total += WORTH[judge(scene.moment, Said(item)).verdict]
    return total / len(scenes) if scenes else 0.0


def found(on: Sequence[Scene], off: Sequence[Scene]) -> Iterator[str]:
    """A line for each number that would do better on `on`, and what it would do to `off`."""
    before, before_off = worth(on), worth(off)
    for number in numbers():
        value = value_of(number)
        for step in STEPS:
            moved = moved_by(value, step)
            with set_to(number, moved):
                gain, gain_off = worth(on) - before, worth(off) - before_off
            if gain > 0:
                scenes = round(gain * len(on), 1)
                yield (
                    f"{number}: {value:g} to {moved:g}: {gain:+.3f} ({scenes:g} scenes), "
                    f"held back {gain_off:+.3f}"
                )


def moved_by(value: float, step: float) -> float:
    """What counts something stays whole, and moves by 1 at least."""
    if not isinstance(value, int):
        return value * step
    least = value + (1 if step > 1 else -1)
    return max(least, round(value * step)) if step > 1 else min(least, round(value * step))


def numbers() -> Iterator[Number]:
    """All that are not 0, those that count something too; spans of time are not tried."""
    from tips.policies.good_sense import weights

    for name, value in vars(weights).items():
        if name.isupper():
            yield from (Number(name, place) for place in _places(value))


def _places(value: Any) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, float | int) and not isinstance(value, bool) and value:
        yield ()
    pairs: Iterable[tuple[Any, Any]] = ()
    if isinstance(value, dict):
        pairs = value.items()
    elif isinstance(value, tuple):
        pairs = enumerate(value)
    for key, inner in pairs:
        yield from ((key, *place) for place in _places(inner))


def value_of(number: Number) -> float:
    from tips.policies.good_sense import weights

    value: Any = getattr(weights, number.name)
    for step in number.place:
        value = value[step]
    number_found: float = value
    return number_found


@contextmanager
def set_to(number: Number, value: float) -> Iterator[None]:
    from tips.policies.good_sense import weights

    before = getattr(weights, number.name)
    setattr(weights, number.name, _replaced(before, number.place, value))
    try:
        yield
    finally:
        setattr(weights, number.name, before)


def _replaced(table: Any, place: tuple[Any, ...], value: float) -> Any:
    if not place:
        return value
    step, *inner = place
    if isinstance(table, dict):
        return {**table, step: _replaced(table[step], tuple(inner), value)}
    changed = list(table)
    changed[step] = _replaced(table[step], tuple(inner), value)
    return tuple(changed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
