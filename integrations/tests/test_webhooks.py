"""What Todoist tells at /hooks/todoist: who may, what comes of it, and what does not."""

from __future__ import annotations

from base64 import b64decode, b64encode
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as configured
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from events.models import EventRecord
from integrations import tasks, webhooks
from integrations.base import Heard, SignalSource
from integrations.models import Connection, Task, WebhookDelivery
from integrations.registry import SOURCES
from integrations.sources.todoist import Todoist, webhook
from integrations.sync import hints
from integrations.tests.scripted import Scripted
from tests.clock import NOON
from tests.factories import make_connection, make_person
from tests.stand_ins.todoist import Delivery as Told
from tests.stand_ins.todoist import TodoistStandIn
from tests.stand_ins.todoist.webhooks import Webhooks

URL = "/hooks/todoist"
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _at_noon(time_machine: Any) -> None:
    time_machine.move_to(NOON, tick=False)


@pytest.fixture
def mine(alice: User, todoist: TodoistStandIn) -> Connection:
    return connect(alice, todoist)


def connect(user: User, todoist: TodoistStandIn, **fields: Any) -> Connection:
    """The stand-in's account, read an hour ago and due again in an hour."""
    values = {"account": todoist.alice.id, "next_sync_at": NOON + HOUR, **fields}
    return make_connection(user, source="todoist", at=NOON - HOUR, **values)


@pytest.fixture
def told(todoist: TodoistStandIn) -> Told:
    return tell(todoist)


def tell(todoist: TodoistStandIn, event: str = "item:completed") -> Told:
    task = todoist.alice.add_task("Pay the rent")
    return todoist.webhooks.build(event, todoist.alice, todoist.alice.task(task))


def post(told: Told, client: Client | None = None, url: str = URL) -> Any:
    headers = {k: v for k, v in told.headers.items() if k != "Content-Type"}
    client = client or Client(enforce_csrf_checks=True)
    return client.post(url, told.body, "application/json", headers=headers)


def due(connection: Connection) -> bool:
    connection.refresh_from_db()
    return connection.next_sync_at <= NOON


def nothing_happened(mine: Connection, queued: list[Any]) -> bool:
    rows = (WebhookDelivery.objects.exists(), Task.objects.exists(), EventRecord.objects.exists())
    return not due(mine) and queued == [] and not any(rows)


# ---- what is signed ---------------------------------------------------------------------------


def test_what_is_signed_makes_the_connection_due(
    mine: Connection, told: Told, queued: list[Any]
) -> None:
    answer = post(told)
    assert (answer.status_code, answer.content, answer.cookies) == (200, b"", {})
    assert due(mine)
    assert queued == [str(mine.pk)]


def test_what_it_says_is_not_written(mine: Connection, told: Told, queued: list[Any]) -> None:
    post(told)
    assert not Task.objects.exists()
    assert not EventRecord.objects.exists()
    mine.refresh_from_db()
    assert (mine.state, mine.cursor, mine.synced_at) == (Connection.State.OK, {}, NOON - HOUR)


def test_everything_that_todoist_tells_is_a_hint(
    mine: Connection, todoist: TodoistStandIn, queued: list[Any]
) -> None:
    assert post(tell(todoist, "project:archived")).status_code == 200
    assert due(mine)


def test_nobody_has_to_be_signed_in_and_no_session_is_looked_at(
    mine: Connection, told: Told, queued: list[Any]
) -> None:
    with CaptureQueriesContext(database) as queries:
        post(told)
    assert not [q for q in queries if "session" in q["sql"]]


# ---- what is not ------------------------------------------------------------------------------


def forged(told: Told, signature: str) -> Told:
    return replace(told, headers={**told.headers, webhook.SIGNATURE: signature})


@pytest.mark.parametrize("signature", ["", "x", "ünsigniert", "=" * 44, "A" * 44])
def test_a_wrong_signature_is_refused(
    mine: Connection, told: Told, queued: list[Any], caplog: Any, signature: str
) -> None:
    assert post(forged(told, signature)).status_code == 403
    assert nothing_happened(mine, queued)
    assert "rent" not in caplog.text


def test_a_missing_signature_is_refused(mine: Connection, told: Told, queued: list[Any]) -> None:
    headers = {k: v for k, v in told.headers.items() if k != webhook.SIGNATURE}
    assert post(replace(told, headers=headers)).status_code == 403
    assert nothing_happened(mine, queued)


def test_the_signature_of_another_secret_is_refused(
    mine: Connection, told: Told, todoist: TodoistStandIn, queued: list[Any]
) -> None:
    other = Webhooks("another secret", todoist.clock)
    assert post(replace(told, headers=other.sign(told.body, "1"))).status_code == 403
    assert nothing_happened(mine, queued)


