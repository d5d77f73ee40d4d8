"""What the tests of hostile text share: a person's rows, a model, and what was asked of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from typing import Any, TypeAlias

from django.apps import apps
from django.conf import settings
from django.db import connection

from accounts.models import Profile, User
from integrations.base import EventSignal, Pull, TaskSignal
from integrations.models import Connection
from integrations.sync.rows import store_events, store_tasks
from tests.canaries import plant
from tests.clock import BERLIN, NOON, TODAY
from tests.stand_ins.model import ModelStandIn, Turn, entry, use_aliases
from tips.make.making import make_tips
from tips.models import Tip, TipDecision
from tips.polish.polishing import polish
from tips.polish.wording import CLARIFICATIONS

Signal: TypeAlias = TaskSignal | EventSignal
Says: TypeAlias = Callable[[str], tuple[Signal, ...]]

CHUNKS = 16
NEUTRAL = "Sort papers"
# Another row of the same person, and one of somebody else: neither may be said of any other row.
OTHER, BOBS = "Contract 4711 with Blumenthal", "Codeword Heliotrope 8080"
ROW_URL = "https://tasks.example/1"
OWN_APPS = ("accounts", "agents", "events", "integrations", "tips")
# What a model may write: the wording of a tip, and the records of what it was asked and answered.
WRITABLE = {"content", "plain", "model", "prompt_version", "left_host", "polished_at"}
CHOOSABLE = frozenset({"tips_tip", "tips_tipdecision"})
NOT_KEPT = {"agents.ModelCall", "agents.PromptText", "agents.Transcript"}
BODY = {"model", "messages", "max_tokens", "temperature", "response_format", "logprobs",
        "top_logprobs"}  # fmt: skip


@dataclass(slots=True)
class Act:
    """One string, and somebody of whom a source says it."""

    number: int
    text: str
    connection: Connection
    tip: Tip = field(init=False)
    decision: TipDecision = field(init=False)
    bodies: list[dict[str, Any]] = field(init=False)  # of what a model was asked

    def load(self) -> None:
        """The tip that is there now. A query."""
        found = TipDecision.objects.select_related("tip").get(user=self.connection.user_id)
        assert found.tip is not None
        self.tip, self.decision = found.tip, found


@dataclass(slots=True)
class Stage:
    """A model that is trusted with everything, somebody beside, and a person for each string.

    People, rows and tips of many strings are made at once; the model is asked about one after the
    other.
    """

    model: ModelStandIn
    bobs: Connection
    known: dict[str, str] = field(init=False)  # what every table held when it was last looked at

    def trust_with(self, *skills: str) -> None:
        use_aliases(settings, settings.OO_LITELLM_FILE.parent, entry(self.model, *skills))

    def acts(self, numbered: Sequence[tuple[int, str]], said: Says, **profile: Any) -> list[Act]:
        """As if a source had said this of each, and nothing else; they have their tips."""
        sync(self.bobs, task("b", BOBS))
        links = connections([f"person{number}" for number, _text in numbered], **profile)
        acts = [Act(*each, link) for each, link in zip(numbered, links, strict=True)]
        for act in acts:
            sync(act.connection, *said(act.text))
        made = make_tips([act.connection.user_id for act in acts], at=NOON)
        assert not made.failures
        each(acts, Act.load)
        assert {act.tip.pk for act in acts} == {tip.pk for tip in made.live.values()}
        self.known = kept()
        assert len(self.known) > 20
        return acts

    def polish(self, act: Act, *turns: Turn, changes: Container[str] = ()) -> None:
        """The model has its turns. But for the tables that may change, whatever there is stays."""
        asked = len(self.model.requests)
        self.model.play(*turns)
        polish(act.tip.pk, at=NOON)
        before, self.known = self.known, kept()
        changed = [table for table in before if before[table] != self.known[table]]
        assert [table for table in changed if table not in changes] == []
        act.load()
        act.bodies = [request.body for request in self.model.requests[asked:]]


def each(acts: Sequence[Act], check: Callable[[Act], object]) -> None:
    """Every string that fails is named."""
    failed: list[Exception] = []
    for act in acts:
        try:
            check(act)
        except Exception as error:
            error.add_note(f"string {act.number}: {act.text!r}")
            failed.append(error)
    if failed:
        raise ExceptionGroup(f"{len(failed)} of {len(acts)} strings", failed)


def connections(names: Iterable[str], **profile: Any) -> list[Connection]:
    """Of new people, as make_person and make_connection would make each."""
    people = User.objects.bulk_create(
        [User(email=plant(f"{name}@example.com"), name=name.title()) for name in names]
    )
    of_all = {"time_zone": BERLIN.key, "zone_is_known": True, **profile}
    Profile.objects.bulk_create([Profile(user=person, **of_all) for person in people])
    return Connection.objects.bulk_create(
        [
            Connection(
                user=person,
                source="sample",
                account=str(person.pk),
                state=Connection.State.OK,
                connected_at=NOON,
                synced_at=NOON,
                next_sync_at=NOON + timedelta(days=1),
            )
            for person in people
        ]
    )


def sync(connection: Connection, *signals: Signal) -> None:
    tasks = tuple(s for s in signals if isinstance(s, TaskSignal))
    events = tuple(s for s in signals if isinstance(s, EventSignal))
    pull = Pull(full=True, cursor={}, tasks=tasks, events=events)
    store_tasks(connection, pull, at=NOON)
    store_events(connection, pull, at=NOON)


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
