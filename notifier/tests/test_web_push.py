"""The requests that a push service gets, against one that checks and opens them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from notifier.base import Action, BadAddress, Gone, Message, Urgency
from notifier.channels.web_push import WebPush
from notifier.channels.web_push.sealing import Recipient, seal
from oo.lib.crypto import generate_key
from oo.lib.http import RateLimited, Refused, Unauthorized, Unexpected, Unreachable
from tests.stand_ins.push import BrowserStandIn, PushStandIn

TIP = Message("Call the plumber", "tip-1", "He is there until noon", "/", Urgency.HIGH,
              (Action("done", "Done", "/from-afar/x"),))  # fmt: skip


def address(browser: BrowserStandIn) -> str:
    return WebPush().read_address(browser.subscription())


def test_only_the_browser_reads_what_is_sent(browser: BrowserStandIn) -> None:
    WebPush().send(address(browser), TIP, ttl_s=600)
    (pushed,) = browser.queue
    assert (pushed.topic, pushed.ttl_s, pushed.urgency) == ("tip-1", 600, "high")
    assert pushed.told == {
        "title": "Call the plumber",
        "body": "He is there until noon",
        "tag": "tip-1",
        "path": "/",
        "actions": [{"action": "done", "title": "Done", "path": "/from-afar/x"}],
    }


def test_the_same_topic_takes_its_place(browser: BrowserStandIn) -> None:
    for title in ("old", "new"):
        WebPush().send(address(browser), Message(title, "tip-1"), ttl_s=60)
    WebPush().send(address(browser), Message("other", "tip-2"), ttl_s=60)
    assert [pushed.told["title"] for pushed in browser.queue] == ["new", "other"]


def test_a_long_title_and_a_longer_body_fit_into_one_push(browser: BrowserStandIn) -> None:
    WebPush().send(address(browser), Message("\U0001f9ef" * 4_000, "t", "\u0623" * 9_000), ttl_s=60)
    assert len(browser.queue[0].told["title"]) == 200


def test_what_is_sent_twice_is_sealed_anew(browser: BrowserStandIn) -> None:
    """Equal ciphertexts would tell the service that the texts are."""
    device = json.loads(address(browser))
    recipient = Recipient.load(device["p256dh"], device["auth"])
    assert seal(b"x", recipient) != seal(b"x", recipient)


@pytest.mark.parametrize(
    ("status", "error"),
    [(404, Gone), (410, Gone), (413, Unexpected), (400, Unexpected), (403, Unauthorized),
     (429, RateLimited), (500, Unreachable), (503, Unreachable), (302, Unexpected)],
)  # fmt: skip
def test_what_a_service_answers_has_a_name(
    service: PushStandIn, browser: BrowserStandIn, status: int, error: type[Exception]
) -> None:
    service.answer(status)
    with pytest.raises(error):
        WebPush().send(address(browser), TIP, ttl_s=60)
    assert browser.queue == []


def test_another_key_than_the_one_that_was_shown_is_refused(
    browser: BrowserStandIn, settings: Any
) -> None:
    settings.OO_VAPID_KEY = generate_key()
    with pytest.raises(Unauthorized):
        WebPush().send(address(browser), TIP, ttl_s=60)


def test_a_browser_cannot_lead_us_inside(browser: BrowserStandIn, settings: Any) -> None:
    kept = address(browser)
    settings.OO_PRIVATE_HOSTS_ALLOWED = frozenset()
    with pytest.raises(Refused):
        WebPush().send(kept, TIP, ttl_s=60)
    with pytest.raises(BadAddress):  # and nothing but https
        address(browser)


def test_the_same_browser_is_known_again(browser: BrowserStandIn) -> None:
    told = json.loads(browser.subscription())
    other = {"keys": dict(reversed(told["keys"].items())), "endpoint": told["endpoint"], "x": 1}
    assert WebPush().read_address(json.dumps(other)) == address(browser)


@pytest.mark.parametrize(
    "given",
    ["", "null", "[]", "{}", '{"endpoint": "https://push.example/1"}', "x" * 3_000, "[" * 1_999,
     '{"endpoint": "https://push.example/1", "keys": {"p256dh": "AAAA", "auth": "AAAA"}}',
     '{"endpoint": "https://push.example/1", "keys": null}',
     '{"endpoint": "https://push.example/1", "keys": {"p256dh": 5, "auth": []}}'],
)  # fmt: skip
def test_what_is_no_subscription_is_refused(key: str, given: str) -> None:
    with pytest.raises(BadAddress):
        WebPush().read_address(given)


@pytest.mark.parametrize(
    "endpoint",
    ["https://[bad", "https://\u2100.de/", "https://", "https://a b/", "https://x.de:99999/",
     "https://user:pw@x.de/", "https://\ud800/", "https://x\x00y/", "ftp://x.de/", "x.de"],
)  # fmt: skip
def test_what_is_no_address_of_the_web_is_refused(browser: BrowserStandIn, endpoint: str) -> None:
    told = json.loads(browser.subscription()) | {"endpoint": endpoint}
    with pytest.raises(BadAddress):
        WebPush().read_address(json.dumps(told))


@pytest.mark.parametrize("text", ["", "AAAA", "%%%", "A" * 43])
def test_what_is_no_key_is_no_key(settings: Any, text: str) -> None:
    """32 bytes of nought are no key of the curve either."""
    settings.OO_VAPID_KEY = text
    channel = WebPush()
    if not text:
        assert not channel.is_set_up()
        return
    with pytest.raises(ValueError):  # noqa: PT011  # of whichever part of it
        channel.public_key()
