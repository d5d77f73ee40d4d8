"""What is asked of a language model, what comes back, and what can go wrong.

Texts of errors hold an alias, a status and a word: never what was asked or answered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Question:
    """One question, in two parts, so that servers can keep what they worked out of the first.

    alias        which kind of model is asked: a name of aliases.ALIASES
    fixed        the same for many questions: the task and its examples
    variable     what differs, and comes last
    schema       a JSON schema that the answer has to fit
    most_tokens  of the answer; a longer one is cut
    letters      ask for one token, and how likely each of the eight best was
    skill        only models are asked that have it (model_info.skills); "" is any
    raises       ValueError for a schema together with letters: one token is no JSON
    """

    alias: str
    fixed: str
    variable: str
    schema: Mapping[str, Any] | None = None
    most_tokens: int = 200
    letters: bool = False
    skill: str = ""

    def __post_init__(self) -> None:
        if self.letters and self.schema is not None:
            raise ValueError("letters and a schema exclude each other")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a model answered.

    model     which one, as the file of aliases names it
    ms        from the call of ask to here
    cost_usd  0.0 for a local model, and for one whose price nobody knows
    letters   token without spaces to its log-probability; None if not asked for or not given
    is_local  nothing left the machines of this installation

    Of ms, tokens, cost_usd and is_local those are part whose answers were not usable.
    """

    text: str
    model: str
    tokens_in: int
    tokens_out: int
    ms: int = 0
    cost_usd: float = 0.0
    letters: Mapping[str, float] | None = None
    is_local: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Vectors:
    """Embeddings in the order of the texts. Those of two models cannot be compared: keep `model`
    beside them. The other fields are as in Reply."""

    vectors: tuple[tuple[float, ...], ...]
    model: str
    tokens_in: int
    ms: int = 0
    cost_usd: float = 0.0
    is_local: bool


@dataclass(slots=True)
class Spent:
    """What a question took at all models that were asked, added up while they are.

    asked     how many; tokens and price of one that gave no answer are not known
    is_local  none was in a cloud, whether or not it answered
    """

    asked: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    cost_usd: float = 0.0
    is_local: bool = True


@dataclass(frozen=True, slots=True)
class Circuit:
    """One model behind an alias, and whether it is asked.

    missing  variables that nobody has set: it is not asked from here
    until    seconds since the epoch; after failures it is given a rest till then. None: it is asked
    """

    alias: str
    model: str
    cloud: str | None
    missing: tuple[str, ...]
    until: float | None


class ModelError(Exception):
    """No usable answer; `ms` and `spent` say what it took to find out."""

    def __init__(self, detail: str, *, ms: int = 0) -> None:
        super().__init__(detail)
        self.detail, self.ms, self.spent = detail, ms, Spent()

    def __reduce__(self) -> tuple[Any, ...]:
        # Celery pickles what a task raises; the default would forget the rest.
        return type(self), (self.detail,), self.__dict__


class NoModel(ModelError):
    """Nobody can be asked until the set-up or a consent changes. Do without; do not retry.

    Who does not take our key, or has no such model, has been asked all the same: see `spent`.
    """


class BadAliases(NoModel):
    """The file of aliases cannot be used; the text says where and what to do about it."""


class ModelAway(ModelError):
    """No connection, 5xx, too many requests, or given a rest after such. Try again later."""


class ModelTooSlow(ModelError):
    """No answer within the time that was given. Try again later, or with more time."""


class Overtaken(ModelError):
    """Whoever asked needs no answer any more; the connection was closed. Do without."""


class BadReply(ModelError):
    """A model answered, and the answer cannot be used. Do without."""


class CallFailed(ModelError):
    """The server does not take the question, or what came is no model's answer. Do without, and
    take it for no answer: of the words it says nothing."""
