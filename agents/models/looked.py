from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.conf import settings
from django.db import connection, models, transaction
from django.db.models import Q
from django.db.models.functions import Coalesce

from accounts.models import Profile
from oo.lib.among import Among


class AgentOutputQuerySet(models.QuerySet["AgentOutput"]):
    def freshness(self, *, at: datetime) -> dict[str, tuple[int, int]]:
        """By agent: how many outputs are still trusted, and how many there are, of people who are
        looked at: whoever stays away for weeks is not. One query, of the whole table."""
        looked = self.filter(user__lookschedule__next_look_at__isnull=False)
        rows = looked.order_by("agent").values_list("agent")
        fresh, count = models.Count("pk", filter=Q(expires_at__gt=at)), models.Count("pk")
        return {key: (new, all_) for key, new, all_ in rows.annotate(fresh=fresh, all=count)}


class AgentOutput(models.Model):
    """What one agent last saw of a person. No row: from that angle there was nothing to see."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
    agent = models.CharField(max_length=40)  # AgentManifest.key
    version = models.PositiveSmallIntegerField()  # AgentManifest.version
    fingerprint = models.CharField(max_length=32)  # of the snippet
    snippet = models.JSONField()  # as agents.looking.codec writes it
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()  # nothing in it is trusted from then on

    objects = AgentOutputQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "agent"], name="one_output")]

    def __str__(self) -> str:
        return f"{self.agent}, {self.user_id}"


class AgentSwitchQuerySet(models.QuerySet["AgentSwitch"]):
    def off(self) -> frozenset[str]:
        """Their keys. One query."""
        return frozenset(self.values_list("pk", flat=True))

    def switch_off(self, key: str, *, at: datetime) -> bool:
        """False: it is off already."""
        _row, is_new = self.get_or_create(pk=key, defaults={"off_since": at})
        return is_new

    def switch_on(self, key: str) -> bool:
        """False: it is on already."""
        gone, _by_model = self.filter(pk=key).delete()
        return gone > 0


class AgentSwitch(models.Model):
    """An agent that looks at nobody: staff has switched it off. No row: it looks.

    Nothing is noted of anybody, which would be a row for each of a million people: the switch is in
    the view of whoever is decided about or looked at next, and `may_look` asks it there. What is
    stored of an agent that is off is in no decision from then on, and the next look at the person
    drops it. Of one that is on again the next decision has it look, as it does with every agent of
    which nothing is stored; the sweep writes that down when it looks at the person again, for who
    is active within the agent's TTL.
    """

    agent = models.CharField(max_length=40, primary_key=True)  # AgentManifest.key
    off_since = models.DateTimeField()

    objects = AgentSwitchQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "agent switches"

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


@dataclass(frozen=True, slots=True)
class Claimed:
    """A person whom one worker looks at now."""

    user_id: UUID
    is_changed: bool
    active_at: datetime | None


class LookScheduleQuerySet(models.QuerySet["LookSchedule"]):
    def due(self, *, at: datetime) -> LookScheduleQuerySet:
        """Their moment has come or something changed, and no worker holds them."""
        return self.filter(
            Q(is_changed=True) | Q(next_look_at__lte=at),
            Q(claimed_until=None) | Q(claimed_until__lte=at),
            user__is_active=True,
        )

    def claim(self, most: int, *, at: datetime, until: datetime) -> list[Claimed]:
        """Take up to `most` due people for one worker; two at once take different ones.

        Of a worker that dies they are due again at `until`, and count as changed: what it was told
        of, nobody has looked at. What changes meanwhile is noted in the row, and looked at then.
        """
        with transaction.atomic():
            rows = self.due(at=at).select_for_update(skip_locked=True, of=("self",))
            told = rows.values_list("pk", "is_changed", "claimed_until", "active_at")[:most]
            found = [
                Claimed(pk, is_changed or held is not None, active_at)
                for pk, is_changed, held, active_at in told
            ]
            self.filter(Among("pk", (c.user_id for c in found))).update(
                claimed_until=until, next_look_at=until, is_changed=False
            )
        return found

    def note_change(self, user_id: UUID) -> None:
        """Something that agents look at has changed. One query, three the first time.

        Called where it was changed: of somebody who is gone it must not fail.
        """
        if self.filter(pk=user_id).update(is_changed=True):
            return
        if Profile.objects.filter(pk=user_id).exists():
            self.begin([user_id])

    def note_activity(self, user_id: UUID, *, at: datetime) -> None:
        """The person is here: whoever was not looked at any more is again. One query.

        What is told late does not make them longer away than they are.
        """
        later = models.Case(
            models.When(active_at__gt=at, then="active_at"), default=models.Value(at)
        )
        self.filter(pk=user_id).update(
            active_at=later, next_look_at=Coalesce("next_look_at", models.Value(at))
        )

    def begin(self, user_ids: Iterable[UUID]) -> None:
        """Look at them from now on. Whoever is known already stays as they are."""
        rows = (LookSchedule(user_id=user_id, is_changed=True) for user_id in user_ids)
        self.bulk_create(rows, ignore_conflicts=True)


class LookSchedule(models.Model):
    """When agents look at one person again: the work of the sweep, and what is noted for it."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True)
    # None: not before something changes or the person comes back.
    next_look_at = models.DateTimeField(null=True, db_index=True)
    is_changed = models.BooleanField(default=False)
    active_at = models.DateTimeField(null=True)  # when a tip was last seen or answered
    looked_at = models.DateTimeField(null=True)
    claimed_until = models.DateTimeField(null=True)

    objects = LookScheduleQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["user"], condition=Q(is_changed=True), name="changed_people")
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


