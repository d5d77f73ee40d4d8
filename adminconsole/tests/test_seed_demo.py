"""A small demo: the rows are such as the product writes and reads, and the same each time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import fields
from datetime import datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.contrib import admin
from django.core.management import CommandError
from django.db import IntegrityError, models, transaction
from django.db.models import Count, Q
from django.urls import reverse

from accounts.models import Profile, User
from adminconsole.tests.seeding import DAYS, PEOPLE, seed, written
from agents.looking.outputs import load_current
from agents.models import AgentOutput, CountedDay, Reading
from agents.profile.counting import count_days
from agents.understanding.keeping import catch_up
from events.catalog import BY_SUBJECT, TaskCompleted, TipReacted, TipServed
from events.models import EventRecord
from integrations.models import Connection, Task
from notifier.models import Device
from oo.lib.fields import encrypted_fields
from tests.canaries import found_in, listening, plant_again, planted
from tests.clock import NOON
from tests.factories import make_person, signed_in
from tips.base import Kind
from tips.models import Tip
from tips.page.states import rows_of

pytestmark = pytest.mark.django_db
EMPTY: Any = (None, "", [], {}, 0)


@pytest.fixture(scope="module")
def told(django_db_setup: None, django_db_blocker: Any) -> Iterator[tuple[str, frozenset[str]]]:
    """The demo of all tests of the file, each of which undoes what it does to it: what the command
    said, and what no log may say."""
    with django_db_blocker.unblock(), transaction.atomic():
        with listening() as lines:
            said = seed()
            private = planted()
            assert found_in(lines) == []
        yield said, private
        transaction.set_rollback(True)


@pytest.fixture
def demo(told: tuple[str, frozenset[str]], db: None) -> str:
    said, private = told
    plant_again(private)
    return said


def test_it_tells_how_many_rows_each_table_has(demo: str) -> None:
    lines = [line.split() for line in demo.splitlines()]
    told = {line[1]: int(line[0].replace(",", "")) for line in lines if len(line) == 2}
    assert told["tips.Tip"] == Tip.objects.count() > PEOPLE * 10
    assert told["events.EventRecord"] == EventRecord.objects.count() > PEOPLE * 10
    assert told["accounts.User"] == User.objects.count() == PEOPLE
    empty = {label for label, rows in written() if not rows}
    assert not empty & told.keys()


def test_it_refuses_where_people_are(demo: str) -> None:
    before = dict(written())
    with pytest.raises(CommandError, match="people in this database"):
        seed()
    assert dict(written()) == before


# ---- rows as the product writes them ----------------------------------------------------------


def test_every_row_passes_the_checks_of_its_model(demo: str) -> None:
    for model in {type(page.model()) for page in admin.site._registry.values()}:
        for row in model._base_manager.order_by("pk")[:60]:
            empty = [f.name for f in model._meta.fields if getattr(row, f.attname) in EMPTY]
            row.full_clean(exclude=[*empty, *encrypted_fields(model)], validate_unique=False)


def test_the_states_and_ends_of_tips_agree(demo: str) -> None:
    assert set(Tip.objects.values_list("state", flat=True)) == set(Tip.State)
    over = Tip.objects.exclude(state__in=Tip.LIVE)
    assert not over.filter(Q(ended_at=None) | Q(ended_at__gt=NOON)).exists()
    assert not Tip.objects.filter(Q(shown_at__lt=models.F("made_at"))).exists()
    assert not Tip.objects.filter(Q(answered_at__lt=models.F("shown_at"))).exists()
    assert not Tip.objects.filter(state=Tip.State.ANSWERED, reward=None).exists()


def test_nobody_has_two_live_tips(demo: str) -> None:
    live = Tip.objects.live().values("user").annotate(n=Count("pk")).values_list("n", flat=True)
    assert set(live) == {1}
    assert not Tip.objects.live().filter(expires_at__lte=NOON).exists()


def test_no_two_tips_of_a_person_were_live_at_once(demo: str) -> None:
    ends: dict[Any, datetime] = {}
    for user_id, made, ended in Tip.objects.order_by("user", "made_at").values_list(
        "user", "made_at", "ended_at"
    ):
        assert made >= ends.get(user_id, made)
        ends[user_id] = ended or NOON


def test_events_have_the_bodies_of_the_catalogue(demo: str) -> None:
    seen = Counter[str]()
    for record in EventRecord.objects.all():
        kind = BY_SUBJECT[record.subject]
        assert record.version == kind.version
        assert record.body.keys() == {f.name for f in fields(kind)} - {"user_id", "at"}
        seen[record.subject] += 1
    assert seen.keys() >= {TipServed.subject, TipReacted.subject, TaskCompleted.subject}


def test_events_tell_what_the_tips_tell(demo: str) -> None:
    since = NOON - timedelta(days=DAYS)
    served = EventRecord.objects.filter(subject=TipServed.subject).count()
    assert served == Tip.objects.filter(shown_at__gte=since).count()
    last = EventRecord.objects.order_by("-pk").values_list("at", flat=True)
    assert list(last) == sorted(last, reverse=True)


def test_the_days_are_those_that_the_product_counts(demo: str) -> None:
    ours = list(CountedDay.objects.order_by("user", "day").values("user", "day", "done", "served"))
    count_days(at=NOON + timedelta(minutes=1))
    theirs = CountedDay.objects.order_by("user", "day").values("user", "day", "done", "served")
    assert ours == list(theirs)


def test_words_are_read_already(demo: str) -> None:
    zones = {p.pk: p.zone for p in Profile.objects.all()}
    before = Reading.objects.count()
    assert catch_up(zones, at=NOON) == 0
    assert Reading.objects.count() == before > 0


def test_what_agents_saw_is_read_back_and_some_of_it_is_stale(demo: str) -> None:
    found = load_current(list(Profile.objects.values_list("pk", flat=True)), at=NOON)
    fresh = AgentOutput.objects.filter(expires_at__gt=NOON).count()
    assert sum(map(len, found.values())) == fresh > 0
    assert AgentOutput.objects.filter(expires_at__lte=NOON).exists()


def test_evidence_of_live_tips_is_there(demo: str) -> None:
    for tip in Tip.objects.live().filter(kind=Kind.TASK):
        tasks, events = rows_of(tip)
        assert [tip.candidate] == [f"task:{task.pk}" for task in tasks]
        assert (tasks[0].title, events) == (tip.content, [])


def test_what_is_sealed_can_be_opened(demo: str) -> None:
    assert all(c.read_credentials() for c in Connection.objects.all())
    assert all(d.address.startswith("{") for d in Device.objects.all())


def test_keys_go_on_where_the_demo_ends(demo: str) -> None:
    person = make_person("alice")
    link = Connection.objects.create(
        user=person, source="sample", account="a", connected_at=NOON, next_sync_at=NOON
    )
    task = Task.objects.create(
        user=person, connection=link, external_id="1", title="New", changed_at=NOON
    )
    assert task.pk > Task.objects.exclude(pk=task.pk).latest("pk").pk


def test_two_live_tips_are_refused_as_ever(demo: str) -> None:
    tip = Tip.objects.live().first()
    assert tip is not None
    with pytest.raises(IntegrityError), transaction.atomic():
        Tip.objects.filter(user=tip.user_id).update(state=Tip.State.READY, reaction="")


# ---- what the console is to show ----------------------------------------------------------------


def test_every_list_of_the_console_opens(demo: str) -> None:
    staff = make_person("bob", is_staff=True, is_superuser=True)
    client = signed_in(staff)
    for page in admin.site._registry.values():
        named = page.model._meta
        address = reverse(f"admin:{named.app_label}_{named.model_name}_changelist")
        assert client.get(address).status_code == 200, address


def test_there_is_a_funnel(demo: str) -> None:
    connected = User.objects.filter(connection__isnull=False).distinct().count()
    answered = User.objects.filter(tip__answered_at__isnull=False).distinct().count()
    assert PEOPLE > connected > answered > 0


def test_the_page_of_somebody_shows_their_tip(demo: str, time_machine: Any) -> None:
    tip = Tip.objects.live().select_related("user").filter(user__profile__locale="en").first()
    assert tip is not None
    time_machine.move_to(NOON, tick=False)
    page = signed_in(tip.user).get(reverse("tips:now"))
    assert page.status_code == 200
    assert tip.content in unescape(page.content.decode())
