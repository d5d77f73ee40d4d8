"""How many connections one person may have: asked where they ask, and once more where it is one."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from integrations import tasks
from integrations.access import checking, connections
from integrations.access.connections import MOST_CONNECTIONS
from integrations.models import Connection
from integrations.sync.syncing import Outcome, sync
from integrations.tests.scripted import Scripted
from tests.clock import NOON
from tests.factories import make_connection

START = "integrations:start"
GIVEN = {"access_token": "pasted"}
FULL = f"You have {MOST_CONNECTIONS} connections"


@pytest.fixture(autouse=True)
def _not_queued(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks.sync_one, "apply_async", lambda *_args, **_more: None)


def fill(user: User, number: int = MOST_CONNECTIONS, **fields: Any) -> None:
    for n in range(number):
        make_connection(user, account=f"{n}", **fields)


def count(user: User) -> int:
    return Connection.objects.filter(user=user).count()


@pytest.mark.parametrize("source", ["scripted", "scripted-calendar", "scripted-sample"])
def test_whoever_has_the_most_is_told_so_and_nothing_is_stored(
    scripted: Scripted, alice: User, alice_client: Client, source: str
) -> None:
    fill(alice)
    for answer in (
        alice_client.get(reverse(START, args=[source]), follow=True),
        alice_client.post(reverse(START, args=[source]), GIVEN, follow=True),
        alice_client.post(reverse(START, args=[source]), {"way": "oauth"}, follow=True),
    ):
        assert FULL in answer.content.decode()
    assert count(alice) == MOST_CONNECTIONS
    assert scripted.script.calls == 0


def test_the_last_one_fits(scripted: Scripted, alice: User) -> None:
    fill(alice, MOST_CONNECTIONS - 1)
    asked = checking.ask(alice.pk, "scripted", GIVEN, at=NOON)
    assert sync(asked.pk, at=NOON) == Outcome.CONNECTED
    with pytest.raises(connections.TooMany):
        checking.ask(alice.pk, "scripted", GIVEN, at=NOON)


def test_bob_is_not_counted_with_alice(scripted: Scripted, alice: User, bob: User) -> None:
    fill(bob)
    assert checking.ask(alice.pk, "scripted", GIVEN, at=NOON)


def test_what_was_refused_takes_no_room(scripted: Scripted, alice: User) -> None:
    fill(alice, MOST_CONNECTIONS, state=Connection.State.REFUSED)
    assert connections.may_ask(alice.pk, "scripted")


def test_two_that_are_checked_at_once_do_not_both_become_the_last(
    scripted: Scripted, alice: User, alice_client: Client
) -> None:
    fill(alice, MOST_CONNECTIONS - 1)
    asked = checking.ask(alice.pk, "scripted", GIVEN, at=NOON)
    make_connection(alice, account="meanwhile")
    assert sync(asked.pk, at=NOON) == Outcome.FAILED
    asked.refresh_from_db()
    assert (asked.state, asked.last_error) == ("refused", "too_many")
    assert asked.read_credentials() == {}
    assert FULL in alice_client.get(reverse("integrations:connect")).content.decode()


def test_a_broken_one_is_connected_again_but_no_other_in_its_name(
    scripted: Scripted, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(alice, MOST_CONNECTIONS - 1)
    broken = make_connection(
        alice, source="scripted", account="account-1", state=Connection.State.RECONNECT
    )
    again = checking.ask(alice.pk, "scripted", GIVEN, at=NOON)
    assert sync(again.pk, at=NOON) == Outcome.CONNECTED
    Connection.objects.filter(pk=broken.pk).update(
        state=Connection.State.RECONNECT, account="another"
    )
    other = checking.ask(alice.pk, "scripted", GIVEN, at=NOON)
    assert sync(other.pk, at=NOON) == Outcome.FAILED
    assert Connection.objects.known().filter(user=alice).count() == MOST_CONNECTIONS


def test_an_upload_is_counted_too(scripted: Scripted, alice: User) -> None:
    fill(alice)
    with pytest.raises(connections.TooMany):
        connections.connect(alice.pk, "scripted", GIVEN, "", at=NOON)
    assert count(alice) == MOST_CONNECTIONS
