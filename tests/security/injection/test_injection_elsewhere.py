"""Hostile text where no title of a task is: beside a task, and in a calendar."""

from __future__ import annotations

import pytest

from oo.lib.text import one_line
from tests.security.injection.checks import check_asked, check_page, check_said, obedient
from tests.security.injection.stage import (
    NEUTRAL,
    OTHER,
    Stage,
    event,
    parts,
    question,
    said,
    task,
    undone,
)

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.postgres]
SOME = 4  # every one of so many strings, where the path is the same as another's


def test_as_what_else_is_known_of_a_task(stage: Stage, numbered: list[tuple[int, str]]) -> None:
    """The model never hears of it; people see it beside the task."""
    stage.trust_with("words")
    for _number, text in numbered[::SOME]:
        with undone():
            stage.sync(
                task("1", NEUTRAL, project=text, section=text, labels=(text,), description=text),
                task("2", OTHER, due_on=None),
                event(text, starts_in_min=300, location=text),
            )
            tip, bodies = stage.polished(said(f"{NEUTRAL} now."))
            check_asked(bodies, tip)
            assert (tip.content, tip.plain) == (f"{NEUTRAL} now.", NEUTRAL)
            assert question(parts(bodies[0])[1])["title"] == NEUTRAL
            check_page(stage.client, tip)


def test_as_an_event_that_is_about_to_begin(stage: Stage, numbered: list[tuple[int, str]]) -> None:
    stage.trust_with("words")
    for number, text in numbered[::SOME]:
        with undone():
            stage.sync(event(text, starts_in_min=15, location=text))
            turns, forbidden = obedient(one_line(text, 500), number, text)
            tip, bodies = stage.polished(*turns)
            check_asked(bodies, tip)
            check_said(tip, forbidden)
            check_page(stage.client, tip)
