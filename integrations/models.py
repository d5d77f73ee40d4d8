from __future__ import annotations

import json
import uuid
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Count, F, Q
from django.utils.translation import gettext_lazy as _

from accounts.locks import lock_person
from accounts.profile.addresses import own_addresses
from integrations.base import Link, Trouble
from oo.lib.among import Among
from oo.lib.fields import EncryptedTextField

# So long after its moment a connection was forgotten by beat, or workers are too few.
OVERDUE = timedelta(minutes=10)


class ConnectionQuerySet(models.QuerySet["Connection"]):
    def live(self) -> ConnectionQuerySet:
        """Connections that may be synced: the person has not to do anything first."""
        return self.exclude(state__in=Connection.STUCK).filter(user__is_active=True)

    def unknown(self) -> ConnectionQuerySet:
        """What was asked for and is not connected: a worker is to check it, or has refused it."""
        return self.filter(state__in=Connection.UNKNOWN)

    def known(self) -> ConnectionQuerySet:
        """What is connected."""
        return self.exclude(state__in=Connection.NOT_CONNECTED)

    def may_be_asked(self) -> ConnectionQuerySet:
        """What may be read before its moment. What asked for fewer requests gets none."""
        return self.live().known().exclude(last_error=Trouble.RATE_LIMITED)

    def due(self, *, at: datetime) -> ConnectionQuerySet:
        """Live, its moment has come, and no worker holds it (a dead worker's claim runs out)."""
        return self.live()._unclaimed(at)

    def health(self, *, at: datetime) -> dict[str, tuple[int, int, int]]:
        """By source: how many are connected, cannot be read, and are overdue. One query."""
        late = Q(next_sync_at__lt=at - OVERDUE) & ~Q(state__in=Connection.STUCK)
        troubled = Q(state__in=(Connection.State.RETRYING, Connection.State.RECONNECT))
        rows = self.order_by("source").values_list("source")
        counted = rows.annotate(
            all=Count("pk"),
            troubled=Count("pk", filter=troubled),
            late=Count("pk", filter=late),
        )
        return {source: (count, bad, overdue) for source, count, bad, overdue in counted}

    def claim(self, connection_id: UUID, *, at: datetime, until: datetime) -> bool:
        """Take the due connection for one worker. Of two at once, one gets it.

        The conditions stand on the row itself: PostgreSQL checks them again after it has waited for
        the other worker, which it would not do for those of a joined table.
        """
        free = self.exclude(state__in=Connection.STUCK)._unclaimed(at)
        return bool(free.filter(pk=connection_id).update(claimed_until=until))

    def lock(self, connection_id: UUID) -> Connection | None:
        """Lock the person and then the connection. None: one of them is gone. Three queries."""
        user_id = self.filter(pk=connection_id).values_list("user_id", flat=True).first()
        if user_id is None or not lock_person(user_id):
            return None
        return self.select_for_update(no_key=True).filter(pk=connection_id).first()

    def _unclaimed(self, at: datetime) -> ConnectionQuerySet:
        return self.filter(Q(claimed_until=None) | Q(claimed_until__lte=at), next_sync_at__lte=at)


