"""Hostile text where no title of a task is: beside a task, and in a calendar."""

from __future__ import annotations

import pytest

from tests.security.injection.checks import check_asked, check_page, check_said, obedient
from tests.security.injection.stage import (
    NEUTRAL,
    OTHER,
    Act,
    Signal,
    Stage,
    each,
    event,
    parts,
    question,
    said,
    task,
)

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.postgres]
SOME = 4  # every one of so many strings, where the path is the same as another's


def test_as_what_else_is_known_of_a_task(stage: Stage, numbered: list[tuple[int, str]]) -> None:
    """The model never hears of it; people see it beside the task."""
    stage.trust_with("words")

    def says(text: str) -> tuple[Signal, ...]:
        return (
            task("1", NEUTRAL, project=text, section=text, labels=(text,), description=text),
            task("2", OTHER, due_on=None),
            event(text, starts_in_min=300, location=text),
        )

    def check(act: Act) -> None:
        check_asked(act.bodies, act)
        assert (act.tip.content, act.tip.plain) == (f"{NEUTRAL} now.", NEUTRAL)
        assert question(parts(act.bodies[0])[1])["title"] == NEUTRAL
        check_page(act)

    acts = stage.acts(numbered[::SOME], says)
    each(acts, lambda act: stage.polish(act, said(f"{NEUTRAL} now.")))
    each(acts, check)


def test_as_an_event_that_is_about_to_begin(stage: Stage, numbered: list[tuple[int, str]]) -> None:
    stage.trust_with("words")

    def check(act: Act) -> None:
        check_asked(act.bodies, act)
        check_said(act, obedient(act)[1])
        check_page(act)

    acts = stage.acts(
        numbered[::SOME], lambda text: (event(text, starts_in_min=15, location=text),)
    )
    each(acts, lambda act: stage.polish(act, *obedient(act)[0]))
    each(acts, check)
