"""What a demo is seeded for anew, in each test: by another number, by workers, in another size."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError
from django.db import connection

from accounts.models import User
from adminconsole.tests.seeding import seed, written
from agents.asking.keeping import transcripts
from agents.models import Belief, ModelCall
from events.models import EventRecord
from notifier.models import Delivery
from tests.clock import NOON
from tips.deliver.learning import HELPED
from tips.models import Interruption, Tip, TipDecision, TipView
from tips.registry import PROMPTS

pytestmark = pytest.mark.django_db


def forget() -> None:
    for label, rows in written():
        if rows:
            apps.get_model(label)._base_manager.all().delete()


def constraints() -> dict[str, Any]:
    """Of every table, with its indexes."""
    with connection.cursor() as cursor:
        tables = connection.introspection.django_table_names()
        return {table: connection.introspection.get_constraints(cursor, table) for table in tables}


def test_the_same_seed_makes_the_same_rows() -> None:
    seed()
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


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_events_are_copied_until_there_are_as_many_as_one_likes() -> None:
    seed(people=3, days=3, events=5_000)
    assert EventRecord.objects.count() == 5_000
    keys = EventRecord.objects.values_list("event_id", flat=True)
    assert len({*keys}) == 5_000
    people = set(EventRecord.objects.values_list("user_id", flat=True))
    assert people <= {*User.objects.values_list("pk", flat=True), None}
    assert not EventRecord.objects.filter(at__gt=NOON).exists()


def test_sqlite_copies_no_events(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "vendor", "sqlite")
    with pytest.raises(CommandError, match="PostgreSQL"):
        seed(people=3, days=3, events=5_000)
    assert not User.objects.exists()


def test_another_seed_makes_others() -> None:
    seed(people=3, days=3, seed=2)
    second = set(User.objects.values_list("email", flat=True))
    forget()
    seed(people=3, days=3, seed=1)
    assert set(User.objects.values_list("email", flat=True)) != second


@pytest.mark.parametrize("wrong", [{"people": 0}, {"days": 0}, {"days": 366}, {"until": "noon"}])
def test_what_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(CommandError):
        seed(**wrong)
    assert not User.objects.exists()


def test_constraints_and_indexes_are_there_again() -> None:
    before = constraints()
    seed(people=5, days=3)
    assert constraints() == before
    assert "one_live_tip" in before[Tip._meta.db_table]


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