@dataclass(slots=True)
class Spent:
    """What looks of one agent took together."""

    looks: int = 0
    failed: int = 0
    seconds: float = 0.0

    def add(self, took_s: float, *, has_failed: bool) -> None:
        self.looks += 1
        self.failed += has_failed
        self.seconds += took_s


class AgentDayQuerySet(models.QuerySet["AgentDay"]):
    def add(self, day: date, spent: Mapping[str, Spent]) -> None:
        """Count it, by agent. One statement; workers that count at once add up."""
        if not spent:
            return
        rows = [(day, key, of.looks, of.failed, of.seconds) for key, of in sorted(spent.items())]
        table, values = AgentDay._meta.db_table, ", ".join(["(%s, %s, %s, %s, %s)"] * len(rows))
        added = ("looks", "failed", "seconds")
        sums = ", ".join(f"{name} = {table}.{name} + excluded.{name}" for name in added)
        with connection.cursor() as cursor:
            cursor.execute(
                f"insert into {table} (day, agent, looks, failed, seconds) values {values}"  # noqa: S608
                f" on conflict (day, agent) do update set {sums}",
                [value for row in rows for value in row],
            )

    def spent(self, since: date, until: date) -> dict[str, Spent]:
        """By agent, of these days and the last of them. One query."""
        rows = self.filter(day__range=(since, until)).order_by().values_list("agent")
        sums = (models.Sum(name) for name in ("looks", "failed", "seconds"))
        return {key: Spent(*of) for key, *of in rows.annotate(*sums)}


class AgentDay(models.Model):
    """What the looks of one agent took on one day (UTC), at all people together."""

    day = models.DateField()
    agent = models.CharField(max_length=40)  # AgentManifest.key
    looks = models.PositiveIntegerField()
    failed = models.PositiveIntegerField()
    seconds = models.FloatField()

    objects = AgentDayQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["day", "agent"], name="one_agent_a_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.agent}"


class Sweep(models.Model):
    """How far one sweep has come: the counts grow with every chunk of people."""

    began_at = models.DateTimeField(db_index=True)
    updated_at = models.DateTimeField()
    people = models.PositiveIntegerField(default=0)  # looked at
    written = models.PositiveIntegerField(default=0)  # outputs that are new or changed
    dropped = models.PositiveIntegerField(default=0)  # outputs with nothing left to see
    # Looks of one agent at one person, and inferences; or a whole person.
    failed = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"
