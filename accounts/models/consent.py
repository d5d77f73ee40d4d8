from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Greatest


class ConsentQuerySet(models.QuerySet["Consent"]):
    def open(self, user_id: UUID) -> ConsentQuerySet:
        """The consents in force; at most one a key."""
        return self.filter(user_id=user_id, withdrawn_at=None)

    def withdraw(self, user_id: UUID, key: str, *, at: datetime) -> int:
        """Close the open grant of `key`; 1, or 0 when there is none. The history stays."""
        # Of two hosts one clock may be behind, and withdrawing must work all the same.
        moment = Greatest(F("granted_at"), Value(at, output_field=models.DateTimeField()))
        return self.open(user_id).filter(key=key).update(withdrawn_at=moment)


class Consent(models.Model):
    """One grant, from granted to withdrawn. Rows are only ever added and closed."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
    key = models.CharField(max_length=60)
    wording = models.CharField(max_length=40)  # version of the words that the person was shown
    granted_at = models.DateTimeField()
    granted_by = models.CharField(max_length=40)  # sign-in, connect, settings, api
    withdrawn_at = models.DateTimeField(null=True)

    objects = ConsentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "key"], condition=Q(withdrawn_at=None), name="one_open_consent"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | Q(withdrawn_at__gte=F("granted_at")),
                name="withdrawn_after_granted",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key}, {self.user_id}"
