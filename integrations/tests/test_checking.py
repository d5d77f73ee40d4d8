"""What a person gave to connect, checked by a worker: once, whatever happens meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from accounts.models import Consent, User
from integrations.access import checking, connections, oauth
from integrations.base import Account
from integrations.eraser import IntegrationsEraser
from integrations.models import Connection, Task
from integrations.sync.due import read_calendars_anew, request_sync
from integrations.sync.syncing import CLAIM, Outcome, sync
from integrations.tests.scripted import MINUTE, Scripted, make_scripted_task
from integrations.tests.token_endpoint import TokenEndpoint
from oo.lib.http import RateLimited, Unauthorized, Unexpected, Unreachable
from tests.clock import NOON

GIVEN = {"access_token": "pasted"}
pytestmark = pytest.mark.django_db


def ask(user: User, **given: str) -> Connection:
    return checking.ask(user.pk, "scripted", given or GIVEN, at=NOON)


def test_what_is_asked_for_is_due_and_becomes_the_connection(
    scripted: Scripted, alice: User, subjects: Any
) -> None:
    asked = ask(alice)
    assert list(Connection.objects.due(at=NOON)) == [asked]
    assert not Consent.objects.open(alice.pk).exists()  # nothing is read before it is known
    assert sync(asked.pk, at=NOON) == Outcome.CONNECTED
    connected = Connection.objects.get()
    assert (connected.account, connected.label) == ("account-1", "alice@scripted")
    assert connected.state == Connection.State.NEW
    assert connected.next_sync_at == NOON
    assert {c.key for c in Consent.objects.open(alice.pk)} == set(scripted.manifest.consents)
    assert "signals.connection.changed" in subjects()


def test_the_same_account_again_is_the_same_connection_with_what_was_read(
    scripted: Scripted, connection: Connection, alice: User
) -> None:
    first = connections.connect(alice.pk, "scripted", {"access_token": "old"}, "", at=NOON)
    task = make_scripted_task(first)
    asked = ask(alice)
    sync(asked.pk, at=NOON)
    first.refresh_from_db()
    assert first.read_credentials() == GIVEN
    task.refresh_from_db()
    assert task.connection_id == first.pk
    assert not Connection.objects.unknown().exists()


def test_what_was_refused_is_not_asked_again_by_itself(scripted: Scripted, alice: User) -> None:
    scripted.script.refuses = Unauthorized("x")
    asked = ask(alice)
    assert sync(asked.pk, at=NOON) == Outcome.FAILED
    later = NOON + timedelta(hours=3)
    assert not Connection.objects.due(at=later).exists()
    assert sync(asked.pk, at=later) == Outcome.NOT_DUE
    assert not request_sync(asked.pk, alice.pk, at=later)
    assert not Consent.objects.open(alice.pk).exists()


def test_each_person_keeps_one_worker_waiting(scripted: Scripted, alice: User, bob: User) -> None:
    """Asked of the same source, of another, and by somebody else, while a worker is at it."""
    asked = ask(alice)
    Connection.objects.claim(asked.pk, until=NOON + MINUTE, at=NOON)
    for source in ("scripted", "calendar-url"):
        with pytest.raises(connections.StillAsking, match="scripted"):
            checking.ask(alice.pk, source, GIVEN, at=NOON)
    assert list(Connection.objects.unknown().filter(user=alice)) == [asked]
    assert ask(bob)
    # A worker that died holds nobody up for longer than its claim.
    assert checking.ask(alice.pk, "scripted", GIVEN, at=NOON + 2 * MINUTE).pk != asked.pk


def test_one_source_waits_for_another_but_not_for_a_better_try(
    scripted: Scripted, alice: User
) -> None:
    first = ask(alice)
    second = ask(alice, access_token="better")
    assert list(Connection.objects.unknown()) == [second] != [first]
    with pytest.raises(connections.StillAsking):
        checking.ask(alice.pk, "calendar-url", GIVEN, at=NOON)


def test_what_was_refused_is_forgotten_after_a_day(
    scripted: Scripted, connection: Connection, alice: User
) -> None:
    scripted.script.refuses = Unauthorized("x")
    sync(ask(alice).pk, at=NOON)
    assert checking.forget_refused(at=NOON + timedelta(hours=23)) == 0
    assert checking.forget_refused(at=NOON + timedelta(hours=25)) == 1
    assert list(Connection.objects.all()) == [connection]


def test_whoever_tries_again_is_connected_by_the_second_try_alone(
    scripted: Scripted, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first worker stood still for so long that its claim ran out."""
    later = NOON + CLAIM
    first, identify = ask(alice, access_token="first"), scripted.identify
    second: list[Connection] = []

    def meanwhile(*given: Any) -> Any:
        if not second:
            better = {"access_token": "second"}
            second.append(checking.ask(alice.pk, "scripted", better, at=later))
        return identify(*given)

    monkeypatch.setattr(scripted, "identify", meanwhile)
    assert sync(first.pk, at=NOON) == Outcome.FAILED
    assert list(Connection.objects.all()) == second
    assert sync(second[0].pk, at=later) == Outcome.CONNECTED
    assert Connection.objects.get().read_credentials() == {"access_token": "second"}


