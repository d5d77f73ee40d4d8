"""Workers at once, on PostgreSQL: SQLite has one writer, and nothing there to race for."""

from __future__ import annotations

from collections.abc import Callable
from threading import Barrier, Event, Thread
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection as database
from django.db import connections, transaction

from accounts.models import Consent, Profile, User
from events.models import EventRecord
from integrations.access import oauth
from integrations.complete import completing
from integrations.eraser import IntegrationsEraser
from integrations.models import Completion, Connection, Task
from integrations.sync import rows, syncing
from integrations.sync.syncing import Outcome
from integrations.tests.scripted import Scripted, full, make_scripted_task, task
from integrations.tests.token_endpoint import TokenEndpoint
from tests.clock import NOON
from tests.factories import make_completion

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _on_postgres(db: None) -> None:
    assert database.vendor == "postgresql", "set DATABASE_URL to a PostgreSQL, as make test does"


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """What each returns, or the exception that ended it."""
    ends: list[Any] = [None] * len(works)
    gate = Barrier(len(works))

    def run(place: int, work: Callable[[], Any]) -> None:
        try:
            gate.wait(timeout=10)
            ends[place] = work()
        except BaseException as error:
            ends[place] = error
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=pair, daemon=True) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return ends


def test_of_four_workers_one_refreshes_and_all_use_the_result(
    endpoint: TokenEndpoint, scripted: Scripted, connection: Connection
) -> None:
    stale = connection.read_credentials()
    works = [lambda: oauth.refresh(connection.pk, scripted.manifest, stale=stale)] * 4
    ends = at_once(*works)
    assert ends == [{"access_token": "a2", "refresh_token": "r2"}] * 4
    assert len(endpoint.asked) == 1


def test_of_four_workers_one_reads(scripted: Scripted, connection: Connection) -> None:
    ends = at_once(*[lambda: syncing.sync(connection.pk, at=NOON)] * 4)
    assert sorted(ends) == [Outcome.NOT_DUE] * 3 + [Outcome.SYNCED]
    assert scripted.script.calls == 1


def test_of_four_workers_one_closes(scripted: Scripted, connection: Connection) -> None:
    completion = make_completion(make_scripted_task(connection))
    ends = at_once(*[lambda: completing.complete_one(completion.key, at=NOON)] * 4)
    assert [end for end in ends if end] == [connection.pk]
    assert scripted.script.calls == 1


def erase(user: User) -> None:
    """As accounts.privacy.deletion does it: the person's row first, then everything about them."""
    people = get_user_model()._default_manager
    with transaction.atomic():
        people.select_for_update().get(pk=user.pk)
        EventRecord.objects.filter(user_id=user.pk).delete()
        IntegrationsEraser().erase(user.pk)
        Consent.objects.filter(user=user).delete()
        Profile.objects.filter(user=user).delete()
        people.filter(pk=user.pk).delete()


@pytest.mark.parametrize("step", ["pull", "store_tasks", "_upsert", "_publish_changes", "publish"])
def test_a_person_who_leaves_during_sync_and_closing_leaves_nothing_behind(
    step: str,
    scripted: Scripted,
    connection: Connection,
    alice: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    completion = make_completion(make_scripted_task(connection))
    scripted.script.says = full(*(task(f"t{n}") for n in range(300)))
    reached = Event()
    place: Any = {"pull": scripted, "_upsert": rows}.get(step, syncing)
    real = getattr(place, step)

    def noted(*args: Any, **more: Any) -> Any:
        reached.set()
        return real(*args, **more)

    monkeypatch.setattr(place, step, noted)

    def leave() -> None:
        assert reached.wait(timeout=10)
        erase(alice)

    ends = at_once(
        lambda: syncing.sync(connection.pk, at=NOON),
        lambda: completing.complete_one(completion.key, at=NOON),
        leave,
    )
    assert not [end for end in ends if isinstance(end, BaseException)]
    for model in (Connection, Task, Completion):
        assert not model._default_manager.exists()
    assert not EventRecord.objects.exists()
