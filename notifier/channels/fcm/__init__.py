"""Firebase Cloud Messaging, HTTP v1: one request for each notification.

    firebase.google.com/docs/reference/fcm/rest/v1/projects.messages

An app of ours gives as its address a registration token, or `fid:` and its Firebase installation
id, which takes the place of tokens. Data of a message is text alone: `actions` is JSON in it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from django.utils.translation import gettext_lazy as _

from notifier.base import BadAddress, Channel, ChannelManifest, Gone, Message, Urgency
from notifier.channels.fcm.account import LIMITS, Account
from notifier.channels.fcm.errors import code_of, is_gone
from notifier.fitting import fit
from oo.lib.configuration import value_of
from oo.lib.http import Api, ApiError
from oo.lib.manifests import Setting

ACCOUNT = Setting(
    "OO_FCM_SERVICE_ACCOUNT",
    "Sends to apps on Android: the key of a service account of the Firebase project.",
    "JSON on one line, in single quotes",
)
URL = Setting(
    "OO_FCM_URL",
    "Where Firebase Cloud Messaging is; changed in tests only.",
    "an address that ends in /",
    "https://fcm.googleapis.com/",
)
FID = "fid:"
INSTALLATION = re.compile(r"[A-Za-z0-9_-]{22}")
# Google documents no form for tokens; these are the letters that they are made of.
TOKEN = re.compile(r"[A-Za-z0-9_:-]{64,1000}")
MOST_TTL_S = 28 * 24 * 60 * 60
THIRD_PARTY = "THIRD_PARTY_AUTH_ERROR"  # a 401 that says nothing of our token


class Fcm(Channel):
    manifest = ChannelManifest("fcm", _("Android"), 1, settings=(ACCOUNT, URL))

    def is_set_up(self) -> bool:
        return bool(value_of(ACCOUNT))

    def check(self) -> None:
        if self.is_set_up():
            Account.load(value_of(ACCOUNT))

    def read_address(self, given: str) -> str:
        form = INSTALLATION if given.startswith(FID) else TOKEN
        if not form.fullmatch(given.removeprefix(FID)):
            raise BadAddress("neither a registration token nor fid: and an installation id")
        return given

    def send(self, address: str, message: Message, *, ttl_s: int) -> None:
        account = Account.load(value_of(ACCOUNT))
        told = _message(address, message, ttl_s)
        try:
            with Api("fcm", value_of(URL), limits=LIMITS) as api:
                _hand_over(api, account, told)
        except ApiError as error:
            if error.service == "fcm" and is_gone(error):
                raise Gone from None
            raise


def _hand_over(api: Api, account: Account, told: Mapping[str, Any]) -> None:
    def post(token: str) -> None:
        path = f"v1/projects/{quote(account.project, safe='')}/messages:send"
        headers = {"Authorization": f"Bearer {token}"}
        # Not api.post: whatever stands in an answer of success, the message was taken.
        api.send("POST", path, json={"message": told}, headers=headers)

    token = account.token()
    try:
        post(token)
    except ApiError as error:
        if error.status != 401 or code_of(error) == THIRD_PARTY:
            raise
        post(account.renew(token))


def _message(address: str, message: Message, ttl_s: int) -> dict[str, Any]:
    words = fit(message, lambda *words: len(_json(_carried(message, *words)).encode()))
    return {
        "fid" if address.startswith(FID) else "token": address.removeprefix(FID),
        **_carried(message, *words),
        "android": {
            "priority": "HIGH" if message.urgency is Urgency.HIGH else "NORMAL",
            "ttl": f"{min(ttl_s, MOST_TTL_S)}s",
            # While it is offline, Google keeps what has four of them for a device, not more.
            "collapse_key": message.topic,
            "notification": {"tag": message.topic},
        },
    }


def _carried(message: Message, title: str, body: str) -> dict[str, Any]:
    """What counts into the bytes that a message may have."""
    actions = [{"action": a.key, "title": a.title, "path": a.path} for a in message.actions]
    return {
        "notification": {"title": title, "body": body},
        "data": {
            "tag": message.topic,
            "path": message.path,
            "actions": _json(actions),
        },
    }


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
