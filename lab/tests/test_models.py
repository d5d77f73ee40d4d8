"""Variants that ask a model: the real LiteLLM, and a server that says what it is told."""

from __future__ import annotations

import json
import math
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import pytest

from agents.models import Belief
from lab.moments import run
from lab.moments.aliases import NoModelThere, trusted_with
from lab.moments.format import Moment
from lab.moments.labels import Labels
from lab.moments.run import run_variant
from lab.moments.score import INVALID_ITEM, Said, Verdict, score
from lab.moments.wording import Fate
from lab.tests.moments import event, moment, task
from oo.lib import llm
from tests.model.fixtures import Use
from tests.stand_ins.model import ModelStandIn, Turn
from tips.make.making import make_tip
from tips.models import Tip

pytestmark = pytest.mark.django_db

HELLO = Turn("Yes")  # to the question whether somebody is there
TOKENS = 14  # of each answer of the stand-in, in and out


def worded(text: str) -> Turn:
    return Turn(json.dumps({"text": text}))


def letters(*each: str) -> list[Turn]:
    return [Turn(one, letters={one: math.log(0.9), "X": math.log(0.1)}) for one in each]


def said(given: Moment, variant: str) -> Said:
    return run_variant([given], variant, Labels())[0].said


def rent_or_windows(**fields: Any) -> Moment:
    """The rent ranks first; nothing presses."""
    tasks = [task(due="2026-03-03"), task("t2", title="Clean the windows")]
    return moment(tasks=tasks, **fields)


def test_the_tip_is_worded_with_the_skills_of_the_file(model: ModelStandIn, use: Use) -> None:
    use("words.en")
    model.play(HELLO, worded("Pay the rent of 900."), worded("Pay the rent, it is due today."))
    found = said(rent_or_windows(), "good_sense+model")

    assert found.chosen == "t1"
    assert found.wording is not None
    assert (found.wording.plain, found.wording.text) == (
        "Pay the rent",
        "Pay the rent, it is due today.",
    )
    assert "Due today" in found.wording.reasons
    assert (found.wording.fate, found.wording.refusals) == (Fate.ACCEPTED, ("number",))
    assert found.tokens == 2 * TOKENS
    assert found.seconds >= found.wording.seconds > 0


def test_an_answer_that_is_no_json_is_refused_for_its_shape(model: ModelStandIn, use: Use) -> None:
    use("words")
    model.play(HELLO, Turn("Pay the rent."))
    found = said(rent_or_windows(), "good_sense+model")
    assert found.wording is not None
    assert (found.wording.text, found.wording.refusals) == ("", ("shape",) * 3)


def test_a_language_without_the_skill_is_worded_only_where_it_is_taken_to_be_there(
    model: ModelStandIn, use: Use
) -> None:
    use("words.en")
    given = moment(locale="de", tasks=[task(title="Miete zahlen", due="2026-03-03")])
    model.play(HELLO, worded("Zahl doch die Miete."))

    assert said(given, "good_sense+model").wording is None
    model.play(HELLO, worded("Zahl doch die Miete."))
    trusted = said(given, "good_sense+wording").wording
    assert trusted is not None
    assert trusted.fate is Fate.ACCEPTED


def test_what_the_model_chose_is_judged_where_it_is_trusted(model: ModelStandIn, use: Use) -> None:
    use()
    given = rent_or_windows(right=["t2"])
    ranked = said(given, "good_sense+model")
    assert (ranked.chosen, ranked.tokens) == ("t1", 0)

    # The windows, in each of the three orders of two options and silence.
    model.play(HELLO, *letters("B", "A", "C"))
    judged = run_variant([given], "good_sense+choosing", Labels())[0]
    assert (judged.said.chosen, judged.verdict) == ("t2", Verdict.RIGHT)
    assert judged.said.tokens == 3 * TOKENS


def test_the_silence_that_a_model_chose_is_judged(model: ModelStandIn, use: Use) -> None:
    use()
    model.play(HELLO, *letters("C", "B", "A"))
    judged = run_variant([rent_or_windows()], "good_sense+choosing", Labels())[0]
    assert (judged.said.chosen, judged.said.why) == ("", "model_silent")
    assert judged.verdict is Verdict.WRONG


def test_the_ranking_stands_where_the_model_goes_away_and_that_is_counted(
    model: ModelStandIn, use: Use
) -> None:
    use("words")
    model.play(HELLO, Turn(status=503))
    judged = run_variant([rent_or_windows()], "good_sense+model", Labels())
    assert judged[0].said.chosen == "t1"
    assert judged[0].said.wording is not None
    assert judged[0].said.wording.fate is Fate.AWAY
    assert score(judged).unanswered == 1


def test_no_figures_without_the_model(model: ModelStandIn, use: Use, settings: Any) -> None:
    use("words")
    model.play(Turn(status=503))
    with pytest.raises(NoModelThere, match="no model answers"):
        said(rent_or_windows(), "good_sense+model")

    settings.OO_LITELLM_FILE = Path("nowhere.yaml")
    with pytest.raises(NoModelThere, match=r"nowhere\.yaml is not there"):
        said(rent_or_windows(), "good_sense+choosing")


def test_what_is_taken_to_be_there_is_so_only_meanwhile(
    model: ModelStandIn, use: Use, settings: Any
) -> None:
    use("words.en")
    file = settings.OO_LITELLM_FILE
    with trusted_with(frozenset({"chooses"})):
        assert llm.is_askable("tip-generator", "chooses")
        assert llm.is_askable("tip-generator", "words.en")
        assert not llm.is_askable("tip-generator", "words.de")
    assert not llm.is_askable("tip-generator", "chooses")
    assert file == settings.OO_LITELLM_FILE


def test_what_no_model_may_choose_is_not_recalled(monkeypatch: pytest.MonkeyPatch) -> None:
    """What oO believes of somebody is ranked, and said as it is or not at all."""

    def make(user_id: UUID, *, at: datetime, rng: Random) -> Tip | None:
        Belief.objects.create(
            user_id=user_id, inference="focus-area", version=1, value={"names": ["Home"]},
            confidence=0.9, evidence=9, made_at=at, expires_at=at + timedelta(days=1),
        )  # fmt: skip
        return make_tip(user_id, at=at, rng=rng)

    monkeypatch.setattr(run, "make_tip", make)
    found = said(moment(tasks=[task(title="Clean the windows")], events=[event()]), "good_sense")
    assert INVALID_ITEM in found.ranking
    assert found.nominees == ("t1",)


def test_what_cannot_be_now_is_not_recalled() -> None:
    """An office that is closed is ranked, and no model may choose it."""
    late = "2026-03-03T22:30:00+01:00"
    closed = task(title="Go to the town hall, open 9:00-16:00")
    given = moment(
        now=late, tasks=[closed, task("t2", title="Clean the windows")], events=[event()]
    )
    found = said(given, "good_sense")
    assert "t1" in found.ranking
    assert found.nominees == ("t2",)
