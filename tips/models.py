from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Collection, Iterable
from contextlib import suppress
from datetime import UTC, date, datetime
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.db.models import Count, F, Q
from django.db.models.functions import TruncDate
from django.utils.translation import gettext_lazy as _

from accounts.models import Profile
from oo.lib.among import Among
from oo.lib.compiled import Given
from tips import base


class TipQuerySet(models.QuerySet["Tip"]):
    def current(self, user_id: UUID | Given, *, at: datetime | Given) -> TipQuerySet:
        """The one tip that may be on the page at `at`: ready or shown, and still true."""
        return self.filter(user_id=user_id, state__in=Tip.LIVE, expires_at__gt=at)

    def current_of(self, user_ids: Iterable[UUID], *, at: datetime) -> TipQuerySet:
        """As `current`, of many people: one a person."""
        return self.filter(Among("user_id", user_ids), state__in=Tip.LIVE, expires_at__gt=at)

    def live(self) -> TipQuerySet:
        return self.filter(state__in=Tip.LIVE)

    def shown_in(self, since: datetime, until: datetime) -> TipQuerySet:
        """Shown for the first time in it; `until` is the first moment after."""
        return self.filter(shown_at__gte=since, shown_at__lt=until)

    def newest_shown(self, most: int) -> list[Tip]:
        """With their people, the newest first. One query."""
        return list(self.select_related("user").order_by("-shown_at")[:most])

    def answers_of(self, user_ids: Collection[UUID], *, since: datetime) -> Counter[UUID]:
        """How many of what was made since then each of them answered. One query."""
        rows = self.filter(Among("user_id", user_ids), made_at__gte=since, state=Tip.State.ANSWERED)
        counted = rows.order_by().values_list("user_id").annotate(count=Count("pk"))
        return Counter(dict(counted))

    def answers_by_day(self, user_id: UUID, *, since: datetime) -> dict[tuple[date, str], int]:
        """Of what was made since then: how many answers by day (UTC) and reaction. One query."""
        rows = self.filter(user_id=user_id, made_at__gte=since, state=Tip.State.ANSWERED)
        days = rows.order_by().values_list(TruncDate("answered_at", tzinfo=UTC), "reaction")
        return {(day, reaction): n for day, reaction, n in days.annotate(count=Count("pk"))}


