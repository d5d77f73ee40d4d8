from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path

import pytest
from django.conf import settings

from lab.moments.format import Moment, load_moments
from lab.moments.labels import Labels
from lab.moments.report import as_json, details, table
from lab.moments.run import RESTING, run_variant
from lab.moments.score import Said, Score, Verdict
from lab.tests.moments import event, moment, past, task

pytestmark = pytest.mark.django_db

GIVEN = Path(__file__).parent.parent / "moments" / "data" / "given.jsonl"


def by_rule(given: Moment) -> Said:
    return run_variant([given], "rule", Labels())[0].said


def test_the_rule_says_what_is_due() -> None:
    later = task("t2", due="2026-03-09")
    said = by_rule(moment(tasks=[later, task(due="2026-03-03")]))

    assert said.chosen == "t1"
    assert said.ranking == ("t1", "t2")
    assert "due_today" in said.why


def test_it_is_silent_in_a_meeting_and_ranks_all_the_same() -> None:
    now = event(start="2026-03-03T09:00:00+01:00", end="2026-03-03T10:00:00+01:00")
    said = by_rule(moment(events=[now]))
    assert (said.chosen, said.ranking, said.why) == ("", ("t1",), "in_meeting")


def test_it_rests_after_an_answer() -> None:
    answered = past("snoozed", "2026-03-03T09:25:00+01:00", "x1", title="Buy milk")
    assert by_rule(moment(tasks=[task(due="2026-03-03")], history=[answered])).why == RESTING


def test_the_given_moments_have_figures_of_a_known_shape() -> None:
    moments, policy = load_moments(GIVEN), settings.OO_POLICY
    measured = {name: run_variant(moments, name, Labels()) for name in ("rule", "random")}
    found = json.loads(json.dumps(as_json(measured)))

    assert policy == settings.OO_POLICY
    assert found.keys() == {"rule", "random"}
    for kinds in found.values():
        assert list(kinds) == ["dates", "sense", "silence", "time", "hostile", "all"]
        assert [kinds[kind]["n"] for kind in kinds] == [5, 9, 5, 2, 2, 23]
        for shares in kinds.values():
            assert shares.keys() == {f.name for f in fields(Score)}
            verdicts = sum(shares[v] for v in Verdict)
            assert verdicts == pytest.approx(1)
            assert shares["seconds"] > 0
            assert shares["tokens"] == 0
    # What a rule over dates can do: all that dates decide, and nothing that sense does.
    assert found["rule"]["dates"]["right"] == 1
    assert found["rule"]["sense"]["right"] == 0
    assert table(measured).count("\n") == 14
    assert len(list(details(measured["rule"]))) == 23


def test_chance_is_the_same_in_every_run() -> None:
    moments = [moment(tasks=[task(f"t{i}") for i in range(9)])]
    first, second = (run_variant(moments, "random", Labels()) for _ in range(2))
    assert first == second
