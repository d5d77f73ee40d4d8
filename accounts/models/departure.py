from __future__ import annotations

import uuid
from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models.user import User
from oo.lib.fields import EncryptedTextField


class DepartureQuerySet(models.QuerySet["Departure"]):
    def due(self, *, at: datetime) -> DepartureQuerySet:
        """No worker has it, or the one that had it died."""
        return self.filter(Q(claimed_until=None) | Q(claimed_until__lte=at))

    def claim(self, departure_id: uuid.UUID, *, at: datetime, until: datetime) -> bool:
        """Of two workers at once, one gets it."""
        return bool(self.due(at=at).filter(pk=departure_id).update(claimed_until=until))


class Departure(models.Model):
    """A deletion under way: from the button to the receipt, which has its key and takes its place.

    Each step is resumed by another worker where one has died. Once the person is erased, only the
    sealed `trace` knows whom to look for; it goes with the row, right after the check.
    """

    class State(models.TextChoices):
        REQUESTED = "requested", _("asked for")
        REVOKED = "revoked", _("permissions given back")
        ERASED = "erased", _("erased, to be checked")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.OneToOneField(User, models.SET_NULL, null=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.REQUESTED)
    locale = models.CharField(max_length=10)  # of the receipt
    revocations = models.JSONField(default=list)  # as oo.lib.personal_data.Revocation
    trace = EncryptedTextField(blank=True)  # JSON: as accounts.privacy.leftovers.Trace
    asked_at = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True)

    objects = DepartureQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"