class Tip(models.Model):
    """One suggestion, from ready to its end. A person has at most one that is ready or shown."""

    class State(models.TextChoices):
        READY = "ready", _("ready")
        SHOWN = "shown", _("shown")
        ANSWERED = "answered", _("answered")
        EXPIRED = "expired", _("expired")
        WITHDRAWN = "withdrawn", _("withdrawn")

    class Reaction(models.TextChoices):
        DONE = base.Reaction.DONE, _("done")
        SNOOZE = base.Reaction.SNOOZE, _("later")
        DISMISS = base.Reaction.DISMISS, _("not this")

    class Reason(models.TextChoices):
        NOT_NOW = base.Reason.NOT_NOW, _("not now")
        NOT_RELEVANT = base.Reason.NOT_RELEVANT, _("not relevant")
        WRONG = base.Reason.WRONG, _("it is wrong")
        ALREADY_DONE = base.Reason.ALREADY_DONE, _("already done")

    LIVE = (State.READY, State.SHOWN)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
    state = models.CharField(max_length=10, choices=State.choices, default=State.READY)
    # What is said, and who says it.
    content = models.CharField(max_length=500)
    detail = models.CharField(max_length=300, blank=True)  # the quiet line: why now
    # What the template says, where a model has worded `content`; else "".
    plain = models.CharField(max_length=500, blank=True)
    kind = models.CharField(max_length=10)  # tips.base.Kind
    url = models.URLField(max_length=500, blank=True)  # of the row, in its own app
    source = models.CharField(max_length=40)
    policy = models.CharField(max_length=40)
    model = models.CharField(max_length=80, blank=True)  # "" when no model was asked
    prompt_version = models.CharField(max_length=80, blank=True)
    left_host = models.BooleanField(default=False)  # its words went to somebody's cloud
    polished_at = models.DateTimeField(null=True)  # when a worker began to ask a model about it
    confidence = models.FloatField()
    evidence = models.JSONField()  # list of {model, id, fact}
    candidate = models.CharField(max_length=60)  # Candidate.key
    fingerprint = models.CharField(max_length=32)  # of the context that it was made from
    # Its life.
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    starts_at = models.DateTimeField(null=True)  # what a reminder leads to
    later_until = models.DateTimeField(null=True)  # after it, it is too late to put it off
    shown_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)  # answered, expired or withdrawn
    # The answer.
    reaction = models.CharField(max_length=10, choices=Reaction.choices, blank=True)
    reason = models.CharField(max_length=15, choices=Reason.choices, blank=True)
    answered_at = models.DateTimeField(null=True)  # by the person's clock, within reason
    # The page offers until then to take back what the person said last; each answer sets it anew.
    undo_until = models.DateTimeField(null=True)
    # Of what this answer completes at its source; a later answer to the same tip has another.
    completion_key = models.UUIDField(null=True)
    dwell_s = models.FloatField(null=True)
    reward = models.FloatField(null=True)
    # Later: its task was closed at its source; see tips.answer.rewarding.
    delayed_reward = models.FloatField(null=True)

    objects = TipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(state__in=["ready", "shown"]), name="one_live_tip"
            ),
            models.CheckConstraint(
                condition=Q(state="answered", answered_at__isnull=False)
                | (~Q(state="answered") & Q(answered_at=None, reaction="")),
                name="answered_has_reaction",
            ),
        ]
        indexes = [
            models.Index(fields=["user", "-made_at"]),
            models.Index(fields=["shown_at"], condition=Q(shown_at__isnull=False), name="shown"),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"

    @property
    def quiet_line(self) -> str:
        """Why now, in small: without the first reason where a wording says it."""
        return self.detail.partition(base.BETWEEN_REASONS)[2] if self.plain else self.detail


class TipDecision(models.Model):
    """What could have been said when, how it scored, what was chosen, and with which chance.

    Silence is a decision too: then there is no tip. The log that any later policy is tried on, for
    OO_HISTORY_KEPT_DAYS.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
    tip = models.OneToOneField(Tip, models.CASCADE, null=True, related_name="decision")
    at = models.DateTimeField(db_index=True)
    policy = models.CharField(max_length=40)
    policy_version = models.PositiveSmallIntegerField()
    candidates = models.JSONField()  # as tips.make.making logs them, best first
    seen = models.JSONField(default=list)  # by agents: list of {agent, text, rows, nominations}
    candidate_count = models.PositiveIntegerField()  # the list above is cut to the best
    chosen = models.CharField(max_length=60, blank=True)  # Candidate.key
    chooser = models.CharField(max_length=120, blank=True)  # the model that chose; "": the ranking
    propensity = models.FloatField(null=True)  # None: of what a model chose nobody knows it
    silence = models.CharField(max_length=30, blank=True)
    fingerprint = models.CharField(max_length=32)

    class Meta:
        indexes = [models.Index(fields=["user", "-at"])]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


class TipView(models.Model):
    """One showing of a tip on one device, kept for OO_HISTORY_KEPT_DAYS. That it was shown at all
    is Tip's to say, and so are reactions."""

    tip = models.ForeignKey(Tip, models.CASCADE, related_name="views")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
    at = models.DateTimeField()
    surface = models.CharField(max_length=10)  # page, card, api

    class Meta:
        indexes = [models.Index(fields=["user", "at"]), models.Index(fields=["at"])]

    def __str__(self) -> str:
        return f"view of {self.tip_id}"


class Interruption(models.Model):
    """Whether a tip was worth a notification, with all that this rested on: the log of deliver.

    One row for each answer to the question: a tip that is asked about every minute, and is kept
    back for the same reason, has one. Where it was worth one that then reached nobody, `why` still
    says that it was, and it is not spoken.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
    tip = models.ForeignKey(Tip, models.CASCADE)
    at = models.DateTimeField()
    spoken = models.BooleanField()
    why = models.CharField(max_length=20)  # tips.decide.interrupting
    probability = models.FloatField()
    needed = models.FloatField()
    propensity = models.FloatField(default=1.0)  # of this answer, in this moment
    features = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tip", "why"], name="one_reason_per_tip"),
            models.UniqueConstraint(
                fields=["tip"], condition=Q(spoken=True), name="one_notification_per_tip"
            ),
        ]
        indexes = [models.Index(fields=["user", "-at"]), models.Index(fields=["at"])]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


class UsefulnessFit(models.Model):
    """What was learnt from how notifications were answered, of everybody together and of nobody in
    particular: see tips.decide.usefulness. The newest is used."""

    fitted_at = models.DateTimeField()
    count = models.PositiveIntegerField()  # of notifications
    weights = models.JSONField()  # by feature, in log-odds
    slope = models.FloatField()
    shift = models.FloatField()
    # Tried on the newest fifth: log-loss, that of the prior, and the calibration error.
    loss = models.FloatField(null=True)
    prior_loss = models.FloatField(null=True)
    error = models.FloatField(null=True)

    class Meta:
        get_latest_by = "fitted_at"

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


class PolicySwitch(models.Model):
    """The policy that staff has chosen; one row, or none while the settings say which decides."""

    policy = models.CharField(max_length=40)  # PolicyManifest.key
    since = models.DateTimeField()

    class Meta:
        verbose_name_plural = "policy switches"

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


class Mute(models.Model):
    """A candidate that is not to be said again before a moment: the effect of an answer."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
    tip = models.OneToOneField(Tip, models.CASCADE)  # the answer that caused it; undone with it
    candidate = models.CharField(max_length=60)
    until = models.DateTimeField()
    # A mute that ends as soon as its row changes at the source: "it is wrong" may be put right.
    until_changed = models.BooleanField(default=False)
    since = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["user", "until"])]

    def __str__(self) -> str:
        return f"mute of {self.candidate}"

    def is_over(self, changed_at: datetime | None) -> bool:
        """Whether it waits for a change of its row, which changed last at `changed_at`, and that
        was after the answer."""
        return self.until_changed and changed_at is not None and changed_at > self.since


