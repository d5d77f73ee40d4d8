"""Old rows go a few at a time: all of them, no others, and whatever interrupts that."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from events.models import EventRecord
from oo.lib import forgetting
from oo.lib.forgetting import forget
from tests.clock import NOON

SOMEBODY = uuid4()
OLD = EventRecord.objects.filter(at__lt=NOON)


@pytest.fixture(autouse=True)
def _ten_at_a_time(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forgetting, "BATCH", 10)


def make(count: int, *, days: int = 1) -> None:
    EventRecord.objects.bulk_create(
        EventRecord(
            subject="x", user_id=SOMEBODY, at=NOON - timedelta(days=days, minutes=n), body={}
        )
        for n in range(count)
    )


def spoken(count: int) -> list[str]:
    """The statements that it takes to forget so many rows."""
    make(count)
    with CaptureQueriesContext(connection) as captured:
        assert forget(OLD.all(), oldest="at") == count
    return [query["sql"] for query in captured]


def test_all_that_is_old_goes_and_nothing_else() -> None:
    make(25)
    make(3, days=-1)
    assert forget(OLD.all(), oldest="at") == 25
    assert EventRecord.objects.count() == 3
    assert forget(OLD.all(), oldest="at") == 0


@pytest.mark.parametrize(("rows", "batches"), [(10, 1), (11, 2), (50, 5)])
def test_each_batch_is_two_queries_in_a_transaction_of_its_own(rows: int, batches: int) -> None:
    said = [sql.split()[0] for sql in spoken(rows)]
    batch = ["SAVEPOINT", "SELECT", "DELETE", "RELEASE"]
    assert said == [*batch * batches, "SAVEPOINT", "SELECT", "RELEASE"]


def test_it_holds_the_keys_of_one_batch_at_a_time() -> None:
    looks = [sql for sql in spoken(30) if sql.startswith("SELECT")]
    assert ["LIMIT 10" in sql for sql in looks] == [True] * 4


def test_killed_it_keeps_what_it_has_done_and_is_gone_on_with(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    really, turns = forgetting._forget_batch, iter([True, True, False])

    def die(rows: Any, oldest: str) -> int:
        if not next(turns):
            raise SystemExit
        return really(rows, oldest)

    make(25)
    with monkeypatch.context() as patched:
        patched.setattr(forgetting, "_forget_batch", die)
        with pytest.raises(SystemExit):
            forget(OLD.all(), oldest="at")
    assert [row.at for row in OLD.order_by("at")] == [
        NOON - timedelta(days=1, minutes=n) for n in range(4, -1, -1)
    ], "the oldest went first"
    assert forget(OLD.all(), oldest="at") == 5


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_what_somebody_else_is_at_is_left_for_the_next_time() -> None:
    make(12)
    held = EventRecord.objects.latest("at")
    other = connection.copy()
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute("select 1 from events_eventrecord where id = %s for update", [held.pk])
        assert forget(OLD.all(), oldest="at") == 11
    finally:
        other.close()
    assert forget(OLD.all(), oldest="at") == 1
