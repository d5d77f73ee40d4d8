"""Apps on Android, by a service that checks what Google's checks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache

from accounts.models import User
from notifier.base import Action, BadAddress, Message, Urgency
from notifier.channels.fcm import Fcm
from notifier.channels.fcm.account import Account
from notifier.checks import check_channels
from notifier.devices import Offered, add_device
from notifier.models import Delivery, Device
from notifier.sending.queueing import queue
from notifier.sending.sending import send_one
from tests.clock import NOON
from tests.stand_ins.fcm import WHO, Answer, FcmStandIn, invalid

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
TIP = Message("Call the plumber", "tip-1", "He is there until noon", "/", Urgency.HIGH,
              (Action("done", "Done", "/from-afar/x"),))  # fmt: skip


@pytest.fixture(autouse=True)
def _at_noon(time_machine: Any) -> None:
    time_machine.move_to(NOON, tick=False)


@pytest.fixture
def service(settings: Any) -> Iterator[FcmStandIn]:
    with FcmStandIn() as stand_in:
        settings.OO_FCM_SERVICE_ACCOUNT = stand_in.service_account()
        settings.OO_FCM_URL = f"{stand_in.url}/"
        yield stand_in


@pytest.fixture
def device(alice: User, service: FcmStandIn) -> Device:
    return add_device(alice.pk, Offered("fcm", service.device(), "Alice's phone"), at=NOON)


def ask(device: Device, message: Message = TIP, *, at: Any = NOON) -> Any:
    (key,) = queue({device: message}, at=at, not_after=at + 30 * MINUTE)
    return key


def send(device: Device, topic: str, *, at: Any = NOON) -> str:
    return send_one(ask(device, Message("x", topic), at=at), at=at)


def test_what_is_asked_for_is_taken_once(device: Device, service: FcmStandIn) -> None:
    key = ask(device)
    assert [send_one(key, at=NOON) for _ in range(3)] == ["sent", "", ""]
    assert service.taken(device.address) == [
        {
            "token": device.address,
            "notification": {"title": "Call the plumber", "body": "He is there until noon"},
            "data": {
                "tag": "tip-1",
                "path": "/",
                "actions": '[{"action":"done","title":"Done","path":"/from-afar/x"}]',
            },
            "android": {
                "priority": "HIGH",
                "ttl": "1800s",
                "collapse_key": "tip-1",
                "notification": {"tag": "tip-1"},
            },
        }
    ]


def test_an_installation_is_named_as_one(alice: User, service: FcmStandIn) -> None:
    fid = service.installation()
    device = add_device(alice.pk, Offered("fcm", f"fid:{fid}", "x"), at=NOON)
    assert send(device, "t1") == "sent"
    (taken,) = service.taken(fid)
    assert taken["fid"] == fid
    assert "token" not in taken


@pytest.mark.parametrize("urgency", [Urgency.NORMAL, Urgency.LOW])
def test_what_may_wait_wakes_no_device(
    device: Device, service: FcmStandIn, urgency: Urgency
) -> None:
    send_one(ask(device, Message("x", "t", urgency=urgency)), at=NOON)
    assert service.taken(device.address)[0]["android"]["priority"] == "NORMAL"


@pytest.mark.parametrize(
    "title",
    ['"},"data":{"path":"//evil"', "\\", "{{ 7 * 7 }}", "<b>x</b>", "%s %1$s", "\U0001f9ef"],
)
def test_hostile_text_stays_text(device: Device, service: FcmStandIn, title: str) -> None:
    actions = (Action("done", title, "/from-afar/x"),)
    assert send_one(ask(device, Message(title, "t", title, actions=actions)), at=NOON) == "sent"
    (taken,) = service.taken(device.address)
    assert taken["notification"] == {"title": title, "body": title}
    assert taken["data"]["path"] == "/"
    assert json.loads(taken["data"]["actions"])[0]["title"] == title


@pytest.mark.parametrize("letter", ["x", "\u0623", "\U0001f9ef", '"', "\\"])
def test_over_long_text_is_cut(device: Device, service: FcmStandIn, letter: str) -> None:
    actions = tuple(Action(f"a{n}", "Later", f"/from-afar/{'x' * 550}") for n in range(5))
    message = Message(letter * 9_000, "t", letter * 9_000, actions=actions)
    assert send_one(ask(device, message), at=NOON) == "sent"  # the stand-in measures
    (taken,) = service.taken(device.address)
    assert taken["notification"]["title"] == letter * 200
    assert len(taken["notification"]["body"]) == 400 or letter != "x"
    assert len(json.loads(taken["data"]["actions"])) == 5


# ---- what it answers -------------------------------------------------------------------------


def test_an_app_that_was_removed_is_forgotten(device: Device, service: FcmStandIn) -> None:
    service.uninstall(device.address)
    assert send(device, "t1") == "failed"
    assert not Device.objects.exists()


@pytest.mark.parametrize(
    "answer",
    [Answer(404, "NOT_FOUND", "UNREGISTERED"),
     Answer(403, "PERMISSION_DENIED", "SENDER_ID_MISMATCH"),
     invalid("message.token"), invalid("message.fid"),
     Answer(400, "INVALID_ARGUMENT", "INVALID_ARGUMENT",
            "The registration token is not a valid FCM registration token")],
)  # fmt: skip
def test_an_address_of_nobody_is_forgotten(
    device: Device, service: FcmStandIn, answer: Answer
) -> None:
    service.answer(answer)
    assert send(device, "t1") == "failed"
    assert not Device.objects.exists()
    assert service.asked == 1


@pytest.mark.parametrize(
    "answer",
    [Answer(404, "NOT_FOUND", message="The project is not there."),
     Answer(404, "NOT_FOUND", "SENDER_ID_MISMATCH"),
     Answer(403, "PERMISSION_DENIED", message="The caller does not have permission"),
     Answer(403, "PERMISSION_DENIED", "UNREGISTERED"),
     invalid("message.android.ttl"), invalid("message.token", "message.data"), invalid(),
     Answer(400, "FAILED_PRECONDITION", message="registration token"),
     Answer(401, "UNAUTHENTICATED", "THIRD_PARTY_AUTH_ERROR")],
)  # fmt: skip
def test_what_we_did_wrong_costs_nobody_their_device(
    device: Device, service: FcmStandIn, answer: Answer
) -> None:
    service.answer(answer)
    assert send(device, "t1") == "failed"
    assert Device.objects.get() == device
    assert Delivery.objects.get().last_error == "refused"
    assert (service.asked, service.given) == (1, 1)


def test_a_quota_lets_the_device_rest(device: Device, service: FcmStandIn) -> None:
    service.answer(Answer(429, "RESOURCE_EXHAUSTED", "QUOTA_EXCEEDED", retry_after_s=300))
    key = ask(device)
    assert send_one(key, at=NOON) == "waiting"
    device.refresh_from_db()
    assert device.rests_until == NOON + 5 * MINUTE
    assert [send_one(key, at=NOON + n * MINUTE) for n in (4, 5)] == ["", "sent"]


@pytest.mark.parametrize(("status", "code"), [(500, "INTERNAL"), (503, "UNAVAILABLE")])
def test_what_it_did_not_take_is_sent_later(
    device: Device, service: FcmStandIn, status: int, code: str
) -> None:
    service.answer(Answer(status, code, code, retry_after_s=120))
    key = ask(device)
    assert [send_one(key, at=NOON + n * MINUTE) for n in (0, 1, 2)] == ["waiting", "", "sent"]


@pytest.mark.parametrize(
    "told", [{"error": None}, {"error": {"details": "x"}}, {"error": {"details": [None, 5]}}, {}]
)
def test_an_answer_that_is_none_costs_nobody_their_device(
    device: Device, service: FcmStandIn, monkeypatch: pytest.MonkeyPatch, told: dict[str, Any]
) -> None:
    monkeypatch.setattr(Answer, "body", lambda _self: told)
    service.answer(Answer(404))
    assert send(device, "t1") == "failed"
    assert Device.objects.exists()


# ---- the access token ------------------------------------------------------------------------


def test_workers_share_one_access_token_until_shortly_before_it_ends(
    device: Device, service: FcmStandIn, time_machine: Any
) -> None:
    for minutes, given in ((0, 1), (1, 1), (54, 1), (56, 2)):
        at = NOON + minutes * MINUTE
        time_machine.move_to(at, tick=False)
        assert send(device, f"t{minutes}", at=at) == "sent"
        assert service.given == given


def test_one_that_was_revoked_is_replaced_once(device: Device, service: FcmStandIn) -> None:
    send(device, "t1")
    service.revoke()
    assert [send(device, "t2"), send(device, "t3")] == ["sent", "sent"]
    assert (service.given, service.asked) == (2, 4)


def test_whoever_is_refused_again_is_refused(device: Device, service: FcmStandIn) -> None:
    service.answer(WHO, WHO)
    assert send(device, "t1") == "failed"
    assert (service.given, service.asked) == (2, 2)
    assert Device.objects.exists()
    assert send(device, "t2") == "sent"


def test_whoever_comes_second_asks_for_none(device: Device, service: FcmStandIn) -> None:
    account = Account.load(service.service_account())
    old = account.token()
    fresh = account.renew(old)
    assert fresh != old
    assert [account.renew(old), account.token()] == [fresh, fresh]
    assert service.given == 2


def test_it_lies_sealed(
    device: Device, service: FcmStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []
    add = cache.add

    def noted(key: str, value: str, timeout: int) -> bool:
        written.append(value)
        return add(key, value, timeout)

    monkeypatch.setattr(cache, "add", noted)
    send(device, "t1")
    assert len(written) == 1
    assert "ya29" not in written[0]


@pytest.mark.parametrize(("status", "state"), [(503, "waiting"), (400, "failed"), (401, "failed")])
def test_without_an_access_token_nothing_is_sent(
    device: Device, service: FcmStandIn, status: int, state: str
) -> None:
    service.answer_grant(status, {"error": "invalid_grant"})
    key = ask(device)
    assert send_one(key, at=NOON) == state
    assert service.asked == 0
    assert Device.objects.exists()
    assert send_one(key, at=NOON + MINUTE) == ("sent" if state == "waiting" else "")


def test_no_answer_to_the_grant_is_no_doubt(
    device: Device, service: FcmStandIn, settings: Any
) -> None:
    told = json.loads(settings.OO_FCM_SERVICE_ACCOUNT)
    settings.OO_FCM_SERVICE_ACCOUNT = json.dumps({**told, "token_uri": "http://127.0.0.1:1/token"})
    key = ask(device)
    assert send_one(key, at=NOON) == "waiting"
    settings.OO_FCM_SERVICE_ACCOUNT = json.dumps(told)
    assert send_one(key, at=NOON + MINUTE) == "sent"


def test_no_answer_to_the_message_may_mean_that_it_was_taken(
    device: Device, service: FcmStandIn
) -> None:
    service.answer(Answer(0))
    assert send(device, "t1") == "failed"
    assert Delivery.objects.get().last_error == "unknown"


@pytest.mark.parametrize(
    "told", [{}, {"access_token": None}, {"access_token": "a\r\nb: c"}, {"access_token": ""}]
)
def test_what_is_no_access_token_is_not_used(
    device: Device, service: FcmStandIn, told: dict[str, Any]
) -> None:
    service.answer_grant(200, told)
    assert send(device, "t1") == "failed"
    assert service.asked == 0


# ---- addresses and settings ------------------------------------------------------------------


@pytest.mark.parametrize(
    "given",
    ["", "x" * 63, "x" * 1_001, "x" * 70 + "\n", "x" * 70 + "/..", "fid:", "fid:" + "x" * 21,
     "fid:" + "x" * 70, "\u0663" * 70, "fid:fid:" + "x" * 18, "x" * 70 + " "],
)  # fmt: skip
def test_what_is_no_address_is_refused(given: str) -> None:
    with pytest.raises(BadAddress):
        Fcm().read_address(given)


def test_it_is_set_up_by_its_account(service: FcmStandIn, settings: Any) -> None:
    assert Fcm().is_set_up()
    assert check_channels() == []
    settings.OO_FCM_SERVICE_ACCOUNT = ""
    assert not Fcm().is_set_up()
    assert check_channels() == []


@pytest.mark.parametrize(
    "change",
    [{"private_key": "nonsense"}, {"private_key": 5}, {"project_id": ""}, {"client_email": None},
     {"token_uri": "ftp://x"}, {"token_uri": None}, {"token_uri": 5}],
)  # fmt: skip
def test_an_account_that_is_none_is_found_at_the_start(
    service: FcmStandIn, settings: Any, change: dict[str, Any]
) -> None:
    told = json.loads(service.service_account())
    settings.OO_FCM_SERVICE_ACCOUNT = json.dumps({**told, **change})
    (error,) = check_channels()
    assert "OO_FCM_SERVICE_ACCOUNT" in error.msg
    assert "PRIVATE" not in error.msg


@pytest.mark.parametrize("text", ["nonsense", "[]", "5", "[" * 100_000])
def test_so_is_what_is_no_account_at_all(settings: Any, text: str) -> None:
    settings.OO_FCM_SERVICE_ACCOUNT = text
    assert len(check_channels()) == 1
