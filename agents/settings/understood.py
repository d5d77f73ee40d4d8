"""What was understood of the words of one row, trait by trait, each with the form to correct it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any
from uuid import UUID

from agents.models import Reading
from agents.settings.traits import QUESTIONS, TraitForm
from agents.understanding.correcting import Understanding, understanding_of
from agents.understanding.loading import KINDS
from agents.understanding.words import Said
from integrations.models import CalendarEvent, Task
from oo.lib.words import Words

AT_ONCE = 4  # questions; the others are one tap away


@dataclass(frozen=True, slots=True)
class TraitRow:
    question: Words
    said: Said | None  # None where nobody knows
    is_denied: bool
    is_open: bool
    form: TraitForm

    @property
    def can_be_undone(self) -> bool:
        return self.is_denied or bool(self.said and self.said.is_persons)


def find_title(user_id: UUID, kind: str, words: str) -> str | None:
    """Of a row of the person's with these words, done or not; None where there is none."""
    rows: Any = Task if kind == Reading.Kind.TASK else CalendarEvent
    of_words = rows.objects.filter(user_id=user_id, words_digest=words).order_by("-pk")
    title: str | None = of_words.values_list("title", flat=True).first()
    return title


def build_row(
    user_id: UUID, kind: str, words: str, shown: dict[str, Any] | None = None
) -> dict[str, Any]:
    """shown: as build_page takes it."""
    known = understanding_of(user_id, kind, words)
    told = list(told_traits(kind, words, known, shown or {}))
    of_told = {row.form.trait for row in told}
    of_kind = {field.name for field in fields(KINDS[kind])} - of_told
    untold = [_row(kind, words, n, known, shown or {}) for n in QUESTIONS if n in of_kind]
    at_once = AT_ONCE if len(untold) > AT_ONCE + 1 else len(untold)
    return {
        "kind": kind,
        "words": words,
        "told": told,
        "untold": untold[:at_once],
        "more": untold[at_once:],
        "is_more_open": any(row.is_open for row in untold[at_once:]),
    }


def told_traits(
    kind: str, words: str, known: Understanding, shown: dict[str, Any]
) -> Iterator[TraitRow]:
    """What counts, then what was taken away."""
    for said in known.said:
        yield _row(kind, words, said.trait, known, shown, said)
    for said in known.denied:
        yield _row(kind, words, said.trait, known, shown, said, is_denied=True)


def form_name(words: str, trait: str) -> str:
    return f"trait-{words}-{trait}"


def _row(
    kind: str,
    words: str,
    trait: str,
    known: Understanding,
    shown: dict[str, Any],
    said: Said | None = None,
    *,
    is_denied: bool = False,
) -> TraitRow:
    posted = shown.get(form_name(words, trait))
    form = posted or TraitForm(kind, trait, known=known.traits, of=words)
    return TraitRow(QUESTIONS[trait], said, is_denied, posted is not None, form)
