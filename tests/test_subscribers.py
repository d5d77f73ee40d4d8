"""What the apps' subscribers do when they are told again, by `manage.py replay`."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from accounts.models import User
from accounts.privacy import consents
from agents.models import CountedDay, LookSchedule
from agents.tasks import end_consent
from events import bus
from events.bus import name_of, publish, subscribers
from events.catalog import TasksSynced, TipServed
from events.models import EventRecord
from events.replaying import Fed, replay
from tests.clock import NOON
from tests.factories import make_connection
from tips.models import TipSchedule

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def test_each_has_a_name_that_no_other_has() -> None:
    handlers = {handler for each in bus._subscribers.values() for handler in each}
    assert len({name_of(handler) for handler in handlers}) == len(handlers) == len(subscribers())
    assert {"tips.look_again", "agents.note_change", "accounts.depart"} <= subscribers().keys()


def test_a_synced_source_told_twice_is_looked_at_once_more(alice: User) -> None:
    connection = make_connection(alice)
    TipSchedule.objects.update_or_create(user=alice, defaults={"next_look_at": NOON + HOUR})
    with transaction.atomic():
        publish(
            TasksSynced(
                user_id=alice.pk, at=NOON, connection_id=connection.pk, changed=1, removed=0
            )
        )
    for _ in range(2):
        assert replay("tips.look_again", begin=NOON, end=NOON + HOUR) == Fed(told=1)
        assert TipSchedule.objects.get(user=alice).next_look_at == NOON
    assert EventRecord.objects.filter(user_id=alice.pk, subject=TasksSynced.subject).count() == 1


def test_who_is_here_is_not_away_because_it_is_told_late(alice: User) -> None:
    LookSchedule.objects.update_or_create(user=alice, defaults={"active_at": NOON})
    then = NOON - timedelta(days=20)
    with transaction.atomic():
        publish(
            TipServed(user_id=alice.pk, at=then, tip_id=alice.pk, policy="good_sense", kind="task")
        )
    assert replay("agents.note_activity", begin=then, end=NOON) == Fed(told=1)
    assert LookSchedule.objects.get(user=alice).active_at == NOON

    LookSchedule.objects.note_activity(alice.pk, at=NOON + HOUR)
    assert LookSchedule.objects.get(user=alice).active_at == NOON + HOUR


def test_a_consent_that_is_given_again_loses_nothing_when_its_end_is_told_late(
    alice: User,
) -> None:
    consents.grant(alice.pk, "tasks", by="settings", at=NOON)
    CountedDay.objects.create(user=alice, day=NOON.date())
    assert end_consent(str(alice.pk), "tasks") == 0
    assert CountedDay.objects.count() == 1

    consents.withdraw(alice.pk, "tasks", at=NOON + HOUR)
    assert end_consent(str(alice.pk), "tasks") == 1
    assert not CountedDay.objects.exists()
