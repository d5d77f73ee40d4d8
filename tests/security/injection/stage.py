"""What the tests of hostile text share: a person's rows, a model, and what was asked of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.test import Client

from integrations.base import EventSignal, Pull, TaskSignal
from integrations.models import Connection
from integrations.sync.rows import store_events, store_tasks
from tests.clock import NOON, TODAY
from tests.stand_ins.model import ModelStandIn, Turn, entry, use_aliases
from tips.make.making import make_tip
from tips.models import Tip
from tips.polish.polishing import polish
from tips.polish.wording import CLARIFICATIONS

CHUNKS = 16
NEUTRAL = "Sort papers"
# Another row of the same person, and one of somebody else: neither may be said of any other row.
OTHER, BOBS = "Contract 4711 with Blumenthal", "Codeword Heliotrope 8080"
ROW_URL = "https://tasks.example/1"
OWN_APPS = ("accounts", "agents", "events", "integrations", "tips")
# What a model may write: the wording of a tip, and the records of what it was asked and answered.
WRITABLE = {"content", "plain", "model", "prompt_version", "left_host", "polished_at"}
CHOOSABLE = {"tips_tip", "tips_tipdecision"}
NOT_KEPT = {"agents.ModelCall", "agents.PromptText", "agents.Transcript"}
BODY = {"model", "messages", "max_tokens", "temperature", "response_format", "logprobs",
        "top_logprobs"}  # fmt: skip


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@dataclass(frozen=True, slots=True)
class Stage:
    model: ModelStandIn
    client: Client  # alice's
    alices: Connection
    bobs: Connection

    def trust_with(self, *skills: str) -> None:
        use_aliases(settings, settings.OO_LITELLM_FILE.parent, entry(self.model, *skills))

    def sync(self, *signals: TaskSignal | EventSignal) -> None:
        """As if a source had said this, and nothing else."""
        tasks = tuple(s for s in signals if isinstance(s, TaskSignal))
        events = tuple(s for s in signals if isinstance(s, EventSignal))
        pull = Pull(full=True, cursor={}, tasks=tasks, events=events)
        store_tasks(self.alices, pull, at=NOON)
        store_events(self.alices, pull, at=NOON)
        bobs = Pull(full=True, cursor={}, tasks=(task("b", BOBS),))
        store_tasks(self.bobs, bobs, at=NOON)

    def chosen(self, *turns: Turn) -> None:
        """What a model chose is another tip; whatever else there is stays."""
        tip = make_tip(self.alices.user_id, at=NOON)
        assert tip is not None
        before = kept()
        self.model.play(*turns)
        polish(tip.pk, at=NOON)
        after = kept()
        assert {table for table in before if before[table] != after[table]} <= CHOOSABLE

    def polished(self, *turns: Turn) -> tuple[Tip, list[dict[str, Any]]]:
        """The tip after a model had its turns, and the bodies of what it was asked."""
        tip = make_tip(self.alices.user_id, at=NOON)
        assert tip is not None
        before, asked = kept(), len(self.model.requests)
        assert len(before) > 20
        self.model.play(*turns)
        polish(tip.pk, at=NOON)
        assert kept() == before
        tip.refresh_from_db()
        return tip, [request.body for request in self.model.requests[asked:]]


def task(key: str, title: str, **fields: Any) -> TaskSignal:
    return TaskSignal(key, title, **{"due_on": TODAY, "url": ROW_URL, **fields})


def event(title: str, *, starts_in_min: int, **fields: Any) -> EventSignal:
    starts = NOON + timedelta(minutes=starts_in_min)
    return EventSignal("e", "", title, starts, starts + timedelta(hours=1), **fields)


def said(text: str) -> Turn:
    return Turn(json.dumps({"text": text}))


@cache
def _query() -> str:
    """One for all tables, since it is asked thousands of times: of each a digest of its rows."""
    models = [m for app in OWN_APPS for m in apps.get_app_config(app).get_models()]
    kept_ones = {m._meta.db_table: m for m in models if m._meta.label not in NOT_KEPT}
    return " union all ".join(
        f"select '{table}', md5(coalesce(string_agg(row({', '.join(_columns(m))})::text, ',' "
        f"order by {_columns(m)[0]}), '')) from {table}"
        for table, m in kept_ones.items()
    )


def _columns(model: Any) -> list[str]:
    fields = sorted(model._meta.concrete_fields, key=lambda f: not f.primary_key)
    quoted = connection.ops.quote_name
    return [quoted(f.column) for f in fields if model is not Tip or f.column not in WRITABLE]


def kept() -> dict[str, str]:
    """What every table holds, but for what a model may write."""
    with connection.cursor() as cursor:
        cursor.execute(_query())
        return dict(cursor.fetchall())


def parts(body: dict[str, Any]) -> tuple[str, str]:
    """(what the system says, what the user says); there is nothing else in it."""
    assert body.keys() <= BODY
    system, user = body["messages"]
    assert (system["role"], user["role"]) == ("system", "user")
    assert system.keys() == user.keys() == {"role", "content"}
    return system["content"], user["content"]


def question(content: str) -> dict[str, Any]:
    """The JSON of a question about wording; behind it stand words of ours or none."""
    found, end = json.JSONDecoder().raw_decode(content)
    ours = [f"\nAn answer was refused, because {why}. Another one:" for why in
            CLARIFICATIONS.values()]  # fmt: skip
    assert content[end:] in ("", *ours)
    assert isinstance(found, dict)
    assert found.keys() == {"language", "title", "reasons"}
    return found
