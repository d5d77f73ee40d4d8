"""Apple's Push Notification service: one request of HTTP/2 for each notification.

    developer.apple.com/documentation/usernotifications/sending-notification-requests-to-apns

An app of ours on a phone gives its device token as its address. It registers one category for each
set of buttons, named by their keys (`done-snooze-dismiss`); where each leads to stands beside it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from notifier.base import BadAddress, Channel, ChannelManifest, Gone, Message, Urgency
from notifier.channels.apns.provider import Provider
from notifier.fitting import fit
from oo.lib.configuration import value_of
from oo.lib.http import Api, ApiError, Limits, Unauthorized
from oo.lib.manifests import Setting

KEY = Setting(
    "OO_APNS_KEY",
    "Signs what is sent to apps on iPhones and iPads: the content of a .p8 file for APNs.",
    r"PEM on one line, each line break written as \n, in double quotes",
)
KEY_ID = Setting("OO_APNS_KEY_ID", "Which of the team's keys that is.", "ten characters")
TEAM_ID = Setting(
    "OO_APNS_TEAM_ID", "The team in Apple's developer programme that owns it.", "ten characters"
)
TOPIC = Setting(
    "OO_APNS_TOPIC",
    "The app that is sent to; other people's apps need another key.",
    "a bundle id, such as com.example.oo",
)
URL = Setting(
    "OO_APNS_URL",
    "Where APNs is; https://api.sandbox.push.apple.com/ for apps that Xcode has installed.",
    "an address that ends in /",
    "https://api.push.apple.com/",
)
NEEDED = (KEY, KEY_ID, TEAM_ID, TOPIC)

LIMITS = Limits(timeout_s=10.0, deadline_s=15.0, max_bytes=64 * 1024)
# 32 bytes today. Apple says that they may become more.
DEVICE_TOKEN = re.compile(r"(?:[0-9a-f]{2}){32,100}")
# 10 at once, 5 when the battery allows, 1 when the device is awake anyway.
PRIORITY = {Urgency.HIGH: "10", Urgency.NORMAL: "5", Urgency.LOW: "1"}

GONE = {(410, "Unregistered"), (410, "ExpiredToken"), (400, "BadDeviceToken")}
EXPIRED = "ExpiredProviderToken"


class Apns(Channel):
    manifest = ChannelManifest("apns", _("iPhone or iPad"), 1, settings=(*NEEDED, URL))

    def is_set_up(self) -> bool:
        return not _missing()

    def check(self) -> None:
        missing = _missing()
        if not missing:
            _provider().check()
        elif len(missing) < len(NEEDED):
            raise ValueError(f"{', '.join(missing)} missing beside the others")

    def read_address(self, given: str) -> str:
        """The device token in hexadecimal digits."""
        token = given.lower()
        if not DEVICE_TOKEN.fullmatch(token):
            raise BadAddress("not a device token in hexadecimal digits")
        return token

    def send(self, address: str, message: Message, *, ttl_s: int) -> None:
        headers = {
            "apns-topic": value_of(TOPIC),
            "apns-push-type": "alert",
            "apns-priority": PRIORITY[message.urgency],
            "apns-expiration": str(int(timezone.now().timestamp()) + ttl_s),
            "apns-collapse-id": message.topic,
        }
        try:
            with Api("apns", value_of(URL), limits=LIMITS, http2=True) as api:
                _hand_over(api, f"3/device/{address}", _payload(message), headers)
        except ApiError as error:
            if (error.status, error.reason) in GONE:
                raise Gone(_moment(error.told.get("timestamp"))) from None
            raise


def _hand_over(api: Api, path: str, body: bytes, headers: Mapping[str, str]) -> None:
    def post(token: str) -> None:
        signed = {**headers, "authorization": f"bearer {token}"}
        api.send("POST", path, content=body, headers=signed)

    provider = _provider()
    token = provider.token()
    try:
        post(token)
    except Unauthorized as error:
        fresh = provider.renew(token) if error.reason == EXPIRED else ""
        if not fresh:
            raise
        post(fresh)


def _missing() -> list[str]:
    return [setting.name for setting in NEEDED if not value_of(setting)]


def _provider() -> Provider:
    pem = value_of(KEY).replace("\\n", "\n")
    return Provider(value_of(TEAM_ID), value_of(KEY_ID), pem)


def _payload(message: Message) -> bytes:
    return _told(message, *fit(message, lambda *words: len(_told(message, *words))))


def _told(message: Message, title: str, body: str) -> bytes:
    aps: dict[str, Any] = {"alert": {"title": title, "body": body}}
    if message.actions:
        aps["category"] = "-".join(action.key for action in message.actions)
    told = {
        "aps": aps,
        "tag": message.topic,
        "path": message.path,
        "actions": [{"action": a.key, "title": a.title, "path": a.path} for a in message.actions],
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def _moment(milliseconds: object) -> datetime | None:
    """Since when the device is gone, as Apple tells it with a 410."""
    try:
        return datetime.fromtimestamp(int(str(milliseconds)) / 1_000, UTC)
    except (ValueError, OverflowError, OSError):
        return None
