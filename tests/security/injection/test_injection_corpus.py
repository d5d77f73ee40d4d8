"""A model that obeys: whatever a title demands, no more than a sentence about its row is said."""

from __future__ import annotations

import pytest

from oo.lib.text import one_line
from tests.security.injection.checks import (
    check_asked,
    check_choice,
    check_page,
    check_said,
    obedient,
)
from tests.security.injection.corpus import hostile
from tests.security.injection.stage import OTHER, Stage, task, undone
from tests.stand_ins.model import Turn

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.postgres]
UNDECIDED = Turn("?")  # to a question that wants a letter


def test_there_are_a_thousand() -> None:
    assert len(set(hostile())) >= 1_000


def test_as_the_title_of_a_task(stage: Stage, numbered: list[tuple[int, str]]) -> None:
    stage.trust_with("chooses", "words")
    for number, text in numbered:
        with undone():
            stage.sync(task("1", text), task("2", OTHER, due_on=None))
            turns, forbidden = obedient(one_line(text, 500), number, text)
            tip, bodies = stage.polished(UNDECIDED, *turns)
            check_choice(bodies[0], tip)
            check_asked(bodies[1:], tip)
            check_said(tip, forbidden)
            check_page(stage.client, tip)
