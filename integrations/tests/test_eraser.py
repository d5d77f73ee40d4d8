from __future__ import annotations

import json
from datetime import date, time
from typing import Any

import pytest
from django.apps import apps

from integrations.eraser import IntegrationsEraser
from integrations.models import CalendarEvent, Completion, Connection, Task
from integrations.tests.scripted import (
    NOON,
    Scripted,
    make_completion,
    make_connection,
    make_task,
)
from oo.lib.http import Unreachable

ERASER = IntegrationsEraser()


@pytest.fixture
def rows(connection: Connection) -> None:
    row = make_task(connection, due_on=date(2026, 11, 23), due_time=time(9, 30), labels=["home"])
    make_completion(row)
    CalendarEvent.objects.create(
        user=connection.user,
        connection=connection,
        external_id="e1",
        title="Stand-up",
        starts_at=NOON,
        ends_at=NOON,
        changed_at=NOON,
    )
    Connection.objects.update(document="BEGIN:VCALENDAR")


def test_every_table_of_this_app_is_claimed() -> None:
    own = {model._meta.label for model in apps.get_app_config("integrations").get_models()}
    assert set(ERASER.models) == own


def test_the_export_is_json_that_a_person_can_read(rows: None, alice: Any) -> None:
    told = json.loads(json.dumps(ERASER.export(alice.pk)))
    assert told["connections"][0]["label"] == "alice@scripted"
    assert told["tasks"][0]["title"] == "Pay the rent"
    assert (told["tasks"][0]["due_on"], told["tasks"][0]["due_time"]) == ("2026-11-23", "09:30:00")
    assert told["tasks"][0]["labels"] == ["home"]
    assert told["calendar"][0]["starts_at"] == "2026-11-22T12:00:00+00:00"
    assert told["closed-tasks"][0]["task_title"] == "Pay the rent"
    assert told["uploaded-files"] == [{"source": "scripted", "text": "BEGIN:VCALENDAR"}]


def test_the_export_holds_no_secret_and_nothing_of_others(rows: None, alice: Any, bob: Any) -> None:
    make_task(make_connection(bob, label="bob@scripted"))
    told = json.dumps(ERASER.export(alice.pk))
    for secret in ("access_token", "refresh_token", "r1", "bob@scripted", "digest"):
        assert secret not in told


def test_erasing_leaves_nothing_of_alice_and_all_of_bob(rows: None, alice: Any, bob: Any) -> None:
    theirs = make_task(make_connection(bob))
    erased = ERASER.erase(alice.pk)
    assert erased == {name: 1 for name in ERASER.models}
    assert list(Task.objects.all()) == [theirs]
    for model in (Connection, CalendarEvent, Completion):
        assert not model._default_manager.filter(user_id=alice.pk).exists()


def test_each_permission_is_given_back(
    scripted: Scripted, connection: Connection, alice: Any
) -> None:
    make_connection(alice, source="scripted-calendar")  # nothing there to give back
    (ended,) = ERASER.revoke(alice.pk)
    assert (ended.provider, ended.revoked, ended.note) == ("Scripted", True, "")
    assert [c["access_token"] for c in scripted.revoked] == ["old"]


def test_what_could_not_be_given_back_says_what_to_do(
    scripted: Scripted, connection: Connection, alice: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreachable(_credentials: Any) -> bool:
        raise Unreachable("scripted")

    monkeypatch.setattr(scripted, "revoke", unreachable)
    (ended,) = ERASER.revoke(alice.pk)
    assert not ended.revoked
    assert ended.note.startswith("In the settings of Scripted, remove oO")
