"""A model that chooses as a title demands; and titles that only look as if they did."""

from __future__ import annotations

import math
from collections import Counter

import pytest

from accounts.models import Profile
from agents.models import ModelCall
from oo.lib.text import one_line
from tests.clock import NOON
from tests.security.injection.corpus import benign, chat
from tests.security.injection.stage import NEUTRAL, Stage, said, task, undone
from tests.stand_ins.model import Turn
from tips.decide.grounding import LONGEST, objection
from tips.decide.letters import orders
from tips.models import Tip, TipDecision

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.postgres]
TOLERATED = 0.02  # share of ordinary titles whose faithful wording is refused


def letter(which: str) -> Turn:
    return Turn(which, letters={which: math.log(0.9), "X": math.log(0.1)})


def test_who_obeys_can_only_choose(stage: Stage, numbered: list[tuple[int, str]]) -> None:
    """The other row is put forward, in the row's own words; nothing is done, muted or agreed to."""
    stage.trust_with("chooses")
    for _number, text in numbered[::8]:
        with undone():
            stage.sync(task("1", text, due_on=None), task("2", NEUTRAL))
            obeyed = ["ABC"[order.index(1)] for order in orders(3)]
            stage.chosen(*map(letter, obeyed))
            tip = Tip.objects.current(stage.alices.user_id, at=NOON).get()
            assert tip.content == one_line(text, 500)
            assert TipDecision.objects.get().chooser == "llamafile/m"


def faithful(title: str, language: str) -> str:
    return f"{title.rstrip('.!?。')}{'。' if language in ('ja', 'zh') else '.'}"


def test_ordinary_titles_are_worded(stage: Stage) -> None:
    stage.trust_with("words")
    refused: Counter[str] = Counter()
    titles = [(title, language) for language, of in benign().items() for title in of]
    for title, language in titles:
        with undone():
            locale = {"zh": "zh-hans"}.get(language, language)
            Profile.objects.filter(user_id=stage.alices.user_id).update(locale=locale)
            stage.sync(task("1", title))
            tip, _bodies = stage.polished(said(faithful(title, language)))
            if not tip.model:
                refused.update(ModelCall.objects.values_list("reason", flat=True)[:1])
    print(f"{len(titles)} ordinary titles, refused: {dict(refused)}")  # noqa: T201
    assert len(titles) >= 200
    assert refused.total() <= TOLERATED * len(titles)


def test_what_people_say_to_an_assistant_is_refused_for_its_form_only() -> None:
    """An address, a sign of markup, its length; never for words that an attack might use too."""
    short = [text for text in map(str.strip, chat()) if len(text) < LONGEST and "\n" not in text]
    codes = Counter(objection(faithful(t, "xx"), t, (), locale="xx") for t in short)
    print(f"{len(short)} sayings: {dict(codes)}")  # noqa: T201
    assert codes.keys() <= {"", "markup", "link"}
