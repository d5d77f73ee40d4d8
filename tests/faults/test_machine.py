"""Tips, answers, completions and the mirror in any order that hypothesis finds.

Messages between processes are lost all the time here: what is done is done because it is due.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from accounts.privacy import consents
from events.catalog import TipReacted, TipReactionUndone
from events.mirror.relaying import Relaying
from events.mirror.streams import Away, Message, Streams
from events.models import EventRecord
from integrations.base import (
    Account,
    Field,
    Link,
    Pull,
    SignalSource,
    SourceManifest,
    TaskSignal,
)
from integrations.complete import completing
from integrations.models import Completion, Connection, Task
from integrations.registry import SOURCES
from integrations.sync import syncing
from oo.lib.http import Unreachable
from tests.clock import NOON
from tests.factories import make_connection, make_person
from tests.thorough import as_many
from tips import conf
from tips.answer import answering
from tips.base import Reason
from tips.make.making import make_tip, make_tips
from tips.models import Tip, TipSchedule
from tips.page import states

EXAMPLES, STEPS = as_many(40, 100), 100
A_WHILE = st.sampled_from([1, 5, 9, 11, 60, 300, 1_000, 4_000, 8_000, 30_000])  # seconds
REACTIONS = st.sampled_from(["done", "snooze", "dismiss"])


@dataclass
class World:
    """What is true at the source, and what oO had it do there."""

    open: dict[str, TaskSignal] = field(default_factory=dict)
    closed: Counter[str] = field(default_factory=Counter)
    keys: Counter[UUID] = field(default_factory=Counter)
    is_cut: bool = False
    written: int = 0


class Source(SignalSource):
    manifest = SourceManifest(
        key="of-the-machine",
        title="A source",
        version=1,
        consents=frozenset({"tasks"}),
        sync_every=timedelta(minutes=10),
        fields=(Field("token", "Token", "secret"),),
        can_complete=True,
    )

    def __init__(self) -> None:
        self.worlds: dict[str, World] = {}

    def identify(self, credentials: Mapping[str, str], document: str) -> Account:
        raise NotImplementedError

    def pull(self, link: Link, *, at: datetime) -> Pull:
        world = self.worlds[link.account]
        self._may_be_cut(world)
        return Pull(full=True, cursor={}, tasks=tuple(world.open.values()))

    def complete(self, link: Link, external_id: str, *, key: UUID) -> None:
        world = self.worlds[link.account]
        if not world.keys[key]:
            world.closed[external_id] += 1
            world.open.pop(external_id, None)
        world.keys[key] += 1
        self._may_be_cut(world)

    def _may_be_cut(self, world: World) -> None:
        """After the work was done: the worst moment."""
        if world.is_cut:
            raise Unreachable("of-the-machine")


class Mirror(Streams):
    """The streams, without a server; what it takes before it is cut, it has."""

    def __init__(self) -> None:
        self.taken: dict[str, int] = {}
        self.cut_after: int | None = None

    def connect(self) -> None: ...

    def close(self) -> None: ...

    def send(self, messages: Sequence[Message], *, limit_s: float) -> list[int]:
        for number, message in enumerate(messages):
            if number == self.cut_after:
                raise Away("cut")
            self.taken.setdefault(message.id, len(self.taken))
        return [self.taken[message.id] for message in messages]


class Life(RuleBasedStateMachine):
    source: Source

    def __init__(self) -> None:
        super().__init__()
        self.at, self.world, self.mirror = NOON, World(), Mirror()
        EventRecord.objects.all().delete()
        self.user = make_person(f"person-{len(self.source.worlds)}")
        for key in ("terms", "privacy", "tasks"):
            consents.grant(self.user.pk, key, by="sign-in", at=self.at)
        self.source.worlds[str(self.user.pk)] = self.world
        self.connection = make_connection(
            self.user, source="of-the-machine", account=str(self.user.pk)
        )
        self.answers: dict[UUID, str] = {}
        self.undone: set[UUID] = set()  # keys of completions that were taken back
        self.asked: set[UUID] = set()  # keys of completions; they go with their task
        self.tips: list[UUID] = []  # in the order in which they came up
        self.write(0)
        self.read(is_cut=False)

    # ---- elsewhere

    @rule(days=st.integers(-2, 2))
    def write(self, days: int) -> None:
        self.world.written += 1
        name, due = f"t{self.world.written}", (self.at + timedelta(days=days)).date()
        self.world.open[name] = TaskSignal(name, f"Task {name}", due_on=due, added_at=self.at)

    @precondition(lambda self: self.world.open)
    @rule(data=st.data())
    def tick_off_or_delete(self, data: st.DataObject) -> None:
        self.world.open.pop(data.draw(st.sampled_from(sorted(self.world.open))))

    @rule(seconds=A_WHILE)
    def wait(self, seconds: int) -> None:
        self.at += timedelta(seconds=seconds)

    # ---- workers

    @rule(is_cut=st.booleans())
    def read(self, is_cut: bool) -> None:
        self.world.is_cut = is_cut
        Connection.objects.filter(pk=self.connection.pk).update(next_sync_at=self.at)
        syncing.sync(self.connection.pk, at=self.at)

    @rule(is_cut=st.booleans())
    def close(self, is_cut: bool) -> None:
        self.world.is_cut = is_cut
        completing.complete_due(at=self.at)

    @rule()
    def keep_ready(self) -> None:
        """Afterwards what is live is true of the rows, and good for longer than now."""
        due = TipSchedule.objects.claim(10, at=self.at, until=self.at + conf.KEEP_READY_LEASE)
        make_tips(due, at=self.at, rng=Random(1))
        for tip in Tip.objects.current(self.user.pk, at=self.at).filter(state=Tip.State.READY):
            assert self.rows(tip)

    @rule(cut_after=st.none() | st.integers(0, 3))
    def relay(self, cut_after: int | None) -> None:
        self.mirror.cut_after = cut_after
        relaying = Relaying(self.mirror)
        try:
            relaying.round(at=self.at)
        except Away:
            pass
        finally:
            relaying._end()

    # ---- the person

    @rule()
    def look(self) -> None:
        page = states.build_page(self.user.pk, at=self.at)
        if page.state == "wait":
            make_tip(self.user.pk, at=self.at, rng=Random(1))
            page = states.build_page(self.user.pk, at=self.at)
        if page.state == "tip":
            tip = page.context["tip"]
            assert (tip.user_id, tip.reaction) == (self.user.pk, "")
            assert tip.expires_at > self.at
            answering.mark_shown(tip, surface="page", at=self.at)

    @rule(reaction=REACTIONS, data=st.data())
    def answer(self, reaction: str, data: st.DataObject) -> None:
        """Also one that is over: it was given offline."""
        if tip := self.some_tip(data):
            outcome = answering.react(tip, reaction, at=self.at)
            assert outcome.won == (tip.pk not in self.answers)
            self.answers.setdefault(tip.pk, reaction)

    @rule(reason=st.sampled_from(list(Reason)), data=st.data())
    def explain(self, reason: Reason, data: st.DataObject) -> None:
        if tip := self.some_tip(data):
            answering.explain(tip, reason, at=self.at)

    @rule(data=st.data())
    def undo(self, data: st.DataObject) -> None:
        if tip := self.some_tip(data):
            key, until = tip.completion_key, tip.undo_until
            outcome = answering.undo(tip, at=self.at)
            if outcome.won:
                assert until
                assert self.at <= until + conf.UNDO_GRACE
                del self.answers[tip.pk]
                self.undone |= {key} if key else set()

    @rule()
    def more(self) -> None:
        answering.end_rest(self.user.pk, at=self.at)

    # ---- what is always so

    @invariant()
    def one_live_tip_and_each_answer_as_it_was_given(self) -> None:
        tips = Tip.objects.filter(user=self.user)
        assert sum(tip.state in Tip.LIVE for tip in tips) <= 1
        assert {tip.pk: tip.reaction for tip in tips if tip.reaction} == self.answers
        events = Counter[str]()
        bodies = EventRecord.objects.filter(user_id=self.user.pk).values_list("subject", "body")
        for subject, body in bodies:
            if subject == TipReacted.subject:
                events[body["tip_id"]] += 1
            elif subject == TipReactionUndone.subject:
                events[body["tip_id"]] -= 1
        assert +events == Counter({str(pk): 1 for pk in self.answers})

    @invariant()
    def nothing_is_closed_twice_nor_what_was_taken_back(self) -> None:
        assert all(times == 1 for times in self.world.closed.values())
        assert not self.undone & self.world.keys.keys()
        self.asked |= set(Completion.objects.filter(user=self.user).values_list("key", flat=True))
        assert self.world.keys.keys() <= self.asked

    @invariant()
    def the_mirror_has_what_is_marked_once_and_in_order(self) -> None:
        ids = list(EventRecord.objects.order_by("pk").values_list("event_id", "mirrored_as"))
        marked = [str(event_id) for event_id, number in ids if number is not None]
        assert set(marked) <= self.mirror.taken.keys() <= {str(event_id) for event_id, _ in ids}
        numbers = [number for _, number in ids if number is not None]
        assert numbers == sorted(set(numbers))

    def teardown(self) -> None:
        """Nothing is cut any more, and time passes: everything is done."""
        for _ in range(3):
            self.at += timedelta(hours=2)
            self.close(is_cut=False)
            self.read(is_cut=False)
        while EventRecord.objects.waiting().exists():
            self.relay(cut_after=None)
        assert not Completion.objects.waiting().filter(user=self.user).exists()
        assert len(self.mirror.taken) == EventRecord.objects.count()
        known = set(
            Task.objects.open().filter(user=self.user).values_list("external_id", flat=True)
        )
        assert known == self.world.open.keys()
        self.one_live_tip_and_each_answer_as_it_was_given()

    # ---- helpers

    def some_tip(self, data: st.DataObject) -> Tip | None:
        """One of the latest three."""
        new = Tip.objects.filter(user=self.user).exclude(pk__in=self.tips)
        self.tips += new.order_by("made_at", "candidate").values_list("pk", flat=True)
        if not self.tips:
            return None
        return Tip.objects.get(pk=self.tips[-1 - data.draw(st.integers(0, 2)) % len(self.tips)])

    def rows(self, tip: Tip) -> bool:
        ids = [each["id"] for each in tip.evidence if each["model"] == "task"]
        return Task.objects.open().filter(user=self.user, pk__in=ids).count() == len(ids)


@pytest.fixture
def source(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Source:
    settings.OO_POLICY = "deadline_first"  # which is never silent because of the hour
    source = Source()
    monkeypatch.setitem(SOURCES.load(), source.manifest.key, source)
    return source


@pytest.mark.slow
@pytest.mark.postgres
@pytest.mark.django_db
def test_in_whatever_order_things_happen_nothing_is_lost_or_done_twice(source: Source) -> None:
    Life.source = source
    checks = settings(
        max_examples=EXAMPLES,
        stateful_step_count=STEPS,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Life, settings=checks)
    assert len(source.worlds) >= EXAMPLES
