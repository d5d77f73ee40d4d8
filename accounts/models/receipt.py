from __future__ import annotations

import uuid

from django.db import models


class DeletionReceipt(models.Model):
    """The signed proof of a deletion. It points at nobody: its key is known to who deleted."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    body = models.JSONField()
    made_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"
