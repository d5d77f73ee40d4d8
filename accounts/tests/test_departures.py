"""Leaving step by step: whatever dies in between, somebody goes on, and nobody comes back."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client

from accounts import tasks
from accounts.models import DeletionReceipt, Departure, User
from accounts.privacy import deletion, departures
from oo.lib.personal_data import Revocation
from tests.clock import NOON
from tests.factories import make_task

pytestmark = pytest.mark.django_db
LATER = NOON + departures.LEASE


def ask(user: User) -> UUID:
    leaving = departures.ask(user.pk, receipt_id=uuid4(), locale="en", at=NOON)
    assert leaving
    return leaving


def test_from_the_first_moment_on_nobody_is_there(alice: User, alice_client: Client) -> None:
    make_task(alice)
    ask(alice)
    assert alice_client.get("/settings/").status_code == 302
    alice.refresh_from_db()
    assert not alice.is_active


@pytest.mark.parametrize("dies", ["revoke_everything", "erase_everything", "complete"])
def test_where_a_worker_died_the_next_goes_on(
    alice: User, monkeypatch: pytest.MonkeyPatch, dies: str
) -> None:
    revoked: list[UUID] = []

    def once(user_id: UUID) -> list[Revocation]:
        revoked.append(user_id)
        return [Revocation("Google", revoked=True)]

    monkeypatch.setattr(deletion, "revoke_everything", once)
    real, user_id, leaving = getattr(deletion, dies), alice.pk, ask(alice)

    def killed(*_args: Any, **_more: Any) -> Any:
        raise SystemExit

    monkeypatch.setattr(deletion, dies, killed)
    with pytest.raises(SystemExit):
        departures.work_off(leaving, at=NOON)
    assert departures.due(at=NOON) == []  # its claim still holds
    monkeypatch.setattr(deletion, dies, real)
    assert departures.due(at=LATER) == [leaving]
    receipt = departures.work_off(leaving, at=LATER)
    assert receipt is not None
    assert receipt.body["receipt"]["check"]["left"] == {}
    assert receipt.body["receipt"]["revoked"] == [
        {"provider": "Google", "revoked": True, "note": ""}
    ]
    assert revoked == [user_id]
    assert not User.objects.filter(pk=user_id).exists()
    assert not Departure.objects.exists()


def test_what_remembers_whom_to_look_for_is_sealed_and_names_nobody(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    leaving = ask(alice)

    def killed(*_args: Any, **_more: Any) -> None:
        raise SystemExit

    monkeypatch.setattr(deletion, "complete", killed)
    with pytest.raises(SystemExit):
        departures.work_off(leaving, at=NOON)
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("select * from accounts_departure")
        row = str(cursor.fetchall())
    assert alice.email not in row
    assert str(alice.pk) not in row
    assert alice.pk.hex not in row


def test_of_two_workers_one_does_it(alice: User) -> None:
    leaving = ask(alice)
    assert Departure.objects.claim(leaving, at=NOON, until=LATER)
    assert departures.work_off(leaving, at=NOON) is None
    assert User.objects.filter(pk=alice.pk).exists()


def test_the_message_and_beat_both_lead_there(
    alice: User, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    queued: list[Any] = []
    monkeypatch.setattr(tasks.depart, "apply_async", lambda args, **_more: queued.append(args[0]))
    with django_capture_on_commit_callbacks(execute=True):
        leaving = ask(alice)
    assert queued == [str(leaving)]
    assert tasks.depart_due() == 1
    assert queued == [str(leaving)] * 2
    assert tasks.depart(str(leaving))
    assert not tasks.depart(str(leaving))
    assert tasks.depart_due() == 0


def test_the_page_waits_and_then_shows_the_receipt(
    alice: User, client: Client, bob_client: Client
) -> None:
    leaving = ask(alice)
    page = client.get(f"/receipt/{leaving}")
    assert page.status_code == 202
    assert 'http-equiv="refresh"' in page.content.decode()
    assert alice.email not in page.content.decode()
    assert client.get(f"/receipt/{leaving}/file").status_code == 404
    departures.work_off(leaving, at=NOON)
    assert client.get(f"/receipt/{leaving}").status_code == 200
    assert DeletionReceipt.objects.get().pk == leaving
