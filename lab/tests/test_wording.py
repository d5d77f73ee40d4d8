from __future__ import annotations

import json
from typing import Any

from lab.moments.report import details, wording_as_json, wording_table
from lab.moments.score import Judged, Said, judge
from lab.moments.wording import Wording, WordingFigures, figures
from lab.tests.moments import moment
from oo.lib.types import JSON

ACCEPTED = Wording(
    "Pay the rent", "Pay the rent now.", ("Due today",), refusals=("number",), seconds=3
)
REFUSED = Wording("Pay the rent", "", refusals=("number", "shape", "end"), seconds=6)
AWAY = Wording("Pay the rent", "", refusals=("number",), is_away=True, seconds=20)


def as_read(figures: JSON) -> Any:
    """As another program has it."""
    return json.loads(json.dumps(figures))


def judged(wording: Wording | None, locale: str = "en") -> Judged:
    return judge(moment(locale=locale), Said("t1", wording=wording))


def test_each_tip_is_accepted_refused_or_away() -> None:
    assert figures([ACCEPTED, REFUSED, AWAY, ACCEPTED]) == WordingFigures(
        n=4,
        accepted=2,
        refused=1,
        away=1,
        share=0.5,
        refusals={"number": 4, "shape": 1, "end": 1},
        seconds=8,
    )


def test_languages_are_told_apart_and_together() -> None:
    measured = {"good_sense+model": [judged(ACCEPTED), judged(REFUSED, "de-AT"), judged(None)]}
    shares = {
        language: each["share"]
        for language, each in as_read(wording_as_json(measured))["good_sense+model"].items()
    }
    assert shares == {"de": 0, "en": 1, "all": 0.5}


def test_the_table_names_the_checks_that_refused() -> None:
    lines = wording_table({"rule": [judged(None)], "rule+model": [judged(REFUSED)]}).splitlines()
    assert lines[0].startswith("Wording, rule+model")
    assert [line.split()[0] for line in lines[1:3]] == ["en", "all"]
    assert lines[3] == "Answers refused: number 1, shape 1, end 1"


def test_what_was_asked_of_no_model_has_no_table() -> None:
    assert wording_table({"rule": [judged(None)]}) == ""
    assert wording_as_json({"rule": [judged(None)]}) == {}


def test_each_wording_can_be_judged_by_hand() -> None:
    _moment, accepted, _moment, refused = details([judged(ACCEPTED), judged(REFUSED)])
    assert "'Pay the rent now.' for 'Pay the rent; Due today'" in accepted
    assert "refused: number, shape, end" in refused
