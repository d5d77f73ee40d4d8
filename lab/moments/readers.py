"""Whose reading is measured: that of readers, by their keys, and that of a model as oO asks it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace

from agents.base import Reader, ReaderManifest
from agents.registry import READERS
from agents.traits import NO_EVENT_READ, NOTHING_READ, EventTraits, EventWords, TaskWords, Traits
from agents.understanding.by_model import build_question, find_traits
from agents.understanding.prompts.traits import VALUES
from lab.moments.aliases import trusted_with
from lab.moments.reading import TRAITS
from oo.lib import llm
from oo.lib.llm import ModelError
from oo.lib.types import JSON

MODEL = "model"


class NoSuchReader(Exception):
    """Neither the key of a reader nor MODEL."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What it took to ask a model. Sums over all questions; answered or not, each takes seconds."""

    questions: int = 0
    unanswered: int = 0
    tokens: int = 0  # in and out
    seconds: float = 0.0

    def as_json(self) -> JSON:
        return {
            "questions": self.questions,
            "unanswered": self.unanswered,
            "tokens": self.tokens,
            "seconds": round(self.seconds, 1),
        }


class ModelReader(Reader):
    """Of tasks alone. Whatever skill the model has: this is how it is found out."""

    manifest = ReaderManifest(key=MODEL, title="Model", version=1)

    def __init__(self) -> None:
        self.asked = Asked()

    def read_task(self, words: TaskWords) -> Traits:
        try:
            reply = llm.ask(build_question(words, skill=""))
        except ModelError as error:
            tokens = error.spent.tokens_in + error.spent.tokens_out
            self._note(unanswered=1, tokens=tokens, ms=error.ms)
            return NOTHING_READ
        self._note(tokens=reply.tokens_in + reply.tokens_out, ms=reply.ms)
        return find_traits(reply.text) or NOTHING_READ

    def read_event(self, words: EventWords) -> EventTraits:
        return NO_EVENT_READ

    def _note(self, *, unanswered: int = 0, tokens: int = 0, ms: int) -> None:
        before = self.asked
        self.asked = replace(
            before,
            questions=before.questions + 1,
            unanswered=before.unanswered + unanswered,
            tokens=before.tokens + tokens,
            seconds=before.seconds + ms / 1000,
        )


@contextmanager
def readers_named(names: Collection[str]) -> Iterator[dict[str, Reader]]:
    """By their keys; none named are all but a model. Raises NoSuchReader, NoModelThere."""
    known = READERS.load()
    if unknown := {*names} - {*known, MODEL}:
        there = ", ".join([*known, MODEL])
        raise NoSuchReader(f"{min(unknown)!r} is no reader; there are {there}")
    found: dict[str, Reader] = {key: known[key] for key in names or known if key != MODEL}
    if MODEL in names:
        found[MODEL] = ModelReader()
    with trusted_with(frozenset()) if MODEL in found else nullcontext():
        yield found


def traits_for_all(readers: Collection[str]) -> tuple[str, ...]:
    """Those on which these can be compared: a model is asked for some only."""
    return tuple(name for name in TRAITS if name in VALUES) if MODEL in readers else TRAITS


def asked_by(readers: Mapping[str, Reader]) -> dict[str, Asked]:
    """By the keys of those that ask."""
    return {key: each.asked for key, each in readers.items() if isinstance(each, ModelReader)}
