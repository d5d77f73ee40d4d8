"""What the tests of delivering share: a device, a tip that presses, and what was decided of it."""

from __future__ import annotations

from typing import Any

from accounts.models import User
from notifier.models import Device
from tests.clock import NOON
from tests.factories import give_tip
from tips.models import Interruption, Tip, TipDecision


def device_of(user: User, **fields: Any) -> Device:
    number = Device.objects.count()
    values = {"channel": "web-push", "address": "{}", "digest": str(number), "name": "Firefox"}
    return Device.objects.create(user=user, added_at=NOON, **{**values, **fields})


def ready(user: User, title: str = "Pay the rent", **score: Any) -> Tip:
    """A tip that presses, and that nobody has seen."""
    tip = give_tip(user, title)
    decision = TipDecision.objects.get(tip=tip)
    logged = {**decision.candidates[0], "score": 90.0, "presses": True, **score}
    TipDecision.objects.filter(pk=decision.pk).update(candidates=[logged], chosen=logged["key"])
    return tip


def why(tip: Tip) -> list[str]:
    rows = Interruption.objects.filter(tip=tip).order_by("at", "pk")
    return list(rows.values_list("why", flat=True))
