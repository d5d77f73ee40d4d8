from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from accounts.models import User
from agents.models import LookSchedule, ModelCall, Sweep
from events.models import EventRecord
from events.tasks import purge
from integrations.models import Connection
from notifier.models import Delivery, Device
from oo.lib.measures import Measure, measurings
from oo.observe.slots import Slot
from tests.factories import make_connection, make_person
from tips.models import Interruption, Tip, TipSchedule

TOKEN = "a-token-of-those-who-watch-that-is-long"
ROOT = Path(__file__).resolve().parent.parent.parent.parent
# What there is to be said of the rows of all apps, however many there are.
MOST_QUERIES = 12

Numbers = dict[tuple[str, tuple[tuple[str, str], ...]], float]


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    settings.OO_METRICS_TOKEN = TOKEN
    settings.OO_METRICS_FOLDER = tmp_path / "metrics"
    return tmp_path / "metrics"


def read(text: str) -> Numbers:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def scraped(client: Client) -> Numbers:
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain")
    return read(answer.content.decode())


def by(**labels: str) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(labels.items()))


@pytest.mark.parametrize(
    "given", ["", "Bearer", "Bearer ", f"Bearer {TOKEN}x", TOKEN, f"bearer {TOKEN}", "Bearer é"]
)
def test_without_the_token_there_is_no_such_page(client: Client, folder: Path, given: str) -> None:
    assert client.get("/metrics", headers={"Authorization": given}).status_code == 404


@pytest.mark.parametrize("given", ["", "Bearer ", "Bearer", f"Bearer {TOKEN}"])
def test_where_no_token_is_set_nobody_has_one(client: Client, given: str) -> None:
    assert client.get("/metrics", headers={"Authorization": given}).status_code == 404


def test_a_person_who_is_signed_in_is_nobody_there(alice_client: Client, folder: Path) -> None:
    assert alice_client.get("/metrics").status_code == 404


def fill(user: User) -> None:
    """Something in every table that is measured."""
    now = timezone.now()
    make_connection(user, at=now, next_sync_at=now - timedelta(minutes=10))
    EventRecord.objects.create(subject="accounts.x", user_id=user.pk, at=now, body={})
    device = Device.objects.create(user=user, channel="web_push", digest=str(user.pk), added_at=now)
    for state in (Delivery.State.SENT, Delivery.State.WAITING):
        Delivery.objects.create(
            user=user,
            device=device,
            topic=state,
            state=state,
            created_at=now,
            next_at=now - timedelta(seconds=30),
            not_after=now + timedelta(hours=1),
        )
    ModelCall.objects.create(
        user=user, at=now, alias="tip-generator", tokens_in=70, tokens_out=7, ms=500, outcome="used"
    )
    LookSchedule.objects.begin([user.pk])
    TipSchedule.objects.update_or_create(
        user=user, defaults={"next_look_at": now - timedelta(seconds=90)}
    )
    tip = Tip.objects.create(
        user=user,
        content="x",
        kind="task",
        confidence=1,
        evidence=[],
        made_at=now,
        expires_at=now + timedelta(hours=1),
    )
    Interruption.objects.create(
        user=user, tip=tip, at=now, spoken=True, why="worth", probability=1, needed=0, features={}
    )


def test_what_the_rows_say(alice: User, client: Client, folder: Path) -> None:
    fill(alice)
    now = timezone.now()
    Sweep.objects.create(began_at=now - timedelta(seconds=40), updated_at=now, people=3)
    Tip.objects.update(expires_at=now - timedelta(minutes=1))

    said = scraped(client)

    assert said["oo_connections", by(source="sample", state="ok")] == 1
    assert 600 <= said["oo_sync_overdue_seconds", by(source="sample")] < 700
    assert said["oo_deliveries_5m", by(state="sent")] == 1
    assert 30 <= said["oo_delivery_overdue_seconds", ()] < 100
    assert said["oo_model_calls_5m", by(alias="tip-generator", outcome="used")] == 1
    assert said["oo_model_tokens_in_5m", by(alias="tip-generator", outcome="used")] == 70
    assert said["oo_model_tokens_out_5m", by(alias="tip-generator", outcome="used")] == 7
    assert said["oo_model_seconds_5m", by(alias="tip-generator", outcome="used")] == 0.5
    assert said["oo_sweep_seconds", ()] == 40
    assert (said["oo_sweep_people", ()], said["oo_sweep_due_people", ()]) == (3, 1)
    assert (said["oo_tips", by(state="ready")], said["oo_tips", by(state="stale")]) == (0, 1)
    assert 90 <= said["oo_tips_overdue_seconds", ()] < 200
    assert said["oo_interruptions_5m", by(spoken="yes", why="worth")] == 1
    assert said["oo_events_5m", by(subject="accounts.x")] == 1
    assert {said["oo_measuring_failed", by(app=app)] for app in measurings()} == {0}


@pytest.mark.parametrize(
    "left", [{"state": Connection.State.RECONNECT}, {"state": Connection.State.REFUSED}, {}]
)
def test_what_nobody_syncs_is_not_overdue(
    alice: User, client: Client, folder: Path, left: dict[str, Any]
) -> None:
    make_connection(alice, next_sync_at=timezone.now() - timedelta(days=9), **left)
    if not left:
        User.objects.update(is_active=False)
    assert scraped(client)["oo_sync_overdue_seconds", by(source="sample")] == 0


