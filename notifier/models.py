from __future__ import annotations

import uuid
from datetime import datetime, time
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from oo.lib.fields import EncryptedTextField


class Device(models.Model):
    """A browser or a phone that its person wants to be reached on."""

    class Shows(models.TextChoices):
        """What may be read on its locked screen."""

        HINT = "hint", _("only that there is a suggestion")
        TIP = "tip", _("the suggestion itself")

    class Most(models.IntegerChoices):
        """How often it is spoken to, where that is less than its person is."""

        ANY = 0, _("all notifications")
        ONE = 1, _("at most one a day")
        TWO = 2, _("at most two a day")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
    channel = models.CharField(max_length=40)
    address = EncryptedTextField()
    digest = models.CharField(max_length=64)  # of the address, to know it again
    name = models.CharField(max_length=80)
    shows = models.CharField(max_length=10, choices=Shows.choices, default=Shows.HINT)
    most_a_day = models.PositiveSmallIntegerField(choices=Most.choices, default=Most.ANY)
    added_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)  # the last one that its service took
    rests_until = models.DateTimeField(null=True)  # its service asked us to slow down

    class Meta:
        constraints = [
            # A browser belongs to whoever was the last to switch it on.
            models.UniqueConstraint(fields=["channel", "digest"], name="one_person_per_device")
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"

    @property
    def shows_tip(self) -> bool:
        return self.shows == Device.Shows.TIP

    def has_room(self, sent_today: int) -> bool:
        return not self.most_a_day or sent_today < self.most_a_day


class Wish(models.Model):
    """When and how often a person wants to be spoken to, on all of their devices."""

    class Often(models.TextChoices):
        RARELY = "rarely", _("rarely")
        SOMETIMES = "sometimes", _("sometimes")
        OFTEN = "often", _("often")

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True)
    often = models.CharField(max_length=10, choices=Often.choices, default=Often.SOMETIMES)
    # By the clocks where the person is. Equal: never.
    quiet_from = models.TimeField(default=time(22))
    quiet_until = models.TimeField(default=time(7))

    class Meta:
        verbose_name_plural = "wishes"

    def __str__(self) -> str:
        return self.often

    def is_quiet(self, clock: time) -> bool:
        since, until = self.quiet_from, self.quiet_until
        if since <= until:
            return since <= clock < until
        return clock >= since or clock < until


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def within(self, since: datetime, until: datetime) -> DeliveryQuerySet:
        return self.filter(created_at__gte=since, created_at__lt=until)

    def by_state(self) -> list[tuple[str, int]]:
        """The title of each state and how many are in it, the most frequent first. One query."""
        rows = self.order_by().values_list("state").annotate(count=models.Count("pk"))
        titles = dict(Delivery.State.choices)
        return [(str(titles[state]), count) for state, count in rows.order_by("-count")]

    def due(self, *, at: datetime) -> DeliveryQuerySet:
        return self.filter(state=Delivery.State.WAITING, next_at__lte=at, user__is_active=True)

    def perhaps_heard(self) -> DeliveryQuerySet:
        """Without those that no service has taken or will take. What it did not answer to, it may
        have taken."""
        refused = Q(state=Delivery.State.FAILED) & ~Q(last_error=Delivery.UNKNOWN)
        return self.exclude(Q(state=Delivery.State.LATE) | refused)

    def claim(self, delivery_id: UUID, *, at: datetime) -> bool:
        """Take it for one worker, for good: see Delivery. Of two at once, one gets it."""
        waiting = self.filter(pk=delivery_id, state=Delivery.State.WAITING, next_at__lte=at)
        return bool(waiting.update(state=Delivery.State.SENDING, sending_at=at))


class Delivery(models.Model):
    """The work of sending one notification to one device: at most once.

    It leaves WAITING before its service is asked. A worker that dies meanwhile leaves it SENDING,
    and nobody sends it again: to be told twice is worse than not to be told. What surely was not
    taken, since the service says so or was not reached, waits again until it is of no use any more.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("sent")
        LATE = "late", _("too late")
        FAILED = "failed", _("refused")

    UNKNOWN = "unknown"  # last_error where the service did not answer

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
    device = models.ForeignKey(Device, models.CASCADE)
    topic = models.CharField(max_length=32)
    message = EncryptedTextField(blank=True)  # JSON; forgotten when it has left
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    created_at = models.DateTimeField()
    next_at = models.DateTimeField()
    not_after = models.DateTimeField()
    sending_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=40, blank=True)
    # W3C traceparent of what it comes from, however late it is sent.
    trace = models.CharField(max_length=55, blank=True, default="")

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "deliveries"
        indexes = [
            models.Index(fields=["next_at"], condition=Q(state="waiting"), name="deliveries_due"),
            models.Index(fields=["created_at"]),
        ]
        constraints = [
            models.UniqueConstraint(fields=["device", "topic"], name="one_delivery_per_topic")
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"
