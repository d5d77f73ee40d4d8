"""What a worker does with what people gave to connect their apps."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from integrations.models import Connection
from integrations.sync.syncing import Outcome, sync


def check_connections(*, at: datetime | None = None) -> list[Outcome]:
    asked = Connection.objects.filter(state=Connection.State.CHECKING)
    return [sync(pk, at=at or timezone.now()) for pk in asked.values_list("pk", flat=True)]
