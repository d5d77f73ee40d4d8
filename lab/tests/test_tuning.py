"""Whether another weight would do better: at moments of which it is known."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lab.moments import tuning
from lab.moments.format import LABELS
from lab.moments.tuning import Number
from tips.policies.good_sense import weights

pytestmark = pytest.mark.django_db
GIVEN = Path(tuning.__file__).with_name("data") / "given.jsonl"


@pytest.fixture
def scenes(tmp_path: Path) -> list[tuning.Scene]:
    """Of the given moments those of dates: to live one takes a while."""
    for file in (GIVEN, GIVEN.with_name(f"{GIVEN.stem}{LABELS}")):
        lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
        dates = "".join(line for line in lines if json.loads(line)["id"].startswith("dates"))
        (tmp_path / file.name).write_text(dates, encoding="utf-8")
    return list(tuning.scenes_of([tmp_path / GIVEN.name]))


def test_a_moment_is_lived_as_it_is_read_and_as_it_is_labelled(
    scenes: list[tuning.Scene],
) -> None:
    assert len(scenes) == 10
    assert tuning.worth(scenes) == 1.0


def test_a_weight_that_is_wrong_is_found(
    scenes: list[tuning.Scene], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(weights, "SPEAK", 600.0)  # nothing is said any more
    monkeypatch.setattr(tuning, "STEPS", (0.01,))
    assert tuning.worth(scenes) == 0.0
    lines = list(tuning.found(scenes, []))
    assert [line for line in lines if line.startswith("SPEAK: 600 to 6: +1.000 (10 scenes)")]
    assert weights.SPEAK == 600.0


def test_every_number_of_a_table_is_tried_and_put_back() -> None:
    before = {number: tuning.value_of(number) for number in tuning.numbers()}
    assert Number("DUE_TODAY") in before
    assert Number("HARD", (0, 1)) in before
    assert {Number("LONG_AGO_DAYS"), Number("HABIT_TIMES"), Number("MOST_REFUSALS")} <= set(before)
    for number, value in before.items():
        with tuning.set_to(number, value + 1):
            assert tuning.value_of(number) == value + 1
    assert {number: tuning.value_of(number) for number in tuning.numbers()} == before


@pytest.mark.parametrize(
    ("value", "step", "moved"),
    [(60, 0.8, 48), (2, 0.8, 1), (2, 1.25, 3), (3, 1.25, 4), (1, 0.8, 0), (16.0, 0.8, 12.8)],
)
def test_what_counts_something_moves_by_one_at_least(
    value: float, step: float, moved: float
) -> None:
    found = tuning.moved_by(value, step)
    assert found == pytest.approx(moved)
    assert type(found) is type(value)