@pytest.mark.parametrize("more", [b" ", b"\n", b"\0"])
def test_one_byte_more_is_refused(
    mine: Connection, told: Told, queued: list[Any], more: bytes
) -> None:
    assert post(replace(told, body=told.body + more)).status_code == 403
    assert nothing_happened(mine, queued)


def test_a_signature_in_hex_is_none(mine: Connection, told: Told, queued: list[Any]) -> None:
    digest = b64decode(told.headers[webhook.SIGNATURE]).hex()
    assert post(forged(told, digest)).status_code == 403
    assert post(forged(told, b64encode(digest.encode()).decode())).status_code == 403
    assert nothing_happened(mine, queued)


def test_the_signature_is_seen_before_anything_is_read(
    mine: Connection, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook, "read", lambda *_: pytest.fail("read before it was verified"))
    assert post(forged(told, "")).status_code == 403


def test_without_a_secret_there_is_no_address(
    mine: Connection, told: Told, settings: Any, queued: list[Any]
) -> None:
    settings.TODOIST_CLIENT_SECRET = ""
    empty = Webhooks("", TodoistStandIn().clock)
    assert post(replace(told, headers=empty.sign(told.body, "1"))).status_code == 404
    assert nothing_happened(mine, queued)


@pytest.mark.parametrize("url", ["/hooks/sample", "/hooks/nobody", "/hooks/calendar-url"])
def test_a_source_that_tells_nothing_has_no_address(told: Told, db: None, url: str) -> None:
    assert post(told, url=url).status_code == 404


@pytest.mark.parametrize("method", ["get", "head", "put", "patch", "delete", "options"])
def test_another_method_is_refused(
    mine: Connection, queued: list[Any], client: Client, method: str
) -> None:
    assert getattr(client, method)(URL).status_code == 405
    assert nothing_happened(mine, queued)


def signed(todoist: TodoistStandIn, body: bytes) -> Told:
    return Told(body, todoist.webhooks.sign(body, "1"))


def test_a_huge_body_is_refused_however_well_signed(
    mine: Connection, todoist: TodoistStandIn, queued: list[Any]
) -> None:
    said = tell(todoist).body
    fits = said.ljust(webhooks.MOST_BYTES)
    assert post(signed(todoist, fits + b" ")).status_code == 413
    assert nothing_happened(mine, queued)
    assert post(signed(todoist, fits)).status_code == 200
    assert due(mine)


def test_a_body_that_django_itself_would_not_take_is_refused_too(
    mine: Connection, todoist: TodoistStandIn, queued: list[Any]
) -> None:
    limit = configured.DATA_UPLOAD_MAX_MEMORY_SIZE
    assert limit is not None
    assert post(signed(todoist, b" " * (limit + 1))).status_code == 413


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'"7"',
        b"\xff\xfe",
        b"{",
        b"[" * 100_000,
        b'{"user_id": null}',
        b'{"user_id": true}',
        b'{"user_id": ["1"]}',
        b'{"user_id": ""}',
        b'{"user_id": "\\u0000"}',
        b'{"user_id": "\\ud800"}',
        b'{"user_id": "' + b"9" * 300 + b'"}',
    ],
    ids=lambda body: repr(body[:20]),
)
def test_garbage_that_is_signed_changes_nothing_and_is_not_told_again(
    mine: Connection, todoist: TodoistStandIn, queued: list[Any], body: bytes
) -> None:
    assert post(signed(todoist, body)).status_code == 200
    assert nothing_happened(mine, queued)


# ---- whom it is about -------------------------------------------------------------------------


def test_of_an_unknown_account_nothing_is_kept(
    mine: Connection, todoist: TodoistStandIn, queued: list[Any]
) -> None:
    stranger = todoist.add_account("stranger@example.org")
    task = stranger.task(stranger.add_task("Theirs"))
    assert post(todoist.webhooks.build("item:added", stranger, task)).status_code == 200
    assert nothing_happened(mine, queued)


def test_an_id_that_is_a_number_is_one(todoist: TodoistStandIn, alice: User, queued: Any) -> None:
    mine = connect(alice, todoist, account="2671355")
    assert post(signed(todoist, b'{"user_id": 2671355}')).status_code == 200
    assert due(mine)


def test_the_same_account_at_another_source_is_left_alone(
    mine: Connection, told: Told, alice: User, queued: list[Any]
) -> None:
    other = make_connection(alice, account=mine.account, next_sync_at=NOON + HOUR)
    post(told)
    assert not due(other)