def test_it_asks_as_often_for_many_as_for_nobody(db: None, client: Client, folder: Path) -> None:
    with CaptureQueriesContext(
        connection,
    ) as for_nobody:
        scraped(client)
    for number in range(3):
        fill(make_person(f"person{number}"))
    with CaptureQueriesContext(connection) as for_many:
        scraped(client)
    assert len(for_many) == len(for_nobody) <= MOST_QUERIES


def test_what_is_long_ago_is_not_of_now(alice: User, client: Client, folder: Path) -> None:
    fill(alice)
    old = timezone.now() - timedelta(minutes=6)
    Delivery.objects.update(created_at=old)
    ModelCall.objects.update(at=old)
    EventRecord.objects.update(at=old)
    Interruption.objects.update(at=old)

    assert not [name for name, _labels in scraped(client) if name.endswith("_5m")]


def test_nobody_is_named(alice: User, client: Client, folder: Path) -> None:
    fill(alice)
    text = str(scraped(client))
    assert "oo_tips" in text
    assert not [word for word in (str(alice.pk), alice.email, alice.name) if word in text]


def test_an_app_that_cannot_be_measured_says_so_and_the_others_go_on(
    db: None, client: Client, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*, at: object) -> Iterator[Measure]:
        raise OSError("the words of a database")
        yield

    monkeypatch.setattr("tips.metrics.measures", fail)
    said = scraped(client)
    assert said["oo_measuring_failed", by(app="tips")] == 1
    assert said["oo_measuring_failed", by(app="agents")] == 0
    assert ("oo_sweep_due_people", ()) in said


# What is counted is counted in processes of its own, since the library is told once where.
COUNT = """
import os, sys
from pathlib import Path
from oo.observe.counting import Counts
counts = Counts(Path(sys.argv[1]))
counts.request("/tip/<uuid:pk>/why", "GET", 200, 0.02)
counts.task("tips.tasks.polish", "success", 2.0, None)
if sys.argv[2] == "fork":
    if os.fork() == 0:
        counts.request("/tip/<uuid:pk>/why", "GET", 404, 0.02)
        counts.task("tips.tasks.polish", "failure", 0.2, 7.0)
        os._exit(0)
    os.wait()
"""


def count(folder: Path, how: str = "") -> None:
    subprocess.run([sys.executable, "-c", COUNT, str(folder), how], cwd=ROOT, check=True)


def test_what_processes_count_is_added_up_and_outlives_them(
    db: None, client: Client, folder: Path
) -> None:
    count(folder)
    count(folder, "fork")

    said = scraped(client)
    route, task = {"route": "/tip/<uuid:pk>/why", "method": "GET"}, {"task": "tips.tasks.polish"}
    assert said["oo_requests_total", by(**route, status="2xx")] == 2
    assert said["oo_requests_total", by(**route, status="4xx")] == 1
    assert said["oo_request_seconds_bucket", by(**route, le="0.025")] == 3
    assert said["oo_tasks_total", by(**task, state="success")] == 2
    assert said["oo_task_seconds_sum", by(**task)] == pytest.approx(4.2)
    assert said["oo_task_wait_seconds_count", by(**task)] == 1
    assert len(list(folder.glob("*.db"))) == 4  # of two processes at once, at most


@pytest.mark.parametrize("rest", [b"", b"\xff" * 64, b"\x40\0\0\0" + b"\x07" * 70])
def test_what_a_power_cut_left_behind_harms_nobody(
    rest: bytes, db: None, client: Client, folder: Path
) -> None:
    count(folder)
    for file in folder.glob("*.db"):
        file.write_bytes(rest)

    assert not [name for name, _labels in scraped(client) if name.startswith("oo_task_")]
    count(folder)
    assert scraped(client)["oo_tasks_total", by(task="tips.tasks.polish", state="success")] == 1


def test_a_place_that_cannot_be_written_stops_nothing(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    from oo.observe.counts import counts

    folder.write_text("a file")
    counts.cache_clear()
    try:
        assert counts() is None
    finally:
        counts.cache_clear()
    assert "nothing is counted: FileExistsError" in caplog.text


class Spy:
    def __init__(self) -> None:
        self.told: list[tuple[Any, ...]] = []

    def request(self, *told: Any) -> None:
        self.told.append(told)

    def task(self, *told: Any) -> None:
        self.told.append(told)


def test_each_request_is_counted_also_where_it_is_not_logged(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    spy = Spy()
    monkeypatch.setattr("oo.observe.requests.counts", lambda: spy)
    Client().get("/legal/terms")
    Client().generic("ODD", "/a-secret")
    (*page, took_s), (*nowhere, _took_s) = spy.told
    assert page == ["/legal/terms", "GET", 200]
    assert nowhere == ["", "OTHER", 404]
    assert 0 < took_s < 60


def test_each_task_is_counted(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    spy = Spy()
    monkeypatch.setattr("oo.observe.tasks.counts", lambda: spy)
    purge.apply()
    ((name, state, took_s, waited_s),) = spy.told
    assert (name, state, waited_s) == ("events.tasks.purge", "success", None)
    assert 0 < took_s < 60


def test_two_at_once_have_places_of_their_own(tmp_path: Path) -> None:
    first, second = Slot(tmp_path), Slot(tmp_path)
    assert [first(), second(), first()] == [0, 1, 0]


def test_what_nobody_asks_for_is_not_loaded() -> None:
    script = (
        "import oo.wsgi, oo.celery, sys;"
        "print([m for m in sys.modules if m.split('.')[0] in ('prometheus_client', 'sentry_sdk')])"
    )
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "oo.settings.test"}
    env.pop("OO_METRICS_TOKEN", None)
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=env, check=True, capture_output=True
    )
    assert done.stdout.strip() == b"[]"