class Connection(models.Model):
    """One of a person's apps, as it is connected: what opens it, how far it was read, how it is."""

    class State(models.TextChoices):
        NEW = "new", _("not read yet")
        OK = "ok", _("connected")
        RETRYING = "retrying", _("trying again")
        RECONNECT = "reconnect", _("reconnect needed")
        CHECKING = "checking", _("being checked")
        REFUSED = "refused", _("not connected")
        LEAVING = "leaving", _("being disconnected")

    STUCK = (State.RECONNECT, State.REFUSED)  # the person has to do something first
    UNKNOWN = (State.CHECKING, State.REFUSED)
    NOT_CONNECTED = (*UNKNOWN, State.LEAVING)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
    source = models.CharField(max_length=40)  # SourceManifest.key
    account = models.CharField(max_length=255)  # the source's own key of the account or address
    label = models.CharField(max_length=255, blank=True)  # what the person reads
    credentials = EncryptedTextField(blank=True)  # JSON; its shape is the source's own
    cursor = models.JSONField(default=dict)  # how far it was read; its shape is the source's own
    document = EncryptedTextField(blank=True)  # an uploaded file, for sources that have no address
    state = models.CharField(max_length=12, choices=State.choices, default=State.NEW)
    connected_at = models.DateTimeField()
    synced_at = models.DateTimeField(null=True)  # last success
    next_sync_at = models.DateTimeField(db_index=True)
    claimed_until = models.DateTimeField(null=True)
    refreshing_until = models.DateTimeField(null=True)  # one worker asks for new credentials
    attempts = models.PositiveSmallIntegerField(default=0)  # failures in a row
    last_error = models.CharField(max_length=40, blank=True)  # a code of integrations.base.Trouble

    objects = ConnectionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "source", "account"], name="one_connection")
        ]
        indexes = [
            models.Index(fields=["user"], condition=Q(state="reconnect"), name="broken_connections")
        ]

    def __str__(self) -> str:
        return f"{self.source}, {self.user_id}"

    def read_credentials(self) -> dict[str, str]:
        return dict(json.loads(self.credentials)) if self.credentials else {}

    def write_credentials(self, credentials: Mapping[str, str]) -> None:
        self.credentials = json.dumps(dict(credentials))

    def link(self) -> Link:
        """As the source sees it. Reads user.profile, and one query for addresses."""
        return Link(
            id=self.pk,
            account=self.account,
            credentials=self.read_credentials(),
            cursor=self.cursor,
            document=self.document,
            zone=self.user.profile.zone,
            connected_at=self.connected_at,
            addresses=own_addresses(self.user),
        )


class WebhookDelivery(models.Model):
    """That a source has told something, so that it is heard once. About nobody: a digest."""

    digest = models.CharField(max_length=32, primary_key=True)  # of the source's own id of it
    heard_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.digest


class PushChannel(models.Model):
    """That a source was asked to tell of a connection. One that is being asked has no resource."""

    key = models.UUIDField(primary_key=True)  # its id at the source
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
    connection = models.ForeignKey(Connection, models.CASCADE, related_name="channels")
    resource = models.CharField(max_length=255, blank=True)  # the source's own key of what it tells
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


class TaskQuerySet(models.QuerySet["Task"]):
    def open(self) -> TaskQuerySet:
        return self.filter(completed_at=None)


class Task(models.Model):
    """A task as its source has it. Deleted there is deleted here."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
    connection = models.ForeignKey(Connection, models.CASCADE, related_name="tasks")
    external_id = models.CharField(max_length=255)
    title = models.CharField(max_length=500)
    description = models.TextField(blank=True)  # at most 2,000 characters of it
    project = models.CharField(max_length=200, blank=True)
    section = models.CharField(max_length=200, blank=True)  # of the project
    # Title of the task that this one is a part of.
    parent = models.CharField(max_length=200, blank=True, default="")
    labels = models.JSONField(default=list)
    priority = models.PositiveSmallIntegerField(default=1)  # 1 normal .. 4 urgent
    # A due date may have a time of day, and that a zone; without one it floats with the person.
    due_on = models.DateField(null=True)
    due_time = models.TimeField(null=True)
    due_zone = models.CharField(max_length=64, blank=True)
    deadline_on = models.DateField(null=True)
    duration_min = models.PositiveIntegerField(null=True)  # minutes
    recurrence = models.CharField(max_length=200, blank=True)  # in the source's words, or ""
    url = models.URLField(max_length=500, blank=True)  # where the task is in its own app
    added_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField()  # when a sync last changed this row
    # When a sync last saw a recurring task with a later date than before, or for the first time.
    returned_at = models.DateTimeField(null=True)
    digest = models.CharField(max_length=32)  # of what the source said: equal means unchanged
    # Of what there is to understand in it: see own_words and agents.understanding.
    words_digest = models.CharField(max_length=32, blank=True, default="")
    # When a sync saw other words in it than before. None: they are those that it was added with.
    worded_at = models.DateTimeField(null=True)

    objects = TaskQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connection", "external_id"], name="one_row_per_task"),
            models.CheckConstraint(condition=Q(priority__range=(1, 4)), name="task_priority_1_4"),
        ]
        indexes = [
            models.Index(fields=["user"], condition=Q(completed_at=None), name="open_tasks"),
            models.Index(
                fields=["completed_at"],
                condition=Q(completed_at__isnull=False),
                name="closed_tasks",
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"

    @property
    def is_recurring(self) -> bool:
        return bool(self.recurrence)


OWN = 16


def own_words(words_digest: str) -> str:
    """Of a words_digest, the part that stays while the same is written: of a task its title and
    description, wherever it is moved; of an event its title, wherever and for how long it is held.
    """
    return words_digest[:OWN]


class CalendarEvent(models.Model):
    """One occurrence of a calendar entry, already expanded from its recurrence."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
    connection = models.ForeignKey(Connection, models.CASCADE, related_name="events")
    external_id = models.CharField(max_length=255)  # of the entry; occurrences share it
    occurrence = models.CharField(max_length=40)  # which occurrence: its original start, or ""
    title = models.CharField(max_length=500, blank=True)
    location = models.CharField(max_length=500, blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    # All-day entries belong to dates, not moments; their moments are those of the person's zone.
    starts_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)  # exclusive
    is_busy = models.BooleanField(default=True)
    is_recurring = models.BooleanField(default=False)
    attendees = models.PositiveSmallIntegerField(null=True)  # who did not decline; None: unknown
    organises = models.BooleanField(default=False)  # the person does
    url = models.URLField(max_length=500, blank=True)
    updated_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField()
    digest = models.CharField(max_length=32)
    words_digest = models.CharField(max_length=32, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "external_id", "occurrence"], name="one_row_per_occurrence"
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gte=models.F("starts_at")), name="ends_after_start"
            ),
        ]
        indexes = [models.Index(fields=["user", "ends_at"])]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


