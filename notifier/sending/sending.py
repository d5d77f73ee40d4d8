"""Handing one message to the service of one device, at most once."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from accounts.locks import lock_person
from events.bus import publish
from events.catalog import PushSent, PushSuppressed
from notifier.base import Gone
from notifier.models import Delivery, Device
from notifier.registry import CHANNELS
from notifier.sending.queueing import load
from oo.lib.http import ApiError, NotReached, RateLimited, Unreachable
from oo.lib.tracing import continued, within

log = logging.getLogger(__name__)
State = Delivery.State

# Between two attempts, when the service does not say how long: doubled each time.
PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(minutes=15)
# No worker is at it any more: see the limit of tasks.send. And how old one may be that waited.
STRANDED, LONGEST = timedelta(minutes=2), timedelta(days=2)


def send_one(delivery_id: UUID, *, at: datetime) -> str:
    """Send it, if its moment has come. Returns its state afterwards, "" for nothing to do."""
    if not Delivery.objects.claim(delivery_id, at=at):
        return ""
    rows = Delivery.objects.select_related("device")
    delivery = rows.filter(pk=delivery_id, user__is_active=True).first()
    if delivery is None:
        return ""
    with within(continued(delivery.trace)):
        return _send(delivery, at=at)


def _send(delivery: Delivery, *, at: datetime) -> str:
    if at >= delivery.not_after:
        return _end(delivery, State.LATE, "late", at=at)
    channel = CHANNELS.get(delivery.device.channel)
    if channel is None or not channel.is_set_up():
        return _end(delivery, State.FAILED, "not_set_up", at=at)
    ttl_s = int((delivery.not_after - at).total_seconds())
    try:
        channel.send(delivery.device.address, load(delivery.message), ttl_s=ttl_s)
    except Gone as gone:
        return _forget(delivery, gone.since or at, at=at)
    except ApiError as error:
        return _not_taken(delivery, error, at=at)
    except Exception as error:  # the limit of time, or a fault of ours: it may have arrived
        log.error("push: %s", type(error).__name__)  # noqa: TRY400
        return _end(delivery, State.FAILED, Delivery.UNKNOWN, at=at)
    return _end(delivery, State.SENT, "", at=at)


def end_stranded(*, at: datetime) -> int:
    """What a worker took with it when it died: it may have arrived, and is not sent again. Its text
    is forgotten. Two queries, and a few for each."""
    lately = Delivery.objects.filter(state=State.SENDING, created_at__gt=at - LONGEST)
    stranded = lately.filter(sending_at__lt=at - STRANDED)
    for delivery in stranded:
        _end(delivery, State.FAILED, Delivery.UNKNOWN, at=at)
    return len(stranded)


def _end(delivery: Delivery, state: Delivery.State, why: str, *, at: datetime) -> str:
    with transaction.atomic():
        if not lock_person(delivery.user_id):
            return ""
        mine = Delivery.objects.filter(pk=delivery.pk, state=State.SENDING)
        if not mine.update(state=state, message="", last_error=why):
            return ""
        if state is State.SENT:
            Device.objects.filter(pk=delivery.device_id).update(sent_at=at)
            told = PushSent(user_id=delivery.user_id, at=at, delivery_id=delivery.pk,
                            topic=delivery.topic)  # fmt: skip
            publish(told)
        else:
            publish(
                PushSuppressed(
                    user_id=delivery.user_id,
                    at=at,
                    delivery_id=delivery.pk,
                    topic=delivery.topic,
                    why=why,
                )
            )
    return state


def _forget(delivery: Delivery, since: datetime, *, at: datetime) -> str:
    """The device is gone, and what waits for it with it; unless it was added again since."""
    _end(delivery, State.FAILED, "gone", at=at)
    Device.objects.filter(pk=delivery.device_id, added_at__lte=since).delete()
    return State.FAILED


def _not_taken(delivery: Delivery, error: ApiError, *, at: datetime) -> str:
    """Again later, where it was surely not taken: the service says so, or was not reached."""
    log.warning("push: %s %s", type(error).__name__, error.status or "")
    surely = isinstance(error, NotReached) or error.status is not None
    if not isinstance(error, Unreachable) or not surely:
        why = "refused" if error.status else Delivery.UNKNOWN
        return _end(delivery, State.FAILED, why, at=at)
    pause = min(LONGEST_PAUSE, PAUSE * 2**delivery.attempts)
    if error.retry_after_s is not None:
        pause = max(pause, timedelta(seconds=error.retry_after_s))
    if isinstance(error, RateLimited):
        Device.objects.filter(pk=delivery.device_id).update(rests_until=at + pause)
    if at + pause >= delivery.not_after:
        return _end(delivery, State.LATE, "late", at=at)
    mine = Delivery.objects.filter(pk=delivery.pk, state=State.SENDING)
    mine.update(
        state=State.WAITING,
        next_at=at + pause,
        attempts=delivery.attempts + 1,
        last_error="rate_limited" if isinstance(error, RateLimited) else "unreachable",
    )
    return State.WAITING
