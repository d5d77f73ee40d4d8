"""Apps on iPhones and iPads, by a service that checks what Apple's checks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)
from django.core.cache import cache

from accounts.models import User
from notifier.base import Action, BadAddress, Message, Urgency
from notifier.channels.apns import Apns
from notifier.channels.apns.provider import Provider
from notifier.checks import check_channels
from notifier.devices import Offered, add_device
from notifier.models import Delivery, Device
from notifier.sending.queueing import queue
from notifier.sending.sending import send_one
from oo.lib.http.network import trusted_roots
from tests.certificate import Certificate
from tests.clock import NOON
from tests.stand_ins.apns import KEY_ID, TEAM, TOPIC, Answer, ApnsStandIn

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
TIP = Message("Call the plumber", "tip-1", "He is there until noon", "/", Urgency.HIGH,
              (Action("done", "Done", "/from-afar/x"),
               Action("snooze", "Later", "/from-afar/y")))  # fmt: skip


@pytest.fixture(autouse=True)
def _at_noon(time_machine: Any) -> None:
    time_machine.move_to(NOON, tick=False)


@pytest.fixture
def service(
    tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[ApnsStandIn]:
    certificate = Certificate(tmp_path, "127.0.0.1")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.path))
    trusted_roots.cache_clear()
    with ApnsStandIn(certificate) as stand_in:
        # As one writes it on one line.
        settings.OO_APNS_KEY = stand_in.pem.replace("\n", "\\n")
        settings.OO_APNS_KEY_ID, settings.OO_APNS_TEAM_ID = KEY_ID, TEAM
        settings.OO_APNS_TOPIC, settings.OO_APNS_URL = TOPIC, f"{stand_in.url}/"
        yield stand_in
    trusted_roots.cache_clear()


@pytest.fixture
def device(alice: User, service: ApnsStandIn) -> Device:
    return add_device(alice.pk, Offered("apns", service.device(), "Alice's iPhone"), at=NOON)


def ask(device: Device, message: Message = TIP, *, at: Any = NOON) -> Any:
    (key,) = queue({device: message}, at=at, not_after=at + 30 * MINUTE)
    return key


def send(device: Device, topic: str, *, at: Any = NOON) -> str:
    return send_one(ask(device, Message("x", topic), at=at), at=at)


def test_what_is_asked_for_is_taken_once(device: Device, service: ApnsStandIn) -> None:
    key = ask(device)
    assert [send_one(key, at=NOON) for _ in range(3)] == ["sent", "", ""]
    (taken,) = service.taken(device.address)
    assert taken.told == {
        "aps": {
            "alert": {"title": "Call the plumber", "body": "He is there until noon"},
            "category": "done-snooze",
        },
        "tag": "tip-1",
        "path": "/",
        "actions": [
            {"action": "done", "title": "Done", "path": "/from-afar/x"},
            {"action": "snooze", "title": "Later", "path": "/from-afar/y"},
        ],
    }
    assert taken.headers["apns-priority"] == "10"
    assert taken.headers["apns-collapse-id"] == "tip-1"
    assert int(taken.headers["apns-expiration"]) == (NOON + 30 * MINUTE).timestamp()
    assert service.asked == 1


@pytest.mark.parametrize(
    ("urgency", "priority"),
    [(Urgency.HIGH, "10"), (Urgency.NORMAL, "5"), (Urgency.LOW, "1")],
)
def test_what_may_wait_says_so(
    device: Device, service: ApnsStandIn, urgency: Urgency, priority: str
) -> None:
    send_one(ask(device, Message("x", "t", urgency=urgency)), at=NOON)
    assert service.taken(device.address)[0].headers["apns-priority"] == priority


def test_the_same_topic_takes_its_place(device: Device, service: ApnsStandIn) -> None:
    for title in ("old", "new"):
        Apns().send(device.address, Message(title, "tip-1"), ttl_s=60)
    Apns().send(device.address, Message("other", "tip-2"), ttl_s=60)
    waiting = service.taken(device.address)
    assert [each.told["aps"]["alert"]["title"] for each in waiting] == ["new", "other"]


@pytest.mark.parametrize(
    "title",
    ['"}},"aps":{"alert":"x"', "\\", "{{ 7 * 7 }}", "<b>x</b>", "%@ %1$@", "\\u0022", "\U0001f9ef"],
)
def test_hostile_text_stays_text(device: Device, service: ApnsStandIn, title: str) -> None:
    assert send_one(ask(device, Message(title, "t", title)), at=NOON) == "sent"
    (taken,) = service.taken(device.address)
    assert taken.told["aps"] == {"alert": {"title": title, "body": title}}


def test_text_has_one_line_and_one_direction(device: Device, service: ApnsStandIn) -> None:
    send_one(ask(device, Message("a\r\nb\u202ec\0", "t")), at=NOON)
    assert service.taken(device.address)[0].told["aps"]["alert"]["title"] == "a bc"


@pytest.mark.parametrize("letter", ["x", "\u0623", "\U0001f9ef", '"', "\\"])
def test_over_long_text_is_cut(device: Device, service: ApnsStandIn, letter: str) -> None:
    """Also beside buttons that leave it little room; the title is the last to give way."""
    actions = tuple(Action(f"a{n}", "Later", f"/from-afar/{'x' * 550}") for n in range(5))
    message = Message(letter * 9_000, "t", letter * 9_000, actions=actions)
    assert send_one(ask(device, message), at=NOON) == "sent"
    (taken,) = service.taken(device.address)
    alert = taken.told["aps"]["alert"]
    assert 4_000 < taken.bytes <= 4_096 or letter == "x"
    assert alert["title"] == letter * 200
    assert set(alert["body"]) <= {letter}
    assert len(taken.told["actions"]) == 5


# ---- what it answers -------------------------------------------------------------------------


def test_an_app_that_was_removed_is_forgotten(device: Device, service: ApnsStandIn) -> None:
    service.uninstall(device.address, at_ms=int((NOON + MINUTE).timestamp() * 1_000))
    assert send_one(ask(device), at=NOON + 2 * MINUTE) == "failed"
    assert not Device.objects.exists()


def test_one_that_was_added_again_since_is_kept(
    alice: User, device: Device, service: ApnsStandIn
) -> None:
    service.uninstall(device.address, at_ms=int((NOON + MINUTE).timestamp() * 1_000))
    again = add_device(alice.pk, Offered("apns", device.address, "x"), at=NOON + 2 * MINUTE)
    assert send_one(ask(again), at=NOON + 3 * MINUTE) == "failed"
    assert [kept.pk for kept in Device.objects.all()] == [device.pk]


@pytest.mark.parametrize(
    "answer",
    [Answer(410, "Unregistered"), Answer(410, "ExpiredToken", {"timestamp": "soon"}),
     Answer(410, "Unregistered", {"timestamp": 10**30}), Answer(400, "BadDeviceToken")],
    ids=lambda answer: answer.reason,
)  # fmt: skip
def test_without_a_moment_it_is_gone_now(
    device: Device, service: ApnsStandIn, answer: Answer
) -> None:
    service.answer(answer)
    assert send_one(ask(device), at=NOON) == "failed"
    assert not Device.objects.exists()


@pytest.mark.parametrize(
    "answer",
    [Answer(400, "DeviceTokenNotForTopic"), Answer(400, "TopicDisallowed"), Answer(400, "BadTopic"),
     Answer(403, "InvalidProviderToken"), Answer(403, "Forbidden"), Answer(404, "BadPath"),
     Answer(413, "PayloadTooLarge"), Answer(410, "Else"), Answer(400, "Unregistered")],
    ids=lambda answer: f"{answer.status}-{answer.reason}",
)  # fmt: skip
def test_what_we_did_wrong_costs_nobody_their_device(
    device: Device, service: ApnsStandIn, answer: Answer
) -> None:
    service.answer(answer)
    assert send_one(ask(device), at=NOON) == "failed"
    assert Device.objects.get() == device
    assert Delivery.objects.get().last_error == "refused"
    assert service.asked == 1


def test_another_topic_than_that_of_the_app_costs_nobody_their_device(
    device: Device, service: ApnsStandIn, settings: Any
) -> None:
    settings.OO_APNS_TOPIC = "com.example.other"
    assert send_one(ask(device), at=NOON) == "failed"
    assert Device.objects.exists()


def test_a_device_that_gets_too_many_rests(device: Device, service: ApnsStandIn) -> None:
    service.answer(Answer(429, "TooManyRequests", retry_after_s=300))
    key = ask(device)
    assert send_one(key, at=NOON) == "waiting"
    device.refresh_from_db()
    assert device.rests_until == NOON + 5 * MINUTE
    assert send_one(key, at=NOON + 4 * MINUTE) == ""
    assert send_one(key, at=NOON + 5 * MINUTE) == "sent"


@pytest.mark.parametrize("status", [500, 503])
def test_what_it_did_not_take_is_sent_later(
    device: Device, service: ApnsStandIn, status: int
) -> None:
    service.answer(Answer(status, "ServiceUnavailable", retry_after_s=120))
    key = ask(device)
    assert [send_one(key, at=NOON), send_one(key, at=NOON + MINUTE)] == ["waiting", ""]
    assert send_one(key, at=NOON + 2 * MINUTE) == "sent"
    device.refresh_from_db()
    assert device.rests_until is None


def test_no_answer_may_mean_that_it_was_taken(device: Device, service: ApnsStandIn) -> None:
    service.answer(Answer(0))
    assert send_one(ask(device), at=NOON) == "failed"
    assert Delivery.objects.get().last_error == "unknown"
    assert Device.objects.exists()


def test_a_certificate_of_somebody_else_gets_nothing(
    device: Device, service: ApnsStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    trusted_roots.cache_clear()
    assert send_one(ask(device), at=NOON) == "waiting"
    assert service.asked == 0


# ---- the token that says who we are ----------------------------------------------------------


def test_workers_share_one_token_for_forty_minutes(
    device: Device, service: ApnsStandIn, time_machine: Any
) -> None:
    for minutes in (0, 1, 39, 41):
        time_machine.move_to(NOON + minutes * MINUTE, tick=False)
        assert send(device, f"t{minutes}", at=NOON + minutes * MINUTE) == "sent"
        assert len(service.signed) == (1 if minutes < 40 else 2)


def test_of_two_workers_that_sign_at_once_one_token_is_used(
    device: Device, service: ApnsStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    get = cache.get
    misses = iter([True, True])  # both look before either has written
    monkeypatch.setattr(cache, "get", lambda key: None if next(misses, False) else get(key))
    assert [send(device, "t1"), send(device, "t2")] == ["sent", "sent"]
    assert len(service.signed) == 1


def test_a_token_that_has_expired_is_renewed_once(
    device: Device, service: ApnsStandIn, time_machine: Any
) -> None:
    assert send(device, "t1") == "sent"
    later = NOON + 25 * MINUTE
    time_machine.move_to(later, tick=False)
    service.answer(Answer(403, "ExpiredProviderToken"))
    assert send(device, "t2", at=later) == "sent"
    assert (len(service.signed), service.asked) == (2, 3)
    assert send(device, "t3", at=later) == "sent"  # with the one that is new
    assert len(service.signed) == 2


def test_the_new_one_is_not_renewed_again(
    device: Device, service: ApnsStandIn, time_machine: Any
) -> None:
    send(device, "t1")
    later = NOON + 25 * MINUTE
    time_machine.move_to(later, tick=False)
    service.answer(*[Answer(403, "ExpiredProviderToken")] * 2)
    assert send(device, "t2", at=later) == "failed"
    assert service.asked == 3
    assert Device.objects.exists()


def test_whoever_comes_second_renews_nothing(
    device: Device, service: ApnsStandIn, time_machine: Any
) -> None:
    """Two workers hear that it has expired; one new token is signed."""
    provider = Provider(TEAM, KEY_ID, service.pem)
    old = provider.token()
    time_machine.move_to(NOON + 25 * MINUTE, tick=False)
    fresh = provider.renew(old)
    assert fresh != old
    assert [provider.renew(old), provider.token()] == [fresh, fresh]


def test_a_young_token_is_not_renewed(device: Device, service: ApnsStandIn) -> None:
    """A clock is wrong; Apple would not take another one now."""
    service.answer(Answer(403, "ExpiredProviderToken"))
    assert send(device, "t1") == "failed"
    assert service.asked == 1
    assert Device.objects.exists()


def test_too_many_tokens_are_a_reason_to_wait(
    device: Device, service: ApnsStandIn, time_machine: Any
) -> None:
    """The cache was emptied; the stand-in refuses the next token as Apple does."""
    assert send(device, "t1") == "sent"
    cache.clear()
    time_machine.move_to(NOON + MINUTE, tick=False)
    assert send(device, "t2", at=NOON + MINUTE) == "waiting"


def test_the_token_lies_sealed_and_another_key_makes_another(
    device: Device, service: ApnsStandIn, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []
    add = cache.add

    def noted(key: str, value: str, timeout: int) -> bool:
        written.append(value)
        return add(key, value, timeout)

    monkeypatch.setattr(cache, "add", noted)
    send(device, "t1")
    assert service.signed[0] not in str(written)
    settings.OO_APNS_KEY_ID = "KEY0000002"
    assert send(device, "t2") == "failed"
    assert len(written) == 2


def test_what_no_key_opens_any_more_is_made_anew(
    device: Device, service: ApnsStandIn, settings: Any, time_machine: Any
) -> None:
    send(device, "t1")
    settings.OO_ENCRYPTION_KEYS = ["b" * 42 + "g="]
    time_machine.move_to(NOON + 30 * MINUTE, tick=False)
    Apns().send(service.device(), TIP, ttl_s=60)
    assert len(service.signed) == 2


# ---- addresses and settings ------------------------------------------------------------------


def test_a_token_is_known_again_however_it_is_written(service: ApnsStandIn) -> None:
    token = service.device()
    assert Apns().read_address(token.upper()) == Apns().read_address(token) == token


@pytest.mark.parametrize(
    "given",
    ["", "ab", "g" * 64, "a" * 65, "a" * 62, "a" * 202, "../" + "a" * 64, "a" * 64 + "\n",
     "a" * 64 + "?", "\u0663" * 64, json.dumps("a" * 64)],
)  # fmt: skip
def test_what_is_no_token_is_refused(given: str) -> None:
    with pytest.raises(BadAddress):
        Apns().read_address(given)


def test_it_is_set_up_by_all_of_its_settings(service: ApnsStandIn, settings: Any) -> None:
    assert check_channels() == []
    assert Apns().is_set_up()
    settings.OO_APNS_TEAM_ID = ""
    assert not Apns().is_set_up()
    (error,) = check_channels()
    assert "OO_APNS_TEAM_ID missing" in error.msg


def pem(key: ec.EllipticCurvePrivateKey, lock: KeySerializationEncryption | None = None) -> str:
    form = Encoding.PEM, PrivateFormat.PKCS8
    return key.private_bytes(*form, lock or NoEncryption()).decode()


@pytest.mark.parametrize(
    "text",
    [
        "nonsense",
        pem(ec.generate_private_key(ec.SECP384R1())),
        pem(ec.generate_private_key(ec.SECP256R1()), BestAvailableEncryption(b"x")),
    ],
    ids=["nonsense", "another curve", "locked"],
)
def test_a_key_that_is_none_is_found_at_the_start(
    service: ApnsStandIn, settings: Any, text: str
) -> None:
    settings.OO_APNS_KEY = text
    (error,) = check_channels()
    assert error.id == "oo.E050"
    assert settings.OO_APNS_KEY not in error.msg