class CompletionQuerySet(models.QuerySet["Completion"]):
    def waiting(self) -> CompletionQuerySet:
        return self.filter(state=Completion.State.WAITING)

    def due(self, *, at: datetime) -> CompletionQuerySet:
        return self.waiting().filter(next_at__lte=at, user__is_active=True)

    def claim(self, key: UUID, *, at: datetime, until: datetime) -> bool:
        """Take a due completion for one worker, and count the attempt. No join: see Connection."""
        due = self.waiting().filter(pk=key, next_at__lte=at)
        return bool(due.update(next_at=until, attempts=F("attempts") + 1))

    def unconfirmed(self, user_id: UUID) -> CompletionQuerySet:
        """Given up on and not yet read by the person."""
        return self.filter(Completion.UNCONFIRMED, user_id=user_id)

    def still_done(self) -> CompletionQuerySet:
        """Done, and the source has said nothing newer: a recurring task comes back with its next
        date.
        """
        return self.filter(Completion.STILL_DONE)

    def answered(self, user_ids: Collection[UUID]) -> CompletionQuerySet:
        """Those whose tasks are not open to their person, whatever the source still says."""
        return self.filter(
            Among("user_id", user_ids),
            Q(state=Completion.State.WAITING) | Completion.UNCONFIRMED | Completion.STILL_DONE,
        )


class Completion(models.Model):
    """The work of completing one task at its source: done exactly once, retried until it says yes.

    Claimed by a conditional update that moves `next_at` past the call's time limit: a worker that
    dies leaves a row that is due again, and the source knows the key.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        DONE = "done", _("closed at the source")
        FAILED = "failed", _("given up")
        CANCELLED = "cancelled", _("taken back")

    GIVE_UP_AFTER = timedelta(days=3)
    UNCONFIRMED = Q(state=State.FAILED, seen_at=None)
    STILL_DONE = Q(state=State.DONE, finished_at__gte=F("task__changed_at"))

    key = models.UUIDField(primary_key=True)  # given by the caller; idempotency key at the source
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
    task = models.ForeignKey(Task, models.CASCADE)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    not_before = models.DateTimeField()
    next_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)  # when the person read that it failed

    objects = CompletionQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["next_at"], condition=Q(state="waiting"), name="closes_due"),
            models.Index(fields=["user", "state"]),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"
