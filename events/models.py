from __future__ import annotations

import uuid

from django.db import models


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

    class Meta:
        indexes = [models.Index(fields=["user_id", "subject", "at"])]

    def __str__(self) -> str:
        return f"{self.subject} {self.event_id}"
