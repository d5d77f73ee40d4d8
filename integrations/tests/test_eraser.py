from __future__ import annotations

import json
from datetime import date, time
from typing import Any

import pytest
from django.apps import apps

from accounts.models import User
from accounts.privacy.tables import owner_path
from integrations.eraser import IntegrationsEraser
from integrations.models import CalendarEvent, Completion, Connection, Task, WebhookDelivery
from integrations.tests.google_calendar import make_channel
from integrations.tests.scripted import Scripted, make_scripted_connection, make_scripted_task
from oo.lib.http import Unreachable
from tests.factories import make_completion, make_event

ERASER = IntegrationsEraser()


@pytest.fixture
def rows(connection: Connection) -> None:
    row = make_scripted_task(
        connection, due_on=date(2026, 11, 23), due_time=time(9, 30), labels=["home"], parent="Flat"
    )
    make_completion(row)
    make_event(connection.user, attendees=3, organises=True)
    make_channel(connection)
    Connection.objects.update(document="BEGIN:VCALENDAR")


def test_every_table_of_this_app_is_claimed() -> None:
    own = {model._meta.label for model in apps.get_app_config("integrations").get_models()}
    assert own - set(ERASER.models) == {"integrations.WebhookDelivery"}, "which names nobody"
    assert set(ERASER.models) <= own
    assert not owner_path(WebhookDelivery)


def test_the_export_is_json_that_a_person_can_read(rows: None, alice: User) -> None:
    told = json.loads(json.dumps(ERASER.export(alice.pk)))
    assert told["connections"][0]["label"] == "alice@scripted"
    assert told["tasks"][0]["title"] == "Pay the rent"
    assert (told["tasks"][0]["due_on"], told["tasks"][0]["due_time"]) == ("2026-11-23", "09:30:00")
    assert told["tasks"][0]["labels"] == ["home"]
    assert (told["tasks"][0]["section"], told["tasks"][0]["parent"]) == ("", "Flat")
    assert (told["calendar"][0]["attendees"], told["calendar"][0]["organises"]) == (3, True)
    assert told["calendar"][0]["starts_at"] == "2026-05-05T10:00:00+00:00"
    assert (told["channels"][0]["resource"], told["channels"][0]["source"]) == ("r0", "scripted")
    assert told["closed-tasks"][0]["task_title"] == "Pay the rent"
    assert told["uploaded-files"] == [{"source": "scripted", "text": "BEGIN:VCALENDAR"}]


def test_the_export_holds_no_secret_and_nothing_of_others(
    rows: None, alice: User, bob: User
) -> None:
    theirs = make_scripted_connection(bob, label="bob@scripted")
    make_scripted_task(theirs)
    make_channel(theirs, resource="bobs")
    told = json.dumps(ERASER.export(alice.pk))
    for secret in ("access_token", "refresh_token", "r1", "bob@scripted", "bobs", "digest"):
        assert secret not in told


def test_erasing_leaves_nothing_of_alice_and_all_of_bob(rows: None, alice: User, bob: User) -> None:
    theirs = make_scripted_task(make_scripted_connection(bob))
    erased = ERASER.erase(alice.pk)
    assert erased == {name: 1 for name in ERASER.models}
    assert list(Task.objects.all()) == [theirs]
    for model in (Connection, CalendarEvent, Completion):
        assert not model._default_manager.filter(user_id=alice.pk).exists()


def test_each_permission_is_given_back(
    scripted: Scripted, connection: Connection, alice: User
) -> None:
    make_scripted_connection(alice, source="scripted-calendar")  # nothing there to give back
    (ended,) = ERASER.revoke(alice.pk)
    assert (ended.provider, ended.revoked, ended.note) == ("Scripted", True, "")
    assert [c["access_token"] for c in scripted.script.revoked] == ["old"]


def test_what_could_not_be_given_back_says_what_to_do(
    scripted: Scripted, connection: Connection, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreachable(_credentials: Any) -> bool:
        raise Unreachable("scripted")

    monkeypatch.setattr(scripted, "revoke", unreachable)
    (ended,) = ERASER.revoke(alice.pk)
    assert not ended.revoked
    assert ended.note.startswith("In the settings of Scripted, remove oO")
