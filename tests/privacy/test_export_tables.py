"""The export holds what the erasers claim: table by table, column by column.

A row is made in each table that an eraser claims. One column after the other gets another value,
and the export has to say something else then, unless the column stands below with the reason.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.apps import apps
from django.db import models

from accounts.models import User
from accounts.privacy.deletion import erasers
from tests.privacy.rows import about, changes

OPENS = "opens something of the person's"
DIGEST = "a digest, by which oO knows that nothing has changed"
WHOSE = "says whose row it is, and all of them are this person's"
OTHERS = "names somebody else, or this person once more"
MARK = "the source's own mark of how far it was read"
GONE = "is there only when the person is signed out for good, and asks for nothing any more"
CLAIM = "says that a worker is at it at this moment"
SENT = "is forgotten when it has left, and was written from what the export holds"
DEVICE = "says how a device of the person's is spoken to"
LEFT_OUT = {
    "adminconsole.Passkey.credential_id": OPENS,
    "adminconsole.Passkey.public_key": OPENS,
    "adminconsole.Passkey.sign_count": DEVICE,
    "adminconsole.Passkey.transports": DEVICE,
    "accounts.Session.session_key": OPENS,
    "accounts.Session.session_data": OPENS,
    "accounts.ApiToken.digest": OPENS,
    "accounts.ProviderToken.token": OPENS,
    "account.EmailConfirmation.key": OPENS,
    "socialaccount.SocialToken.token": OPENS,
    "socialaccount.SocialToken.token_secret": OPENS,
    "integrations.Connection.credentials": OPENS,
    "integrations.Connection.cursor": MARK,
    "integrations.Connection.refreshing_until": CLAIM,
    "notifier.Device.address": OPENS,
    "notifier.Device.digest": DIGEST,
    "notifier.Delivery.message": SENT,
    "account.EmailConfirmation.email_address": WHOSE,
    "integrations.Task.digest": DIGEST,
    "integrations.Task.words_digest": DIGEST,
    "integrations.CalendarEvent.digest": DIGEST,
    "integrations.CalendarEvent.words_digest": DIGEST,
    "agents.Reading.words": DIGEST,
    "agents.Correction.words": DIGEST,
    "agents.AgentOutput.fingerprint": DIGEST,
    "tips.Tip.fingerprint": DIGEST,
    "tips.TipDecision.fingerprint": DIGEST,
    "tips.TipSchedule.fingerprint": DIGEST,
    **dict.fromkeys(
        (
            f"accounts.Departure.{name}"
            for name in (
                "id",
                "state",
                "locale",
                "revocations",
                "trace",
                "asked_at",
                "claimed_until",
            )
        ),
        GONE,
    ),
    "admin.LogEntry.object_id": OTHERS,
    "admin.LogEntry.object_repr": OTHERS,
}
CLAIMED = [label for _app, eraser in erasers() for label in eraser.models]
# Where the key of a row is not a number that the database gave it, and yet tells nothing.
KEYS_OF_OO = {"integrations.Connection.id"}


def exported(person: User, label: str = "") -> str:
    """All of it; with the label of a table, what the eraser says that claims it."""
    asked = [e for _app, e in erasers() if not label or label in e.models]
    return json.dumps([dict(eraser.export(person.pk)) for eraser in asked])


def columns(model: type[models.Model]) -> list[Any]:
    """Those that tell something, but for whose the row is."""
    return [
        field
        for field in model._meta.local_concrete_fields
        if not isinstance(field, models.AutoField)
        and field.name != "user_id"
        and not (field.is_relation and field.related_model is User)
        and not (model is User and field.primary_key)
        and f"{model._meta.label}.{field.name}" not in LEFT_OUT.keys() | KEYS_OF_OO
    ]


def says_something_new(person: User, row: models.Model, field: Any) -> bool:
    rows, label = type(row)._base_manager.filter(pk=row.pk), row._meta.label
    before = exported(person, label)
    for change in changes(person, field):
        rows.update(**change)
        if field.primary_key:
            row.pk = change[field.name]
            rows = type(row)._base_manager.filter(pk=row.pk)
        if exported(person, label) != before:
            return True
    return False


@pytest.mark.parametrize("label", CLAIMED)
def test_every_column_of_a_claimed_table_is_in_the_export(label: str, alice: User) -> None:
    model = apps.get_model(label)
    missing = []
    for field in columns(model):
        row = about(alice, model)
        if not says_something_new(alice, row, field):
            missing.append(field.name)
        if model is not User:
            row.delete()
    assert missing == []


def test_what_is_left_out_is_there_to_be_left_out() -> None:
    for column in LEFT_OUT:
        label, _, name = column.rpartition(".")
        assert label in CLAIMED
        assert apps.get_model(label)._meta.get_field(name)


@pytest.mark.parametrize("column", [c for c, why in LEFT_OUT.items() if why == OPENS])
def test_what_opens_something_is_not_in_it(column: str, alice: User) -> None:
    label, _, name = column.rpartition(".")
    row = about(alice, apps.get_model(label))
    secret = f"secret-{'x' * 20}"
    type(row)._base_manager.filter(pk=row.pk).update(**{name: secret})
    assert secret not in exported(alice)


def test_nothing_of_a_row_of_somebody_else_is_in_it(alice: User, bob: User) -> None:
    for label in CLAIMED:
        if (model := apps.get_model(label)) is not User:
            about(bob, model)
    before = exported(alice)
    for label in CLAIMED:
        if (model := apps.get_model(label)) is not User:
            about(bob, model)
    assert exported(alice) == before
    assert "bob" not in before


def test_staff_do_not_take_along_whom_they_looked_after(alice: User, bob: User) -> None:
    entry: Any = about(alice, apps.get_model("admin.LogEntry"))
    type(entry)._base_manager.filter(pk=entry.pk).update(object_id=bob.pk, object_repr=bob.email)
    assert "bob@" not in exported(alice)
    assert str(bob.pk) not in exported(alice)
    assert str(alice.pk) not in exported(bob)
    assert entry.change_message in exported(bob), "what was done to him is his to read"
