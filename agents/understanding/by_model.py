"""A model reads what the rules cannot, a task a question, where it was measured to be better.

Its reading is kept beside that of the rules, by the same words, and is not asked for twice. In
shadow any model of our own may read: what it reads is kept apart, and nothing is decided by it. So
no word leaves the house for it, and no money.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, F, OuterRef, QuerySet

from accounts.models import Profile
from agents.asking.asking import ask, may_ask, refuse
from agents.asking.clouds import allowed_clouds
from agents.models import ModelCall, Reading
from agents.registry import PROMPTS
from agents.traits import Origin, TaskWords, Trait, Traits
from agents.understanding import refused
from agents.understanding.checks import grounded
from agents.understanding.codec import dump, load_trait
from agents.understanding.keeping import task_words
from agents.understanding.loading import MODEL_READER, SHADOW_READER
from agents.understanding.prompts.traits import VALUES, TraitsContext
from integrations.models import Task
from oo.lib import llm
from oo.lib.llm import BadReply, CallFailed, ModelError, Question

ALIAS, SKILL = "tip-generator", "reads"
SHADOW = "shadow"  # ModelCall.purpose of what decides nothing
VERSION = 2
SURE = 0.7  # how sure a model's reading is taken to be
MOST_TOKENS = 300
LONGEST_NOTES = 600  # characters
# Of a first import, what could matter soon comes first; the rest waits for the next time.
MOST_AT_ONCE = 25
# What is only compared keeps no tip waiting for its words, neither in the queue nor by the budget.
MOST_IN_SHADOW = 5
SHARE_IN_SHADOW = 0.5
# A question that fails may fail for its words, which shall keep no others waiting. So many in a row
# do not: then nothing is asked for an hour.
MOST_FAILED = 3


def traits_to_read(user_id: UUID) -> frozenset[str]:
    """Those for which a model that may be asked was measured to be better than the rules."""
    return _trusted_with(llm.skills(ALIAS, allowed_clouds=allowed_clouds(user_id)))


def may_read(clouds: frozenset[str]) -> bool:
    """Whether there is a model to read with, for somebody who allows all of these clouds."""
    if _trusted_with(llm.skills(ALIAS, allowed_clouds=clouds)):
        return True
    return settings.OO_MODEL_READS_IN_SHADOW and llm.is_askable(ALIAS)


def _trusted_with(skills: frozenset[str]) -> frozenset[str]:
    if SKILL in skills:
        return frozenset(VALUES)
    return frozenset(name for name in VALUES if f"{SKILL}.{name}" in skills)


def read_with_model(user_id: UUID, *, at: datetime) -> int:
    """Read up to MOST_AT_ONCE words that no model has read, the soonest due first; how many.

    Ends with the budget, or when the model is away or fails: the rules' readings serve meanwhile,
    and what was not answered is asked again another time, what was refused a day later. Without a
    skill a model reads in shadow, where that is set, and less.
    """
    wanted = traits_to_read(user_id)
    profile = Profile.objects.filter(user_id=user_id, user__is_active=True).first()
    if profile is None or not (wanted or settings.OO_MODEL_READS_IN_SHADOW):
        return 0
    skill, share = _skill(wanted), 1.0 if wanted else SHARE_IN_SHADOW
    read = in_a_row = 0
    unread = _unread(user_id, MODEL_READER if wanted else SHADOW_READER, at)
    for task in unread[: most_at_once(wanted)]:
        if not may_ask(user_id, ALIAS, skill, at=at, share=share, is_local_only=not wanted):
            break
        words = task_words(task, profile.zone, at)
        try:
            traits = _read(user_id, words, skill, at)
        except BadReply:
            traits = Traits()  # it has had its chance: the same words would be answered the same
        except CallFailed:
            refused.remember(user_id, task.words_digest, at=at)
            in_a_row += 1
            if in_a_row == MOST_FAILED:
                refused.rest(user_id, at=at)
                break
            continue
        except ModelError:
            break
        _keep(user_id, task.words_digest, traits, wanted, at)
        read, in_a_row = read + 1, 0
    return read


def most_at_once(wanted: frozenset[str]) -> int:
    return MOST_AT_ONCE if wanted else MOST_IN_SHADOW


def _skill(wanted: frozenset[str]) -> str:
    """The one that a model must have to be asked; "" is none, in shadow."""
    if not wanted:
        return ""
    return SKILL if wanted == frozenset(VALUES) else f"{SKILL}.{min(wanted)}"


def _unread(user_id: UUID, reader: str, at: datetime) -> QuerySet[Task]:
    """Without those that were refused within a day; none while the model is left alone."""
    if refused.is_resting(user_id, at=at):
        return Task.objects.none()
    known = Reading.objects.filter(
        user_id=OuterRef("user_id"),
        kind=Reading.Kind.TASK,
        words=OuterRef("words_digest"),
        reader=reader,
        version=VERSION,
    )
    others = {"", *refused.refused(user_id, at=at)}
    rows = Task.objects.open().filter(~Exists(known), user_id=user_id)
    rows = rows.exclude(words_digest__in=others)
    return rows.order_by(F("due_on").asc(nulls_last=True), "-pk")


def _read(user_id: UUID, words: TaskWords, skill: str, at: datetime) -> Traits:
    question = build_question(words, skill)
    version = PROMPTS["traits"].version
    if skill:
        reply, call = ask(user_id, question, version, at=at)
    else:
        reply, call = ask(user_id, question, version, at=at, purpose=SHADOW, is_local_only=True)
    said = find_traits(reply.text)
    if said is None:
        refuse(call, "shape")
        return Traits()
    kept = grounded(said, words.text)
    _note_refusals(call, said, kept)
    return kept


def build_question(words: TaskWords, skill: str) -> Question:
    prompt: Any = PROMPTS["traits"]
    context = TraitsContext(
        title=words.title,
        notes=words.description[:LONGEST_NOTES],
        project=words.project,
        section=words.section,
        parent=words.parent,
        labels=words.labels,
    )
    return Question(
        ALIAS,
        prompt.fixed,
        prompt.variable(context),
        schema=prompt.schema,
        most_tokens=MOST_TOKENS,
        skill=skill,
    )


def find_traits(text: str) -> Traits | None:
    """What the answer says, its quotes not looked up yet; None for what is no object of JSON."""
    answer = json.loads(text)
    return Traits(**dict(_traits(answer))) if isinstance(answer, dict) else None


def _traits(answer: Mapping[str, Any]) -> Iterator[tuple[str, Trait[Any]]]:
    for name in VALUES.keys() & answer.keys():
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


def _keep(user_id: UUID, words: str, traits: Traits, wanted: frozenset[str], at: datetime) -> None:
    """What it is trusted with, and in shadow all that it said: one answer serves both."""
    kept = dump(traits)
    by_reader = {}
    if wanted:
        by_reader[MODEL_READER] = {name: kept[name] for name in kept if name in wanted}
    if settings.OO_MODEL_READS_IN_SHADOW:
        by_reader[SHADOW_READER] = kept
    for reader, of_reader in by_reader.items():
        Reading.objects.update_or_create(
            user_id=user_id,
            kind=Reading.Kind.TASK,
            words=words,
            reader=reader,
            defaults={"version": VERSION, "traits": of_reader, "read_at": at},
        )
