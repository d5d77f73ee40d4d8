"""A message is handed to the service of a device at most once, whoever dies on the way."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from unittest.mock import Mock

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import connection

from accounts.models import User
from events.models import EventRecord
from notifier import tasks
from notifier.base import Message
from notifier.channels.web_push import WebPush
from notifier.devices import Offered, add_device
from notifier.models import Delivery, Device
from notifier.sending.queueing import queue
from notifier.sending.sending import send_one
from notifier.tasks import purge, send_due
from oo.lib.tracing import within
from tests.clock import NOON
from tests.stand_ins.push import BrowserStandIn, PushStandIn

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
UNTIL = NOON + 30 * MINUTE
TIP = Message("Call the plumber", "tip-1")


@pytest.fixture(autouse=True)
def _at_noon(time_machine: Any) -> None:
    time_machine.move_to(NOON, tick=False)


@pytest.fixture
def device(alice: User, browser: BrowserStandIn) -> Device:
    offered = Offered("web-push", browser.subscription(), "Firefox")
    return add_device(alice.pk, offered, at=NOON)


def ask(device: Device, message: Message = TIP) -> Any:
    (key,) = queue({device: message}, at=NOON, not_after=UNTIL)
    return key


def state(key: Any) -> str:
    return Delivery.objects.get(pk=key).state


def told() -> list[str]:
    rows = EventRecord.objects.filter(subject__startswith="delivery.").order_by("pk")
    return [f"{r.subject.rpartition('.')[2]} {r.body.get('why', '')}".strip() for r in rows]


def test_what_is_asked_for_is_sent_once_and_forgotten(
    device: Device, browser: BrowserStandIn
) -> None:
    key = ask(device)
    assert [send_one(key, at=NOON) for _ in range(3)] == ["sent", "", ""]
    assert [pushed.told["title"] for pushed in browser.queue] == ["Call the plumber"]
    assert browser.queue[0].ttl_s == 1_800
    row = Delivery.objects.get()
    assert (row.state, row.message) == ("sent", "")
    device.refresh_from_db()
    assert device.sent_at == NOON
    assert told() == ["sent"]


def test_it_belongs_to_the_trace_that_it_comes_from_however_late_it_is_sent(
    device: Device, browser: BrowserStandIn
) -> None:
    here = f"00-{'a' * 32}-{'b' * 16}-01"
    with within(here):
        key = ask(device)
    with within(f"00-{'c' * 32}-{'d' * 16}-01"):  # a tick of beat
        send_one(key, at=NOON)
    (sent,) = EventRecord.objects.filter(subject="delivery.push.sent")
    assert sent.trace is not None
    assert sent.trace[:35] == here[:35]
    assert sent.trace != here


def test_the_same_topic_is_not_sent_to_a_device_twice(
    device: Device, browser: BrowserStandIn
) -> None:
    send_one(ask(device), at=NOON)
    assert queue({device: TIP}, at=NOON + MINUTE, not_after=UNTIL) == []


def test_of_a_worker_that_died_nobody_knows_whether_it_was_sent_and_it_is_not_sent_again(
    device: Device, browser: BrowserStandIn
) -> None:
    key = ask(device)
    assert Delivery.objects.claim(key, at=NOON)  # and then it died
    assert send_one(key, at=NOON + MINUTE) == ""
    assert not Delivery.objects.due(at=NOON + 10 * MINUTE).exists()
    assert browser.queue == []


def test_what_a_service_did_not_take_is_sent_later(
    device: Device, service: PushStandIn, browser: BrowserStandIn
) -> None:
    service.answer(503, 503)
    key = ask(device)
    assert send_one(key, at=NOON) == "waiting"
    assert send_one(key, at=NOON + timedelta(seconds=29)) == ""
    assert send_one(key, at=NOON + timedelta(seconds=30)) == "waiting"
    assert send_one(key, at=NOON + timedelta(seconds=60)) == ""  # the pause has doubled
    assert send_one(key, at=NOON + timedelta(seconds=90)) == "sent"
    assert len(browser.queue) == 1


def test_a_service_that_asks_us_to_slow_down_is_left_in_peace(
    device: Device, service: PushStandIn, browser: BrowserStandIn
) -> None:
    service.answer(429, retry_after_s=300)
    first = ask(device)
    assert send_one(first, at=NOON) == "waiting"
    assert send_one(first, at=NOON + 4 * MINUTE) == ""
    device.refresh_from_db()
    assert device.rests_until == NOON + 5 * MINUTE
    (second,) = queue({device: Message("x", "tip-2")}, at=NOON + MINUTE, not_after=UNTIL)
    assert send_one(second, at=NOON + 2 * MINUTE) == ""  # others of the same device rest too
    assert service.asked == 1
    assert send_one(first, at=NOON + 5 * MINUTE) == "sent"


def test_what_comes_too_late_is_not_sent(
    device: Device, service: PushStandIn, browser: BrowserStandIn
) -> None:
    key = ask(device)
    assert send_one(key, at=UNTIL) == "late"
    service.answer(429, retry_after_s=3_600)
    (other,) = queue({device: Message("x", "tip-2")}, at=NOON, not_after=UNTIL)
    assert send_one(other, at=NOON) == "late"  # it will be, when the service listens again
    assert browser.queue == []
    assert told() == ["suppressed late", "suppressed late"]
    assert not Delivery.objects.exclude(message="").exists()


@pytest.mark.parametrize("status", [404, 410])
def test_a_device_that_is_gone_is_forgotten(
    device: Device, service: PushStandIn, status: int
) -> None:
    service.answer(status)
    assert send_one(ask(device), at=NOON) == "failed"
    assert not Device.objects.exists()
    assert not Delivery.objects.exists()
    assert told() == ["suppressed gone"]


def test_a_device_whose_person_switched_it_off_in_the_browser_is_forgotten(
    device: Device, service: PushStandIn, browser: BrowserStandIn
) -> None:
    service.forget(browser)
    send_one(ask(device), at=NOON)
    assert not Device.objects.exists()


@pytest.mark.parametrize("status", [400, 403, 413])
def test_what_a_service_refuses_is_not_tried_again(
    device: Device, service: PushStandIn, status: int
) -> None:
    service.answer(status)
    assert send_one(ask(device), at=NOON) == "failed"
    assert Device.objects.exists()
    assert told() == ["suppressed refused"]


def test_no_answer_may_mean_that_it_was_taken(device: Device, service: PushStandIn) -> None:
    service.answer(0)
    assert send_one(ask(device), at=NOON) == "failed"
    assert told() == ["suppressed unknown"]


def test_what_never_had_a_connection_waits(device: Device, service: PushStandIn) -> None:
    key = ask(device)
    service.__exit__(None, None, None)
    assert send_one(key, at=NOON) == "waiting"
    assert told() == []


@pytest.mark.parametrize("error", [SoftTimeLimitExceeded(), ValueError("a bug")])
def test_a_fault_of_ours_ends_it(
    device: Device, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    monkeypatch.setattr(WebPush, "send", Mock(side_effect=error))
    key = ask(device)
    assert send_one(key, at=NOON) == "failed"
    assert Delivery.objects.get(pk=key).message == ""
    assert told() == ["suppressed unknown"]


def test_what_a_dead_worker_left_is_ended_and_not_sent_again(
    device: Device, service: PushStandIn, time_machine: Any
) -> None:
    key = ask(device)
    assert Delivery.objects.claim(key, at=NOON)
    time_machine.move_to(NOON + MINUTE, tick=False)
    send_due()
    assert state(key) == "sending"
    time_machine.move_to(NOON + 3 * MINUTE, tick=False)
    send_due()
    assert (state(key), Delivery.objects.get(pk=key).message) == ("failed", "")
    assert told() == ["suppressed unknown"]
    assert service.asked == 0


def test_without_a_key_nothing_is_sent(device: Device, settings: Any) -> None:
    key = ask(device)
    settings.OO_VAPID_KEY = ""
    assert send_one(key, at=NOON) == "failed"
    assert told() == ["suppressed not_set_up"]


def test_whoever_has_left_gets_nothing(
    alice: User, device: Device, browser: BrowserStandIn
) -> None:
    key = ask(device)
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert send_one(key, at=NOON) == ""
    assert browser.queue == []


def test_beat_finds_what_no_message_told_of(
    device: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(tasks.send, "apply_async", lambda args, **_more: asked.append(args[0]))
    key = ask(device)
    assert send_due() == 1
    assert asked == [str(key)]


def test_what_was_sent_a_month_ago_is_forgotten(device: Device, time_machine: Any) -> None:
    send_one(ask(device), at=NOON)
    assert purge() == 0
    time_machine.move_to(NOON + timedelta(days=31))
    assert purge() == 1


def test_the_text_lies_sealed_in_the_database(
    device: Device, django_assert_num_queries: Any
) -> None:

    ask(device)
    with connection.cursor() as cursor:
        cursor.execute("select message from notifier_delivery")
        (stored,) = cursor.fetchone()
        cursor.execute("select address from notifier_device")
        (address,) = cursor.fetchone()
    assert "plumber" not in stored
    assert "push" not in address