def test_whoever_shares_the_account_is_read_too(
    mine: Connection, told: Told, bob: User, todoist: TodoistStandIn, queued: list[Any]
) -> None:
    bobs = connect(bob, todoist)
    post(told)
    assert due(mine)
    assert due(bobs)
    assert sorted(queued) == sorted([str(mine.pk), str(bobs.pk)])


@pytest.mark.parametrize(
    "fields",
    [
        {"state": "reconnect"},
        {"state": "refused"},
        {"state": "leaving"},
        {"state": "retrying", "last_error": "rate_limited"},
    ],
)
def test_what_may_not_be_read_now_is_left_as_it_is(
    alice: User, todoist: TodoistStandIn, told: Told, queued: list[Any], fields: dict[str, str]
) -> None:
    mine = connect(alice, todoist, **fields)
    assert post(told).status_code == 200
    assert nothing_happened(mine, queued)


def test_what_could_not_be_reached_is_tried_now(
    alice: User, todoist: TodoistStandIn, told: Told, queued: list[Any]
) -> None:
    mine = connect(alice, todoist, state="retrying", last_error="unreachable")
    post(told)
    assert due(mine)


def test_whoever_has_left_is_not_read(
    charlie: User, todoist: TodoistStandIn, told: Told, queued: list[Any]
) -> None:
    assert nothing_happened(connect(charlie, todoist), queued)
    assert post(told).status_code == 200
    assert not due(Connection.objects.get())


# ---- twice, late, many ------------------------------------------------------------------------


def put_off(connection: Connection) -> None:
    """As if it had been read since."""
    Connection.objects.filter(pk=connection.pk).update(next_sync_at=NOON + HOUR)


def test_a_second_delivery_does_nothing(mine: Connection, told: Told, queued: list[Any]) -> None:
    post(told)
    put_off(mine)
    assert post(told).status_code == 200
    assert not due(mine)
    assert len(queued) == WebhookDelivery.objects.count() == 1


def test_the_same_id_at_another_source_is_another_delivery(mine: Connection) -> None:
    Connection.objects.create(
        user=mine.user, source="x", account="1", connected_at=NOON, next_sync_at=NOON + HOUR
    )
    assert hints.take("todoist", Heard(mine.account, "7"), at=NOON) == [mine.pk]
    assert len(hints.take("x", Heard("1", "7"), at=NOON)) == 1


def test_a_delivery_without_an_id_is_known_by_what_it_says(
    mine: Connection, todoist: TodoistStandIn, told: Told, queued: list[Any]
) -> None:
    headers = {k: v for k, v in told.headers.items() if k != webhook.DELIVERY}
    unnamed = replace(told, headers=headers)
    assert post(unnamed).status_code == 200
    put_off(mine)
    assert post(unnamed).status_code == 200
    assert not due(mine)


@pytest.mark.parametrize("delivery", ["x" * 5_000, "\x00", "ü" * 9, "' OR 1=1"])
def test_whatever_the_id_is_it_is_kept_as_a_digest(mine: Connection, delivery: str) -> None:
    assert hints.take("todoist", Heard(mine.account, delivery), at=NOON)
    put_off(mine)
    assert not hints.take("todoist", Heard(mine.account, delivery), at=NOON)
    assert len(WebhookDelivery.objects.get().digest) == 32


def test_late_and_reordered_deliveries_are_each_a_hint(
    mine: Connection, todoist: TodoistStandIn, queued: list[Any]
) -> None:
    first, second = tell(todoist, "item:added"), tell(todoist)
    for delivery in (second, first):
        put_off(mine)
        assert post(delivery).status_code == 200
        assert due(mine)
    assert len(queued) == 2


def test_a_burst_is_one_sync(mine: Connection, todoist: TodoistStandIn, queued: list[Any]) -> None:
    for _ in range(20):
        assert post(tell(todoist)).status_code == 200
    assert queued == [str(mine.pk)]
    assert WebhookDelivery.objects.count() == 20


@pytest.mark.parametrize(("since_s", "looks"), [(0, 0), (2, 0), (3, 1), (50, 1)])
def test_what_is_due_for_longer_does_not_wait_for_beat(
    mine: Connection, told: Told, queued: list[Any], since_s: int, looks: int
) -> None:
    then = NOON - timedelta(seconds=since_s)
    Connection.objects.filter(pk=mine.pk).update(next_sync_at=then)
    post(told)
    assert len(queued) == looks


def test_it_is_looked_at_when_the_burst_is_over(
    mine: Connection, told: Told, sent: list[Any]
) -> None:
    post(told)
    assert [how["countdown"] for _since, how in sent] == [hints.SETTLES.total_seconds()]


