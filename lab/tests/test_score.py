from __future__ import annotations

import pytest

from lab.moments.score import INVALID_ITEM, Judged, Said, Verdict, judge, score, score_kinds
from lab.tests.moments import moment, task

TASKS = [task("t1"), task("t2"), task("t3")]


@pytest.mark.parametrize(
    ("chosen", "silence", "verdict"),
    [
        ("t1", "wrong", Verdict.RIGHT),
        ("t2", "wrong", Verdict.HALF),
        ("t3", "wrong", Verdict.WRONG),
        ("t3", "acceptable", Verdict.WRONG),
        (INVALID_ITEM, "wrong", Verdict.WRONG),
        ("", "wrong", Verdict.WRONG),
        ("", "acceptable", Verdict.HALF),
        ("", "right", Verdict.RIGHT),
        ("t3", "right", Verdict.INTERRUPTED),
        ("t2", "right", Verdict.HALF),
    ],
)
def test_each_answer_has_its_verdict(chosen: str, silence: str, verdict: Verdict) -> None:
    given = moment(tasks=TASKS, right=["t1"], acceptable=["t2"], silence=silence)
    assert judge(given, Said(chosen)).verdict is verdict


def spoken(chosen: str, *nominees: str) -> Judged:
    return judge(moment(tasks=TASKS), Said(chosen, nominees=nominees))


def at_rest(chosen: str) -> Judged:
    given = moment(id="silence-sea", tasks=TASKS, right=[], silence="right")
    return judge(given, Said(chosen))


def test_verdicts_become_shares() -> None:
    found = score([spoken("t1", "t1"), spoken("t2", "t2"), at_rest(""), at_rest("t2")])

    assert (found.n, found.mean) == (4, 0.25)
    assert (found.right, found.half, found.wrong, found.interrupted) == (0.5, 0, 0.25, 0.25)
    assert found.silent == 0.25
    assert found.precision == pytest.approx(1 / 3)
    assert found.recall_at_8 == 0.5


def test_only_what_a_model_may_choose_is_recalled() -> None:
    given = moment(tasks=TASKS)
    assert score([judge(given, Said("", ("t1",), nominees=("t2", "t1")))]).recall_at_8 == 1
    assert score([judge(given, Said("", ("t1",), nominees=("t2",)))]).recall_at_8 == 0


def test_what_there_is_none_of_has_no_share() -> None:
    found = score([at_rest("")])
    assert found.precision is None
    assert found.recall_at_8 is None
    assert score([]).n == 0


def test_what_answers_cost_is_a_mean() -> None:
    given = moment(tasks=TASKS)
    costs = [Said("t1", seconds=0.5, tokens=300), Said("t1", seconds=0.1)]
    found = score([judge(given, said) for said in costs])

    assert found.seconds == pytest.approx(0.3)
    assert found.tokens == 150
    assert (score([]).seconds, score([]).tokens) == (0, 0)


def test_kinds_are_told_apart_and_together() -> None:
    kinds = score_kinds([spoken("t1"), at_rest(""), spoken("t2")])
    assert {kind: found.n for kind, found in kinds.items()} == {"dates": 2, "silence": 1, "all": 3}
