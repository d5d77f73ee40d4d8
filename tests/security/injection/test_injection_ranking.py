"""What words can do to the ranking, and to what agents say: no more than what they really say."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import timedelta
from functools import cache
from random import Random
from uuid import UUID

import pytest

from agents.base import EventView, TaskView, UserView
from agents.phrases import MOST_LETTERS, quoted
from agents.registry import AGENTS, READERS
from agents.traits import EventTraits, EventWords, Noise, TaskWords, Traits
from agents.understanding.checks import grounded
from oo.lib.text import lines, one_line
from tests.clock import BERLIN, NOON, TODAY
from tests.security.injection.corpus import benign, hostile
from tests.security.injection.stage import NEUTRAL, OTHER
from tips.base import Choice
from tips.decide.candidates import build_candidates
from tips.policies.good_sense import GoodSense
from tips.policies.good_sense.weights import STRANGE

PLACES = ("title", "description", "project", "section", "label")
READER = READERS["words"]
WORDS = TaskWords(
    title=NEUTRAL,
    description="",
    project="",
    section="",
    labels=(),
    recurrence="",
    added_on=TODAY,
)
HOSTILE, NEIGHBOUR = 1, 2
LENGTH = timedelta(hours=1)


def said_in(place: str, text: str) -> TaskWords:
    if place == "description":
        return replace(WORDS, description=lines(text, 2_000))
    if place == "label":
        return replace(WORDS, labels=(one_line(text, 100),))
    if place == "title":
        return replace(WORDS, title=one_line(text, 500))
    if place == "project":
        return replace(WORDS, project=one_line(text, 200))
    return replace(WORDS, section=one_line(text, 200))


@cache
def traits_of(words: TaskWords) -> Traits:
    """Several tests ask for the same: the strings are long, and reading them is what takes long."""
    return READER.read_task(words)


def task_of(pk: int, words: TaskWords) -> TaskView:
    traits = grounded(traits_of(words), words.text)
    return TaskView(pk, words.title, "todoist", due_on=TODAY, added_at=NOON, traits=traits)


def event_of(title: str, location: str) -> EventView:
    words = EventWords(title, location, is_all_day=False, is_busy=True, lasts=LENGTH)
    starts = NOON + timedelta(hours=3)
    traits = grounded(READER.read_event(words), words.text)
    return EventView(3, title, "caldav", starts, starts + LENGTH, traits=traits)


def view_of(task: TaskView, *events: EventView) -> UserView:
    neighbour = task_of(NEIGHBOUR, replace(WORDS, title=OTHER))
    return UserView(UUID(int=1), NOON, BERLIN, tasks=(task, neighbour), events=events)


def decide(view: UserView) -> Choice:
    return GoodSense().decide(view, build_candidates(view, frozenset()), Random(1))


def scores(view: UserView) -> dict[str, float]:
    return {s.candidate.key: s.score for s in decide(view).ranking}


def read(traits: Traits | EventTraits) -> list[str]:
    return [f.name for f in fields(traits) if getattr(traits, f.name) is not None]


NEUTRAL_SCORES = scores(view_of(task_of(HOSTILE, WORDS)))


@pytest.mark.parametrize("place", PLACES)
def test_words_lift_no_row_but_by_what_they_say_of_time(place: str) -> None:
    with_traits = lifted = 0
    for text in hostile():
        words = said_in(place, text)
        task = task_of(HOSTILE, words)
        found = scores(view_of(task))
        assert found[f"task:{NEIGHBOUR}"] == NEUTRAL_SCORES[f"task:{NEIGHBOUR}"]
        is_higher = found[f"task:{HOSTILE}"] > NEUTRAL_SCORES[f"task:{HOSTILE}"]
        if read(task.traits):
            with_traits += 1
            lifted += is_higher
            check_quotes(task.traits, words)
        else:
            assert not is_higher, text
    print(f"{place}: {with_traits} of {len(hostile())} had a trait, {lifted} rose by it")  # noqa: T201


def check_quotes(traits: Traits, words: TaskWords) -> None:
    """What is believed stands there, and the row without it ranks as any other, or far below."""
    plain = " ".join(words.text.casefold().split())
    for name in read(traits):
        quote = getattr(traits, name).quote
        assert quote
        assert " ".join(quote.casefold().split()) in plain
    bare = replace(traits, **dict.fromkeys(read(traits)))
    task = replace(task_of(HOSTILE, WORDS), title=words.title, traits=bare)
    mine = f"task:{HOSTILE}"
    assert scores(view_of(task)) == pytest.approx(NEUTRAL_SCORES)
    if traits.noise:
        noisy = scores(view_of(replace(task, traits=replace(bare, noise=traits.noise))))
        earned = NEUTRAL_SCORES[mine] if traits.noise.value is Noise.MARKUP else 0.0
        assert noisy == pytest.approx({**NEUTRAL_SCORES, mine: earned + STRANGE})


def test_an_event_changes_nothing_but_by_what_kind_of_event_it_says_it_is() -> None:
    neutral = decide(view_of(task_of(HOSTILE, WORDS), event_of("Design review", "")))
    with_traits = 0
    for text in hostile():
        event = event_of(one_line(text, 500), one_line(text, 500))
        if read(event.traits):
            with_traits += 1
            continue
        found = decide(view_of(task_of(HOSTILE, WORDS), event))
        assert [(s.candidate.key, s.score) for s in found.ranking] == [
            (s.candidate.key, s.score) for s in neutral.ranking
        ]
        assert found.silence == neutral.silence
    print(f"event: {with_traits} of {len(hostile())} had a trait")  # noqa: T201


def test_agents_quote_it_cut_and_on_one_line() -> None:
    spoken = 0
    for text in hostile():
        title = one_line(text, 500)
        task = replace(task_of(HOSTILE, said_in("title", text)), due_on=TODAY - LENGTH * 72)
        view = view_of(task, event_of(title, title))
        for agent in AGENTS:
            snippet = agent.look(view)
            if snippet is None:
                continue
            spoken += quoted(title) in snippet.text
            rest = snippet.text.replace(quoted(title), "")
            assert snippet.text == " ".join(snippet.text.splitlines())
            assert len(title) < MOST_LETTERS // 2 or title[: MOST_LETTERS // 2] not in rest
    assert spoken > len(hostile())


def test_a_quote_ends_where_we_end_it() -> None:
    for text in hostile():
        said = quoted(text)
        assert said[0] + said[-1] == "“”"
        assert len(said) <= MOST_LETTERS + len("“…”")
        assert said == " ".join(said.splitlines())
        assert not {"“", "”"} & set(said[1:-1])


def test_ordinary_titles_are_not_taken_for_what_speaks_to_a_program() -> None:
    taken = [text for texts in benign().values() for text in texts if is_noise("title", text)]
    taken += [
        text for texts in benign().values() for text in texts if is_noise("description", text)
    ]
    assert taken == []
    for place in ("title", "description"):
        known = sum(is_noise(place, text) for text in hostile())
        print(f"{place}: {known} of {len(hostile())} are known not to be notes")  # noqa: T201
        assert known > len(hostile()) / 5


def is_noise(place: str, text: str) -> bool:
    return traits_of(said_in(place, text)).noise is not None
