from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import QuerySet, Sum

from adminconsole.period import Period


class DayQuerySet(QuerySet[Any]):
    """Of rows that count what was alike on one day."""

    def within(self, period: Period) -> DayQuerySet:
        return self.filter(day__range=(period.first, period.last))

    def sums(self, *by: str, of: Sequence[str] = ("count",)) -> dict[Any, Any]:
        """The sum of a column, or a tuple of several, by one field or by a tuple. One query."""
        sums = {f"sum_{name}": Sum(name) for name in of}
        rows = self.order_by(*by).values_list(*by).annotate(**sums)
        return {_alone(row[: len(by)]): _alone(row[len(by) :]) for row in rows}


def _alone(values: tuple[Any, ...]) -> Any:
    return values[0] if len(values) == 1 else values


class AuditEntryQuerySet(QuerySet["AuditEntry"]):
    def within(self, period: Period) -> AuditEntryQuerySet:
        return self.filter(at__gte=period.since, at__lt=period.until)

    def actions(self) -> set[str]:
        return set(self.order_by().values_list("action", flat=True).distinct())


class AuditEntry(models.Model):
    """What a member of staff did or looked at. Rows are only added: the database refuses the rest.

    People stand in it as digests (adminconsole.audit.marks), since the row outlives them: whoever
    is there can be found, and of whoever has left nobody can say who it was.
    """

    at = models.DateTimeField(db_index=True)
    staff = models.CharField(max_length=32)  # mark
    action = models.CharField(max_length=40)
    person = models.CharField(max_length=32, blank=True)  # mark
    target = models.CharField(max_length=80, blank=True)  # label and key of a row, or a key
    why = models.CharField(max_length=200, blank=True)  # in the words of who did it
    trace = models.CharField(max_length=55)

    objects = AuditEntryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "audit entries"
        default_permissions = ()
        permissions = [
            ("look", "Look at numbers and states"),
            ("act", "Change what the console offers to change"),
            ("reveal", "Read what people wrote"),
            ("query", "Ask the database in SQL"),
        ]
        indexes = [models.Index(fields=["person", "-at"]), models.Index(fields=["staff", "-at"])]

    def __str__(self) -> str:
        return f"{self.action} {self.at:%Y-%m-%d %H:%M}"


class TipDay(models.Model):
    """How many tips of a day (UTC) were shown that are alike in all of this, and what came of them.

    Counted from tips by adminconsole.counting: pages ask these rows, however many tips there are.
    """

    day = models.DateField()
    policy = models.CharField(max_length=40)
    model = models.CharField(max_length=80, blank=True)
    prompt_version = models.CharField(max_length=80, blank=True)
    kind = models.CharField(max_length=10)
    hour = models.PositiveSmallIntegerField()  # by the clock of the person
    priority = models.PositiveSmallIntegerField(null=True)  # of the task, where it is about one
    cohort = models.DateField()  # the first of the month in which the person joined
    reaction = models.CharField(max_length=10, blank=True)  # "": none
    count = models.PositiveIntegerField()
    reward = models.FloatField(default=0)  # the sum of it
    dwell_s = models.FloatField(default=0)  # the sum, of those with a reaction

    objects = DayQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["day"])]

    def __str__(self) -> str:
        return f"{self.day} {self.policy} {self.kind}"


class PeopleDayQuerySet(DayQuerySet):
    def funnel(self, period: Period) -> Mapping[str, int]:
        """Step by step, of those who joined in it. One query."""
        sums = self.within(period).aggregate(**{f"{step}_sum": Sum(step) for step in FUNNEL})
        return {step: sums[f"{step}_sum"] or 0 for step in FUNNEL}


FUNNEL = ("joined", "connected", "tipped", "answered", "returned")


class PeopleDay(models.Model):
    """People by day (UTC): how many came, and how far those got who joined on it."""

    day = models.DateField(primary_key=True)
    active = models.PositiveIntegerField(default=0)  # saw a tip
    active_week = models.PositiveIntegerField(default=0)  # in the seven days that end with it
    joined = models.PositiveIntegerField(default=0)
    connected = models.PositiveIntegerField(default=0)  # of those who joined, until now
    tipped = models.PositiveIntegerField(default=0)
    answered = models.PositiveIntegerField(default=0)  # within a week of joining
    returned = models.PositiveIntegerField(default=0)  # the same, on a later day

    objects = PeopleDayQuerySet.as_manager()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.day)


class AskedDay(models.Model):
    """How often it was asked on a day whether to interrupt somebody, with the same answer."""

    day = models.DateField()
    spoken = models.BooleanField()
    why = models.CharField(max_length=20)
    bin = models.PositiveSmallIntegerField()  # of the probability, in twentieths
    count = models.PositiveIntegerField()
    probability = models.FloatField()  # the sum of it
    helped = models.PositiveIntegerField()  # of those spoken: done within two hours

    objects = DayQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["day"])]

    def __str__(self) -> str:
        return f"{self.day} {self.why}"


class CallDay(models.Model):
    """The questions to language models of a day that are alike."""

    day = models.DateField()
    alias = models.CharField(max_length=40)
    model = models.CharField(max_length=120, blank=True)
    purpose = models.CharField(max_length=20)
    outcome = models.CharField(max_length=10)
    is_local = models.BooleanField()
    doublings = models.PositiveSmallIntegerField()  # of a millisecond, that it took
    count = models.PositiveIntegerField()
    tokens_in = models.PositiveBigIntegerField()
    tokens_out = models.PositiveBigIntegerField()
    cost_usd = models.FloatField()

    objects = DayQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["day"])]

    def __str__(self) -> str:
        return f"{self.day} {self.alias}"


class QualityDay(models.Model):
    """Of how many that should have been, how many were: one measure on one day."""

    day = models.DateField()
    measure = models.CharField(max_length=60)  # adminconsole.counting.quality
    part = models.PositiveIntegerField()
    whole = models.PositiveIntegerField()

    objects = DayQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["day", "measure"], name="one_measure_a_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.measure}"


class CountedQuerySet(QuerySet["Counted"]):
    def newest(self) -> Counted | None:
        """Which tells pages how old their numbers are. One query."""
        return self.order_by("-at").first()


class Counted(models.Model):
    """When a day was counted last. A day that was not over then is counted again."""

    day = models.DateField(primary_key=True)
    at = models.DateTimeField()

    objects = CountedQuerySet.as_manager()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.day)


class SavedQuery(models.Model):
    """A question in SQL, for the member of staff who keeps it: an address may stand in it."""

    name = models.CharField(max_length=80)
    sql = models.TextField()
    by = models.CharField(max_length=32)  # mark
    at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "saved queries"
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["by", "name"], name="one_query_of_a_name")]

    def __str__(self) -> str:
        return self.name


class Passkey(models.Model):
    """Half of a key pair, whose other half is in a device of a member of staff."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="passkeys")
    credential_id = models.CharField(max_length=1400, unique=True)  # in base64url, as the next one
    public_key = models.TextField()
    sign_count = models.PositiveBigIntegerField(default=0)  # 0 where the device does not count
    transports = models.CharField(max_length=80, blank=True)  # how a browser reaches the device
    name = models.CharField(max_length=60)
    added_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.name
