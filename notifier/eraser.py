from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from uuid import UUID

from django.utils.translation import gettext_lazy

from notifier.models import Delivery, Device, Wish
from oo.lib.personal_data import Eraser, told
from oo.lib.types import JSON

# Not told: addresses, which are for services alone, and digests of them.
DEVICE = ("id", "channel", "name", "shows", "most_a_day", "added_at", "sent_at", "rests_until")
WISH = ("often", "quiet_from", "quiet_until")
SENT = (
    "id",
    "device__name",
    "topic",
    "state",
    "created_at",
    "next_at",
    "not_after",
    "sending_at",
    "attempts",
    "last_error",
    "trace",
)


class NotifierEraser(Eraser):
    title = gettext_lazy("Your devices, and when something was sent to them")
    models = ("notifier.Device", "notifier.Delivery", "notifier.Wish")

    def export(self, user_id: UUID) -> Mapping[str, JSON]:
        devices = Device.objects.filter(user_id=user_id).order_by("added_at", "pk")
        sent = Delivery.objects.filter(user_id=user_id).order_by("created_at", "pk")
        return {
            "devices": told(devices, {name: name for name in DEVICE}),
            "how-often": told(Wish.objects.filter(user_id=user_id), {name: name for name in WISH}),
            "notifications": told(sent, {name.replace("__", "_"): name for name in SENT}),
        }

    def erase(self, user_id: UUID) -> Mapping[str, int]:
        erased: Counter[str] = Counter()
        for model in (Delivery, Device, Wish):
            erased.update(model.objects.filter(user_id=user_id).delete()[1])
        return erased
