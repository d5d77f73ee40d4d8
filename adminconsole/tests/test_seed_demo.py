"""A small demo: the rows are such as the product writes and reads, and the same each time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import fields
from datetime import datetime, timedelta
from html import unescape
from io import StringIO
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, models, transaction
from django.db.models import Count, Q
from django.urls import reverse

from accounts.models import Profile, User
from agents.asking.keeping import transcripts
from agents.looking.outputs import load_current
from agents.models import AgentOutput, Belief, CountedDay, ModelCall, Reading
from agents.profile.counting import count_days
from agents.understanding.keeping import catch_up
from events.catalog import BY_SUBJECT, TaskCompleted, TipReacted, TipServed
from events.models import EventRecord
from integrations.models import Connection, Task
from notifier.models import Delivery, Device
from oo.lib.fields import encrypted_fields
from tests.clock import NOON
from tests.factories import make_person, signed_in
from tips.base import Kind
from tips.deliver.learning import HELPED
from tips.make.making import rows_of
from tips.models import Interruption, Tip, TipDecision, TipView
from tips.registry import PROMPTS

pytestmark = pytest.mark.django_db
PEOPLE, DAYS = 40, 20
EMPTY: Any = (None, "", [], {}, 0)


def seed(**options: Any) -> str:
    told = StringIO()
    call_command("seed_demo", **{"people": PEOPLE, "days": DAYS, "until": NOON.isoformat(),
                                 "workers": 1, "stdout": told, **options})  # fmt: skip
    return told.getvalue()


@pytest.fixture
def demo() -> str:
    return seed()


def written() -> Iterator[tuple[str, list[tuple[Any, ...]]]]:
    """Every row there is, but for what is sealed: that is never the same twice."""
    for model in apps.get_models():
        if model._meta.app_label in ("contenttypes", "auth", "sites"):
            continue
        sealed = encrypted_fields(model)
        names = [f.attname for f in model._meta.concrete_fields if f.name not in sealed]
        yield model._meta.label, list(model._base_manager.order_by("pk").values_list(*names))


def forget() -> None:
    for label, rows in written():
        if rows:
            apps.get_model(label)._base_manager.all().delete()


def test_it_tells_how_many_rows_each_table_has(demo: str) -> None:
    lines = [line.split() for line in demo.splitlines()]
    told = {line[1]: int(line[0].replace(",", "")) for line in lines if len(line) == 2}
    assert told["tips.Tip"] == Tip.objects.count() > PEOPLE * 10
    assert told["events.EventRecord"] == EventRecord.objects.count() > PEOPLE * 10
    assert told["accounts.User"] == User.objects.count() == PEOPLE
    empty = {label for label, rows in written() if not rows}
    assert not empty & told.keys()


def test_the_same_seed_makes_the_same_rows(demo: str) -> None:
    first = dict(written())
    forget()
    seed()
    assert dict(written()) == first


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_workers_make_the_same_rows_as_one() -> None:
    assert connection.vendor == "postgresql", "set DATABASE_URL to a PostgreSQL, as make test does"
    before = constraints()
    seed(people=120, days=4, workers=2)  # two groups of people
    assert constraints() == before
    two = dict(written())
    forget()
    seed(people=120, days=4)
    assert dict(written()) == two


def test_another_seed_makes_others() -> None:
    seed(people=3, days=3, seed=2)
    second = set(User.objects.values_list("email", flat=True))
    forget()
    seed(people=3, days=3, seed=1)
    assert set(User.objects.values_list("email", flat=True)) != second


def test_it_refuses_where_people_are(demo: str) -> None:
    before = dict(written())
    with pytest.raises(CommandError, match="people in this database"):
        seed()
    assert dict(written()) == before


@pytest.mark.parametrize("wrong", [{"people": 0}, {"days": 0}, {"days": 366}, {"until": "noon"}])
def test_what_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(CommandError):
        seed(**wrong)
    assert not User.objects.exists()


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


def constraints() -> dict[str, Any]:
    """Of every table, with its indexes."""
    with connection.cursor() as cursor:
        tables = connection.introspection.django_table_names()
        return {table: connection.introspection.get_constraints(cursor, table) for table in tables}


def test_constraints_and_indexes_are_there_again() -> None:
    before = constraints()
    seed(people=5, days=3)
    assert constraints() == before
    assert "one_live_tip" in before[Tip._meta.db_table]


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


def test_the_newer_policy_and_the_newer_prompt_do_better() -> None:
    seed(people=150, days=40)

    def share(**which: Any) -> float:
        told = Tip.objects.filter(**which).exclude(reaction="")
        return told.filter(reaction=Tip.Reaction.DONE).count() / told.count()

    assert share(policy="good_sense", prompt_version="") > share(policy="deadline_first")
    newer = PROMPTS["wording"].version
    (older,) = set(Tip.objects.values_list("prompt_version", flat=True)) - {"", newer}
    assert share(prompt_version=newer) > share(prompt_version=older)
    spoken = Interruption.objects.filter(spoken=True)
    said = sum(spoken.values_list("probability", flat=True)) / spoken.count()
    assert abs(said - spoken.filter(HELPED).count() / spoken.count()) < 0.08
    assert Belief.objects.filter(is_denied=True).exists()
    assert set(ModelCall.Outcome) > set(ModelCall.objects.values_list("outcome", flat=True))
    worded = Tip.objects.filter(prompt_version=newer).latest("polished_at")
    [*_others, kept] = transcripts(ModelCall.objects.begun(worded.user_id, worded.polished_at))
    assert worded.plain in kept.transcript.asked
    assert worded.content in kept.transcript.answered


def test_what_the_purge_would_forget_is_not_made() -> None:
    seed(days=50)
    since = NOON - timedelta(days=30)
    assert Tip.objects.filter(made_at__lt=since).exists()
    for model, name in ((EventRecord, "at"), (TipDecision, "at"), (TipView, "at"),
                        (Delivery, "created_at")):  # fmt: skip
        assert not model._base_manager.filter(**{f"{name}__lt": since}).exists()
        assert model._base_manager.exists()


def test_the_page_of_somebody_shows_their_tip(demo: str, time_machine: Any) -> None:
    tip = Tip.objects.live().select_related("user").filter(user__profile__locale="en").first()
    assert tip is not None
    time_machine.move_to(NOON, tick=False)
    page = signed_in(tip.user).get(reverse("tips:now"))
    assert page.status_code == 200
    assert tip.content in unescape(page.content.decode())
