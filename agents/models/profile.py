from __future__ import annotations

from datetime import time

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Preference(models.Model):
    """What a person has set of one plug-in. Its schema validates it, when it is set and read."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
    plugin = models.CharField(max_length=60)  # key of the manifest
    values = models.JSONField()
    set_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "plugin"], name="one_preference")]

    def __str__(self) -> str:
        return f"{self.plugin} as {self.user_id} likes it"


class Context(models.Model):
    """A situation that a person has named: work, home, away, or their own."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
    key = models.SlugField(max_length=40)
    title = models.CharField(max_length=40)
    days = models.JSONField(default=list)  # 0 is Monday; none: only by the switch
    starts = models.TimeField(default=time(9))
    ends = models.TimeField(default=time(17))  # not after `starts`: past midnight
    projects = models.JSONField(default=list)  # only their tasks are for it; none: all
    is_quiet = models.BooleanField(default=False)
    # Switched on by hand until then; beats every rule.
    on_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="one_context_a_key")]

    def __str__(self) -> str:
        return f"context {self.pk}"


class Belief(models.Model):
    """What was inferred of a person, and above it what they say themselves."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
    inference = models.CharField(max_length=40)  # InferenceManifest.key
    version = models.PositiveSmallIntegerField()  # InferenceManifest.version
    value = models.JSONField(null=True)  # None: nothing is inferred any more
    confidence = models.FloatField(default=0.0)
    evidence = models.PositiveIntegerField(default=0)  # how many things it comes from
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    # The person's word survives whatever is inferred later.
    said = models.JSONField(null=True)
    is_denied = models.BooleanField(default=False)  # not so, whatever the value

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "inference"], name="one_belief")]

    def __str__(self) -> str:
        return f"{self.inference} of {self.user_id}"


class CountedDay(models.Model):
    """What one person did with their tips on one day of theirs. No row: nothing.

    Counted out of the log of events, which forgets sooner.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
    day = models.DateField(db_index=True)  # where the person is
    served = models.PositiveIntegerField(default=0)  # tips that were seen for the first time
    done = models.PositiveIntegerField(default=0)  # tasks
    noted = models.PositiveIntegerField(_("Got it"), default=0)  # of what is no task
    snoozed = models.PositiveIntegerField(default=0)
    dismissed = models.PositiveIntegerField(default=0)
    dwell_s = models.FloatField(default=0.0)  # seconds from shown to answered, added up
    dwells = models.PositiveIntegerField(default=0)  # over how many answers
    hours = models.JSONField(default=dict)  # done by hour of the day where one was: {"9": 2}

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "day"], name="one_counted_day")]

    def __str__(self) -> str:
        return f"{self.day}, {self.user_id}"


class CountCursor(models.Model):
    """How far the log of events is counted; one row, or none before the first time."""

    counted_until = models.DateTimeField()  # EventRecord.at of the last event that was

    def __str__(self) -> str:
        return f"counted until {self.counted_until}"
