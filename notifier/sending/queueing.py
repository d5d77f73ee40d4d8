"""A message becomes one row of work for each device that is to carry it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from notifier.base import Action, Message, Urgency
from notifier.models import Delivery, Device
from oo.lib.tracing import traceparent


def queue(messages: Mapping[Device, Message], *, at: datetime, not_after: datetime) -> list[UUID]:
    """The keys of the new rows. What a device has had of the same topic is not sent to it again."""
    rows = [
        Delivery(
            user_id=device.user_id,
            device=device,
            topic=message.topic,
            message=dump(message),
            created_at=at,
            next_at=max(at, device.rests_until or at),
            not_after=not_after,
            trace=traceparent(),
        )
        for device, message in messages.items()
    ]
    Delivery.objects.bulk_create(rows, ignore_conflicts=True)
    ours = Delivery.objects.filter(pk__in=[row.pk for row in rows])
    return list(ours.values_list("pk", flat=True))


def take_back(user_id: UUID, topic: str) -> int:
    """What still waits is not sent: the person knows it, or it is not so any more."""
    waiting = Delivery.objects.filter(user_id=user_id, topic=topic, state=Delivery.State.WAITING)
    return waiting.update(state=Delivery.State.LATE, message="", last_error="taken_back")


def dump(message: Message) -> str:
    return json.dumps(asdict(message))


def load(text: str) -> Message:
    told: dict[str, Any] = json.loads(text)
    actions: Iterable[Mapping[str, str]] = told.pop("actions")
    urgency = Urgency(told.pop("urgency"))
    return Message(**told, urgency=urgency, actions=tuple(Action(**each) for each in actions))
