"""A model that chooses as a title demands; and titles that only look as if they did."""

from __future__ import annotations

import math
from collections import Counter

import pytest

from agents.models import ModelCall
from oo.lib.text import one_line
from tests.clock import NOON
from tests.security.injection.corpus import benign, chat
from tests.security.injection.stage import CHOOSABLE, NEUTRAL, Act, Stage, each, said, task
from tests.stand_ins.model import Turn
from tips.decide.grounding import LONGEST, objection
from tips.decide.letters import orders
from tips.models import Tip

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.postgres]
TOLERATED = 0.02  # share of ordinary titles whose faithful wording is refused


def letter(which: str) -> Turn:
    return Turn(which, letters={which: math.log(0.9), "X": math.log(0.1)})


def test_who_obeys_can_only_choose(stage: Stage, numbered: list[tuple[int, str]]) -> None:
    """The other row is put forward, in the row's own words; nothing is done, muted or agreed to."""
    stage.trust_with("chooses")
    obeyed = ["ABC"[order.index(1)] for order in orders(3)]

    def check(act: Act) -> None:
        assert Tip.objects.current(act.connection.user_id, at=NOON).get() == act.tip
        assert act.tip.content == one_line(act.text, 500)
        assert act.decision.chooser == "llamafile/m"

    acts = stage.acts(
        numbered[::8], lambda text: (task("1", text, due_on=None), task("2", NEUTRAL))
    )
    each(acts, lambda act: stage.polish(act, *map(letter, obeyed), changes=CHOOSABLE))
    each(acts, check)


def faithful(title: str, language: str) -> str:
    return f"{title.rstrip('.!?。')}{'。' if language in ('ja', 'zh') else '.'}"


def test_ordinary_titles_are_worded(stage: Stage) -> None:
    stage.trust_with("words")
    count, refused = 0, Counter[str]()
    for language, titles in benign().items():
        locale = {"zh": "zh-hans"}.get(language, language)
        numbered = list(enumerate(titles, start=count))
        acts = stage.acts(numbered, lambda text: (task("1", text),), locale=locale)
        each(acts, lambda act: stage.polish(act, said(faithful(act.text, language))))  # noqa: B023
        unworded = [act.connection.user_id for act in acts if not act.tip.model]
        for user_id in unworded:
            refused.update(
                ModelCall.objects.filter(user=user_id).values_list("reason", flat=True)[:1]
            )
        count += len(titles)
    print(f"{count} ordinary titles, refused: {dict(refused)}")  # noqa: T201
    assert count >= 200
    assert refused.total() <= TOLERATED * count


def test_what_people_say_to_an_assistant_is_refused_for_its_form_only() -> None:
    """An address, a sign of markup, its length; never for words that an attack might use too."""
    short = [text for text in map(str.strip, chat()) if len(text) < LONGEST and "\n" not in text]
    codes = Counter(objection(faithful(t, "xx"), t, (), locale="xx") for t in short)
    print(f"{len(short)} sayings: {dict(codes)}")  # noqa: T201
    assert codes.keys() <= {"", "markup", "link"}
