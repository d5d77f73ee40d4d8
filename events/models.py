from __future__ import annotations

import uuid
from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q


class EventRecordQuerySet(models.QuerySet["EventRecord"]):
    def waiting(self) -> EventRecordQuerySet:
        """What is not in the mirror yet, in the order in which it has to go there."""
        return self.filter(mirrored_as=None).order_by("pk")


class EventRecord(models.Model):
    """One thing that happened: the log, the outbox of the mirror, and the console's live tail.

    `user_id` is no foreign key, so that events can lie below accounts.
    """

    event_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)  # message id
    subject = models.CharField(max_length=60)
    version = models.PositiveSmallIntegerField(default=1)  # of the subject's schema
    user_id = models.UUIDField()
    at = models.DateTimeField(db_index=True)
    body = models.JSONField()
    # W3C traceparent; None for what was recorded before there were traces.
    trace = models.CharField(max_length=55, null=True)  # noqa: DJ001
    # Its number in its stream of the mirror; None while it is not there, 0 where it is not taken.
    mirrored_as = models.BigIntegerField(null=True)

    objects = EventRecordQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["user_id", "subject", "at"]),
            # Holds nothing but what waits, and finds it wherever its key lies.
            models.Index(fields=["id"], name="events_waiting", condition=Q(mirrored_as=None)),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.event_id}"


class RelayQuerySet(models.QuerySet["Relay"]):
    def claim(self, holder: uuid.UUID, *, at: datetime, until: datetime) -> bool:
        """One winner, who may claim again and again: nobody else has it before `until`."""
        self.get_or_create(pk=Relay.ONE)
        free = Q(claimed_until=None) | Q(claimed_until__lte=at) | Q(holder=holder)
        mine = self.filter(free, pk=Relay.ONE)
        return bool(mine.update(holder=holder, claimed_until=until))

    def release(self, holder: uuid.UUID) -> None:
        self.filter(holder=holder).update(holder=None, claimed_until=None)


class Relay(models.Model):
    """Who empties the outbox at this moment: a single row."""

    ONE: ClassVar[int] = 1

    id = models.PositiveSmallIntegerField(primary_key=True)
    holder = models.UUIDField(null=True)
    claimed_until = models.DateTimeField(null=True)

    objects = RelayQuerySet.as_manager()

    def __str__(self) -> str:
        return f"held by {self.holder}"


class Recall(models.Model):
    """An event that is erased here, and is to be erased in the mirror. Names nobody."""

    event_id = models.UUIDField(primary_key=True)
    subject = models.CharField(max_length=60)
    # EventRecord.mirrored_as; None: it was not marked, and may be there all the same.
    number = models.BigIntegerField(null=True)
    at = models.DateTimeField(db_index=True)  # when it happened, or was refused: its turn

    def __str__(self) -> str:
        return f"{self.subject} {self.event_id}"

    @classmethod
    def of(cls, record: EventRecord, *, number: int | None = None) -> Recall:
        """`number`: where the row does not know it yet."""
        number = number or record.mirrored_as
        return cls(event_id=record.event_id, subject=record.subject, number=number, at=record.at)
