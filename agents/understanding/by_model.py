"""A model reads what the rules cannot, a task a question, where it was measured to be better.

Its reading is kept beside that of the rules, by the same words, and is not asked for twice.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef, QuerySet

from accounts.models import Profile
from agents.asking.asking import ask, may_ask, refuse
from agents.asking.clouds import allowed_clouds
from agents.models import ModelCall, Reading
from agents.registry import PROMPTS
from agents.traits import Origin, Trait, Traits
from agents.understanding.checks import grounded
from agents.understanding.codec import dump, load_trait
from agents.understanding.keeping import task_words
from agents.understanding.loading import MODEL_READER
from agents.understanding.prompts.traits import VALUES, TraitsContext
from integrations.models import Task
from oo.lib import llm
from oo.lib.llm import BadReply, ModelError, Question

ALIAS, SKILL = "tip-generator", "reads"
VERSION = 1
SURE = 0.7  # how sure a model's reading is taken to be
MOST_TOKENS = 300
LONGEST_NOTES = 600  # characters
# Of a first import, what could matter soon comes first; the rest waits for the next time.
MOST_AT_ONCE = 25


def traits_to_read(user_id: UUID) -> frozenset[str]:
    """Those for which a model that may be asked was measured to be better than the rules."""
    skills = llm.skills(ALIAS, allowed_clouds=allowed_clouds(user_id))
    if SKILL in skills:
        return frozenset(VALUES)
    return frozenset(name for name in VALUES if f"{SKILL}.{name}" in skills)


def read_with_model(user_id: UUID, *, at: datetime) -> int:
    """Read up to MOST_AT_ONCE words that no model has read, the soonest due first; how many.

    Ends with the budget, or when the model is away: the rules' readings serve meanwhile.
    """
    wanted = traits_to_read(user_id)
    profile = Profile.objects.filter(user_id=user_id, user__is_active=True).first()
    if not wanted or profile is None:
        return 0
    skill = SKILL if wanted == frozenset(VALUES) else f"{SKILL}.{min(wanted)}"
    read = 0
    for task in _unread(user_id)[:MOST_AT_ONCE]:
        if not may_ask(user_id, ALIAS, skill, at=at):
            break
        try:
            traits = _read(user_id, task, skill, wanted, profile.zone, at)
        except BadReply:
            traits = Traits()  # it has had its chance: the same words would be answered the same
        except ModelError:
            break
        _keep(user_id, task.words_digest, traits, at)
        read += 1
    return read


def _unread(user_id: UUID) -> QuerySet[Task]:
    known = Reading.objects.filter(
        user_id=OuterRef("user_id"),
        kind=Reading.Kind.TASK,
        words=OuterRef("words_digest"),
        reader=MODEL_READER,
        version=VERSION,
    )
    rows = Task.objects.open().filter(~Exists(known), user_id=user_id).exclude(words_digest="")
    return rows.order_by(F("due_on").asc(nulls_last=True), "-pk")


def _read(
    user_id: UUID, task: Task, skill: str, wanted: frozenset[str], zone: Any, at: datetime
) -> Traits:
    prompt: Any = PROMPTS["traits"]
    context = TraitsContext(
        task.title, task.description[:LONGEST_NOTES], task.project, tuple(task.labels)
    )
    question = Question(
        ALIAS,
        prompt.fixed,
        prompt.variable(context),
        schema=prompt.schema,
        most_tokens=MOST_TOKENS,
        skill=skill,
    )
    reply, call = ask(user_id, question, prompt.version, at=at)
    answer = json.loads(reply.text)
    if not isinstance(answer, dict):
        refuse(call, "shape")
        return Traits()
    said = Traits(**dict(_traits(answer, wanted)))
    kept = grounded(said, task_words(task, zone, at).text)
    _note_refusals(call, said, kept)
    return kept


def _traits(answer: Mapping[str, Any], wanted: frozenset[str]) -> Iterator[tuple[str, Trait[Any]]]:
    for name in wanted & answer.keys():
        told = answer[name]
        if not isinstance(told, dict) or not isinstance(told.get("quote"), str):
            continue
        value = _value(name, told.get("value"))
        stored = {
            "value": value, "quote": told["quote"], "confidence": SURE, "origin": Origin.MODEL
        }  # fmt: skip
        if value is not None and (trait := load_trait(Traits, name, stored)):
            yield name, trait


def _value(name: str, value: Any) -> Any:
    """Arithmetic is ours: a model says minutes, and a name only where its quote has it."""
    if name == "effort":
        return timedelta(minutes=value) if isinstance(value, int) and 0 < value <= 600 else None
    return value


def _note_refusals(call: ModelCall, said: Traits, kept: Traits) -> None:
    if said != kept:
        refuse(call, "quote")


def _keep(user_id: UUID, words: str, traits: Traits, at: datetime) -> None:
    Reading.objects.update_or_create(
        user_id=user_id,
        kind=Reading.Kind.TASK,
        words=words,
        reader=MODEL_READER,
        defaults={"version": VERSION, "traits": dump(traits), "read_at": at},
    )