def test_a_worker_that_was_too_slow_writes_nothing(
    scripted: Scripted, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, identify = ask(alice), scripted.identify

    def lost(*given: Any) -> Any:
        Connection.objects.filter(pk=asked.pk).update(claimed_until=NOON + 9 * MINUTE)
        return identify(*given)

    monkeypatch.setattr(scripted, "identify", lost)
    assert sync(asked.pk, at=NOON) == Outcome.FAILED
    assert Connection.objects.get().state == Connection.State.CHECKING


def test_a_new_time_zone_meanwhile_takes_the_check_from_no_worker(
    scripted: Scripted, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else another would exchange the same code, which is good for once."""
    asked, identify = ask(alice), scripted.identify
    others: list[Any] = []

    def meanwhile(*given: Any) -> Any:
        others.extend(read_calendars_anew(alice.pk, at=NOON))
        others.extend(Connection.objects.due(at=NOON))
        return identify(*given)

    monkeypatch.setattr(scripted, "identify", meanwhile)
    assert sync(asked.pk, at=NOON) == Outcome.CONNECTED
    assert others == []


@pytest.mark.parametrize("state", Connection.NOT_CONNECTED)
def test_a_new_time_zone_is_nothing_to_what_is_not_connected(
    connection: Connection, alice: User, state: str
) -> None:
    later, held = NOON + MINUTE, NOON + CLAIM
    mine = Connection.objects.filter(pk=connection.pk)
    mine.update(state=state, claimed_until=held, next_sync_at=NOON)
    assert read_calendars_anew(alice.pk, at=later) == []
    assert mine.values_list("claimed_until", "next_sync_at").get() == (held, NOON)


def test_one_who_is_not_here_asks_for_nothing(scripted: Scripted, charlie: User) -> None:
    with pytest.raises(connections.AccountClosed):
        ask(charlie)
    assert not Connection.objects.exists()


def test_a_code_is_kept_sealed_until_it_is_exchanged(
    scripted: Scripted, alice: User, django_user_model: Any
) -> None:
    from django.db import connection as database

    ask(alice, access_token="a-secret-code")
    with database.cursor() as cursor:
        cursor.execute("select credentials from integrations_connection")
        assert "a-secret-code" not in str(cursor.fetchall())


def test_who_connects_again_while_the_access_is_given_back_keeps_it(
    scripted: Scripted, connection: Connection, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = connections.connect(alice.pk, "scripted", {"access_token": "old"}, "", at=NOON)
    assert connections.leave(first.pk, at=NOON)
    revoke = scripted.revoke

    def meanwhile(given: Any) -> bool:
        connections.connect(alice.pk, "scripted", {"access_token": "new"}, "", at=NOON)
        return revoke(given)

    monkeypatch.setattr(scripted, "revoke", meanwhile)
    assert sync(first.pk, at=NOON) == Outcome.GONE
    kept = Connection.objects.get(pk=first.pk)
    assert (kept.state, kept.read_credentials()) == ("new", {"access_token": "new"})


def test_what_is_left_is_given_back_once_and_forgotten(
    scripted: Scripted, connection: Connection, subjects: Any
) -> None:
    assert connections.leave(connection.pk, at=NOON)
    assert subjects() == ["signals.connection.changed"]
    assert not connections.leave(uuid4(), at=NOON)
    assert sync(connection.pk, at=NOON) == Outcome.GONE
    assert sync(connection.pk, at=NOON) == Outcome.NOT_DUE
    assert len(scripted.script.revoked) == 1
    assert not Connection.objects.exists()


@pytest.mark.parametrize("error", [Unreachable("x"), RateLimited("x", retry_after_s=600.0)])
def test_what_cannot_be_given_back_now_is_tried_again_for_a_day(
    scripted: Scripted, connection: Connection, error: Exception
) -> None:
    make_scripted_task(connection)
    Connection.objects.update(attempts=7, last_error="unreachable")
    scripted.script.keeps = error
    connections.leave(connection.pk, at=NOON)
    assert sync(connection.pk, at=NOON) == Outcome.GONE
    left = Connection.objects.get()
    assert (left.state, left.attempts, left.claimed_until) == ("leaving", 1, None)
    assert left.next_sync_at > NOON
    assert not Task.objects.exists()  # what was read is forgotten at once
    scripted.script.keeps = None
    sync(connection.pk, at=left.next_sync_at)
    assert len(scripted.script.revoked) == 2
    assert not Connection.objects.exists()


@pytest.mark.parametrize(
    ("error", "at"),
    [(Unreachable("x"), NOON + timedelta(hours=24)), (Unauthorized("x"), NOON)],
)
def test_what_nobody_takes_back_is_forgotten_in_the_end(
    scripted: Scripted, connection: Connection, error: Exception, at: datetime
) -> None:
    scripted.script.keeps = error
    connections.leave(connection.pk, at=NOON)
    sync(connection.pk, at=at)
    assert not Connection.objects.exists()


# ---- a code that was exchanged --------------------------------------------------------------

PAIR = {"access_token": "a1", "refresh_token": "r1"}


def came_back(user: User, endpoint: TokenEndpoint) -> Connection:
    verifier = "v" * 43
    endpoint.challenges["code"] = oauth._challenge(verifier)
    trip = oauth.AuthorizationRequest("s", verifier, str(user.pk), "https://oo.example/", 0.0)
    return checking.ask(user.pk, "scripted", checking.with_code(trip, "code"), at=NOON)


@pytest.mark.parametrize("error", [Unreachable("x"), RateLimited("x")])
def test_what_a_code_was_exchanged_for_outlives_a_source_that_is_away(
    scripted: Scripted, endpoint: TokenEndpoint, alice: User, error: Exception
) -> None:
    scripted.script.refuses = error
    asked = came_back(alice, endpoint)
    assert sync(asked.pk, at=NOON) == Outcome.FAILED
    asked.refresh_from_db()
    assert asked.state == Connection.State.CHECKING
    assert NOON < asked.next_sync_at <= NOON + MINUTE
    assert connections.holds_access(asked)
    scripted.script.refuses = None
    assert sync(asked.pk, at=NOON + MINUTE) == Outcome.CONNECTED
    assert Connection.objects.get().read_credentials() == PAIR
    assert len(endpoint.asked) == 1
    assert scripted.script.revoked == []


def test_a_token_that_ran_out_while_the_source_was_away_is_refreshed(
    scripted: Scripted, endpoint: TokenEndpoint, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    scripted.script.refuses, identify = Unreachable("x"), scripted.identify
    asked = came_back(alice, endpoint)
    sync(asked.pk, at=NOON)
    scripted.script.refuses = None

    def needs_fresh(given: Mapping[str, str], document: str) -> Account:
        if given["access_token"] == "a1":
            raise Unauthorized("x", status=401)
        return identify(given, document)

    monkeypatch.setattr(scripted, "identify", needs_fresh)
    assert sync(asked.pk, at=NOON + MINUTE) == Outcome.CONNECTED
    fresh = {"access_token": "a2", "refresh_token": "r2"}
    assert Connection.objects.get().read_credentials() == fresh


@pytest.mark.parametrize(
    ("error", "at"),
    [(Unexpected("x"), NOON), (Unreachable("x"), NOON + timedelta(hours=24))],
)
def test_what_a_code_was_exchanged_for_in_vain_is_given_back(
    scripted: Scripted, endpoint: TokenEndpoint, alice: User, error: Exception, at: datetime
) -> None:
    scripted.script.refuses = error
    scripted.script.keeps = Unreachable("x")  # which keeps nobody
    asked = came_back(alice, endpoint)
    sync(asked.pk, at=at)
    asked.refresh_from_db()
    assert (asked.state, asked.read_credentials()) == (Connection.State.REFUSED, {})
    (given,) = scripted.script.revoked
    assert PAIR.items() <= given.items()


def test_who_was_put_off_for_a_day_in_vain_is_told_for_as_long_as_anybody(
    scripted: Scripted, endpoint: TokenEndpoint, alice: User
) -> None:
    scripted.script.refuses = Unreachable("x")
    asked, day = came_back(alice, endpoint), timedelta(days=1)
    sync(asked.pk, at=NOON + day)
    assert Connection.objects.get().state == Connection.State.REFUSED
    assert checking.forget_refused(at=NOON + day + MINUTE) == 0
    assert checking.forget_refused(at=NOON + 2 * day + MINUTE) == 1


def test_who_is_connected_already_keeps_that_access(
    scripted: Scripted, endpoint: TokenEndpoint, connection: Connection, alice: User
) -> None:
    """Some end all that they granted to an app, and not this one alone."""
    scripted.script.refuses = Unexpected("x")
    sync(came_back(alice, endpoint).pk, at=NOON)
    assert scripted.script.revoked == []


def test_who_leaves_while_the_source_is_away_gives_it_back(
    scripted: Scripted, endpoint: TokenEndpoint, alice: User
) -> None:
    scripted.script.refuses = Unreachable("x")
    sync(came_back(alice, endpoint).pk, at=NOON)
    (ended,) = IntegrationsEraser().revoke(alice.pk)
    assert ended.revoked
    assert PAIR.items() <= scripted.script.revoked[0].items()


def test_who_presses_remove_while_the_code_is_exchanged_leaves_no_grant(
    scripted: Scripted, endpoint: TokenEndpoint, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The row still has the code then; what it was exchanged for the worker alone has."""
    asked, exchange = came_back(alice, endpoint), oauth.exchange_code

    def meanwhile(*given: Any) -> dict[str, str]:
        found = exchange(*given)
        connections.leave(asked.pk, at=NOON)
        return found

    monkeypatch.setattr(oauth, "exchange_code", meanwhile)
    assert sync(asked.pk, at=NOON) == Outcome.FAILED
    (given,) = scripted.script.revoked
    assert PAIR.items() <= given.items()


def test_who_waits_for_a_source_that_is_away_may_connect_another(
    scripted: Scripted, endpoint: TokenEndpoint, alice: User
) -> None:
    scripted.script.refuses = Unreachable("x")
    sync(came_back(alice, endpoint).pk, at=NOON)
    assert checking.ask(alice.pk, "calendar-url", GIVEN, at=NOON)


@pytest.mark.parametrize(
    ("error", "ends", "given_back"),
    [(Unexpected("x"), Connection.State.REFUSED, 1), (None, Connection.State.NEW, 0)],
)
def test_what_was_granted_before_another_try_is_given_back_unless_that_one_is_connected(
    scripted: Scripted,
    endpoint: TokenEndpoint,
    alice: User,
    error: Exception | None,
    ends: str,
    given_back: int,
) -> None:
    """Some end all that they granted to an app: not while the second is being checked, either."""
    scripted.script.refuses = Unreachable("x")
    first = came_back(alice, endpoint)
    sync(first.pk, at=NOON)
    again = ask(alice)
    first.refresh_from_db()
    assert (first.state, PAIR.items() <= first.read_credentials().items()) == ("leaving", True)
    sync(first.pk, at=NOON)
    assert scripted.script.revoked == []
    scripted.script.refuses = error
    sync(again.pk, at=NOON)
    sync(first.pk, at=NOON + MINUTE)
    assert Connection.objects.get().state == ends
    assert [PAIR.items() <= each.items() for each in scripted.script.revoked] == [True] * given_back


def test_what_was_pasted_is_refused_at_once(scripted: Scripted, alice: User) -> None:
    """Who typed it can try again, and what was typed is kept no longer than it has to be."""
    scripted.script.refuses = Unreachable("x")
    asked = ask(alice)
    sync(asked.pk, at=NOON)
    asked.refresh_from_db()
    assert (asked.state, asked.read_credentials()) == (Connection.State.REFUSED, {})


def test_what_never_was_connected_is_not_given_back_by_who_leaves(
    scripted: Scripted, alice: User
) -> None:
    scripted.script.refuses = Unauthorized("x")
    sync(ask(alice).pk, at=NOON)
    assert list(IntegrationsEraser().revoke(alice.pk)) == []
    assert scripted.script.revoked == []