class TipScheduleQuerySet(models.QuerySet["TipSchedule"]):
    def due(self, *, at: datetime) -> TipScheduleQuerySet:
        return self.filter(next_look_at__lte=at, user__is_active=True).order_by("next_look_at")

    def claim(self, most: int, *, at: datetime, until: datetime) -> list[UUID]:
        """Take up to `most` due people for one worker; two at once take different ones.

        Whoever it then does not put off is due again at `until`. Two queries.
        """
        with transaction.atomic():
            rows = self.due(at=at).select_for_update(skip_locked=True, of=("self",))
            user_ids = list(rows.values_list("pk", flat=True)[:most])
            self.filter(Among("pk", user_ids)).update(next_look_at=until)
        return user_ids

    def begin(self, user_ids: Iterable[UUID], *, at: datetime) -> None:
        """Decide about them from now on. Whoever is known, or has left, stays so."""
        unknown = Profile.objects.filter(
            user_id__in=user_ids, user__is_active=True, user__tipschedule=None
        )
        for user_id in unknown.values_list("pk", flat=True):
            with suppress(IntegrityError), transaction.atomic():
                self.create(user_id=user_id, next_look_at=at)

    def of_people(
        self, user_ids: Iterable[UUID], *, locked: bool = False
    ) -> dict[UUID, TipSchedule]:
        """By person, those who are here; in the order of their keys when locked. One query."""
        rows = self.filter(Among("user_id", user_ids), user__is_active=True)
        rows = rows.select_for_update(of=("self",)).order_by("pk") if locked else rows
        return {schedule.pk: schedule for schedule in rows}

    def rest(self, user_id: UUID, tip: Tip, *, until: datetime) -> None:
        """The person has just answered `tip`: nothing is decided until then. One query."""
        self.filter(user_id=user_id).update(
            last_answered=tip,
            rest_until=until,
            next_look_at=until,
            fingerprint="",
            revision=F("revision") + 1,
        )

    def look_again(self, user_id: UUID, *, at: datetime) -> None:
        """Something changed: whoever looks next, a message or beat, decides anew. One query.

        Of somebody new a few more: if the message is lost, nobody else would ever look.
        """
        known = self.filter(user_id=user_id).update(
            next_look_at=at, fingerprint="", revision=F("revision") + 1
        )
        if not known:
            self.begin([user_id], at=at)


class TipSchedule(models.Model):
    """How things stand with one person: the last decision, and when to decide again.

    This row is the work of making tips; a Celery message only says "look now".
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True)
    fingerprint = models.CharField(max_length=32, blank=True)
    # Grows with whatever may change the decision: one that was begun before is not stored.
    revision = models.PositiveIntegerField(default=0)
    looked_at = models.DateTimeField(null=True)
    next_look_at = models.DateTimeField(db_index=True)
    policy = models.CharField(max_length=40, blank=True)  # that decided
    silence = models.CharField(max_length=30, blank=True)  # code of the policy's silences, or ""
    rest_until = models.DateTimeField(null=True)  # after an answer
    last_answered = models.ForeignKey(Tip, models.SET_NULL, null=True, related_name="+")

    objects = TipScheduleQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"
