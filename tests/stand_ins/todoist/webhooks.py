"""Webhook notifications: built, signed over the raw body, posted and posted again."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import uuid4

from .clock import Clock, stamp
from .errors import Json
from .state import Account

_TIMEOUT_S = 10


@dataclass(frozen=True, slots=True)
class Delivery:
    """One notification. Posted again it is the same in every byte, its delivery id too."""

    body: bytes
    headers: Mapping[str, str]


class Webhooks:
    """Sends what Todoist would send about one account's tasks; tests say when and where to."""

    def __init__(self, client_secret: str, clock: Clock) -> None:
        self._secret = client_secret.encode()
        self._clock = clock

    def build(
        self, event_name: str, account: Account, task: Json, extra: Json | None = None
    ) -> Delivery:
        """`extra` is event_data_extra, such as old_item and update_intent."""
        content: Json = {
            "event_name": event_name,
            "user_id": account.id,
            "event_data": {**task, "url": f"https://app.todoist.com/app/task/{task['id']}"},
            "initiator": _initiator(account),
            "triggered_at": stamp(self._clock.now()),
            "version": "10",
        }
        if extra is not None:
            content["event_data_extra"] = extra
        body = json.dumps(content).encode()
        return Delivery(body, self.sign(body, str(uuid4())))

    def build_recurring_done(self, account: Account, before: Json, after: Json) -> Delivery:
        """A recurring task that was done arrives as an update with an intent."""
        extra = {"old_item": before, "update_intent": "item_completed"}
        return self.build("item:updated", account, after, extra)

    def sign(self, body: bytes, delivery_id: str) -> dict[str, str]:
        digest = hmac.new(self._secret, body, hashlib.sha256).digest()
        return {
            "Content-Type": "application/json",
            "User-Agent": "Todoist-Webhooks",
            "X-Todoist-Hmac-SHA256": base64.b64encode(digest).decode(),
            "X-Todoist-Delivery-ID": delivery_id,
        }

    def post(self, url: str, delivery: Delivery) -> int:
        """The status of the answer; anything but 200 would make Todoist deliver it again."""
        request = urllib.request.Request(url, delivery.body, dict(delivery.headers))
        try:
            with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as failure:
            with failure:
                return failure.code

    def deliver(self, url: str, delivery: Delivery, attempts: int = 4) -> list[int]:
        """Once and, until a 200, three times more: at once instead of every quarter of an hour."""
        statuses: list[int] = []
        while len(statuses) < attempts and statuses[-1:] != [200]:
            statuses.append(self.post(url, delivery))
        return statuses


def _initiator(account: Account) -> Json:
    return {
        "id": account.id,
        "full_name": account.name,
        "email": account.email,
        "image_id": None,
        "is_premium": False,
    }
