"""A model that obeys: whatever a title demands, no more than a sentence about its row is said."""

from __future__ import annotations

import pytest

from tests.security.injection.checks import (
    check_asked,
    check_choice,
    check_page,
    check_said,
    obedient,
)
from tests.security.injection.corpus import hostile
from tests.security.injection.stage import OTHER, Act, Stage, each, task
from tests.stand_ins.model import Turn

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.postgres]
UNDECIDED = Turn("?")  # to a question that wants a letter


def test_there_are_a_thousand() -> None:
    assert len(set(hostile())) >= 1_000


def test_as_the_title_of_a_task(stage: Stage, numbered: list[tuple[int, str]]) -> None:
    stage.trust_with("chooses", "words")

    def check(act: Act) -> None:
        check_choice(act.bodies[0], act)
        check_asked(act.bodies[1:], act)
        check_said(act, obedient(act)[1])
        check_page(act)

    acts = stage.acts(numbered, lambda text: (task("1", text), task("2", OTHER, due_on=None)))
    each(acts, lambda act: stage.polish(act, UNDECIDED, *obedient(act)[0]))
    each(acts, check)