@pytest.mark.parametrize(
    ("later_s", "looks"), [(-1.5, 0), (-0.9, 1), (0, 1), (1, 1), (1.9, 1), (2.5, 0), (3_600, 0)]
)
def test_a_message_is_about_what_is_told_within_its_second(
    mine: Connection, queued: list[Any], time_machine: Any, later_s: float, looks: int
) -> None:
    Connection.objects.filter(pk=mine.pk).update(next_sync_at=NOON + timedelta(seconds=later_s))
    time_machine.move_to(NOON + HOUR * 2)  # the workers were busy
    assert tasks.sync_told(NOON.isoformat()) == len(queued) == looks


def test_a_worker_that_hears_of_it_too_early_leaves_it_to_beat(
    mine: Connection, queued: list[Any]
) -> None:
    Connection.objects.filter(pk=mine.pk).update(next_sync_at=NOON + timedelta(seconds=1))
    assert tasks.sync_told(NOON.isoformat()) == 0
    assert queued == []


def test_what_is_told_while_a_worker_reads_is_read_once_more(
    mine: Connection, told: Told, sent: list[Any]
) -> None:
    before = NOON - timedelta(seconds=3)
    Connection.objects.filter(pk=mine.pk).update(next_sync_at=before, claimed_until=NOON + HOUR)
    post(told)
    mine.refresh_from_db()
    assert (mine.next_sync_at, mine.claimed_until) == (NOON, NOON + HOUR)
    assert [since for since, _how in sent] == [NOON]


@pytest.mark.parametrize("others", [0, 5])
def test_it_costs_the_same_number_of_queries_however_many_connections(
    mine: Connection,
    told: Told,
    todoist: TodoistStandIn,
    sent: list[Any],
    django_assert_num_queries: Any,
    others: int,
) -> None:
    for n in range(others):
        connect(make_person(f"p{n}"), todoist)
    # With the savepoint of the test's own transaction; on PostgreSQL it does not wait for the disk.
    with django_assert_num_queries(6 if database.vendor == "postgresql" else 5):
        post(told)
    assert len(sent) == 1


def test_nothing_outside_is_asked(
    mine: Connection, told: Told, todoist: TodoistStandIn, queued: list[Any]
) -> None:
    before = len(todoist.requests)
    post(told)
    assert len(todoist.requests) == before


def test_a_broker_that_is_away_costs_a_minute(
    mine: Connection, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_args: Any, **_more: Any) -> None:
        raise OSError

    monkeypatch.setattr(tasks.sync_told, "apply_async", away)
    assert post(told).status_code == 200
    assert due(mine)


def test_deliveries_are_forgotten_after_a_week(mine: Connection) -> None:
    hints.take("todoist", Heard(mine.account, "old"), at=NOON - hints.KEPT - HOUR)
    hints.take("todoist", Heard(mine.account, "new"), at=NOON - hints.KEPT + HOUR)
    assert tasks.purge() == 1
    assert WebhookDelivery.objects.count() == 1


# ---- another source ---------------------------------------------------------------------------


class Telling(Scripted):
    """A source from elsewhere that signs in its own way."""

    manifest = replace(
        Scripted.manifest,
        key="telling",
        webhook_secret=Scripted.manifest.oauth.client_secret if Scripted.manifest.oauth else None,
    )

    def hear(self, headers: Any, body: bytes) -> Heard | None:
        return Heard(body.decode(), "1") if headers.get("x-mine") == "yes" else None


@pytest.fixture
def telling(scripted: Scripted, monkeypatch: pytest.MonkeyPatch) -> SignalSource:
    source = Telling(scripted.script)
    monkeypatch.setitem(SOURCES.load(), "telling", source)
    return source


def test_a_source_with_a_webhook_brings_all_that_it_needs(
    alice: User, telling: SignalSource, queued: list[Any]
) -> None:
    mine = make_connection(alice, source="telling", account="a1", next_sync_at=NOON + HOUR)
    assert post(Told(b"a1", {"X-Mine": "no"}), url="/hooks/telling").status_code == 403
    assert not due(mine)
    assert post(Told(b"a1", {"X-Mine": "yes"}), url="/hooks/telling").status_code == 200
    assert due(mine)


def test_a_secret_that_is_also_that_of_oauth_is_named_once() -> None:
    names = [setting.name for setting in Todoist().manifest.all_settings()]
    assert len(names) == len(set(names))
    assert "TODOIST_CLIENT_SECRET" in names


def test_a_source_hears_nothing_unless_it_says_how(scripted: Scripted) -> None:
    assert scripted.hear({}, b"x") is None
