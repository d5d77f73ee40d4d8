from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from oo.lib.fields import EncryptedTextField

Began = tuple[UUID, datetime | None]  # whose tip, and when a worker began to ask about it


class ModelCallQuerySet(models.QuerySet["ModelCall"]):
    def spent_since(self, since: datetime) -> tuple[int, float]:
        """Tokens of all, and what those elsewhere cost in USD. One query."""
        sums = self.filter(at__gt=since).aggregate(
            tokens=models.Sum(models.F("tokens_in") + models.F("tokens_out")),
            usd=models.Sum("cost_usd", filter=models.Q(is_local=False)),
        )
        return sums["tokens"] or 0, sums["usd"] or 0.0

    def begun(self, user_id: UUID, moment: datetime | None) -> list[ModelCall]:
        """The questions about one tip, in order: those that a worker asked who began then.
        One query."""
        if moment is None:
            return []
        return list(self.filter(user_id=user_id, at=moment).order_by("pk"))

    def ms_begun(self, begun: Collection[Began]) -> dict[Began, int]:
        """How long models took of each that somebody was asked about. One query."""
        rows = self.filter(
            user_id__in={user_id for user_id, _moment in begun},
            at__in={moment for _user_id, moment in begun if moment},
        )
        sums = rows.order_by().values_list("user_id", "at").annotate(models.Sum("ms"))
        return {(user_id, moment): ms for user_id, moment, ms in sums if (user_id, moment) in begun}

    def outcomes_since(self, since: datetime) -> dict[str, tuple[int, int]]:
        """By alias: how many, and how many of them were not answered. One query."""
        unanswered = models.Q(outcome__in=(ModelCall.Outcome.AWAY, ModelCall.Outcome.TOO_SLOW))
        rows = self.filter(at__gt=since).order_by("alias").values_list("alias")
        counted = rows.annotate(all=models.Count("pk"), away=models.Count("pk", filter=unanswered))
        return {alias: (count, away) for alias, count, away in counted}

    def sums_of(self, user_id: UUID, *, since: datetime) -> dict[str, Any]:
        """Of one person: count, used, elsewhere (what left the installation), tokens, usd."""
        return self.filter(user_id=user_id, at__gte=since).aggregate(
            count=models.Count("pk"),
            used=models.Count("pk", filter=Q(outcome=ModelCall.Outcome.USED)),
            elsewhere=models.Count("pk", filter=Q(is_local=False)),
            tokens=Coalesce(models.Sum(models.F("tokens_in") + models.F("tokens_out")), 0),
            usd=Coalesce(models.Sum("cost_usd"), 0.0),
        )


class ModelCall(models.Model):
    """One question to a language model: what it cost, and whether the answer was of use.

    What was asked and answered stands in Transcript, and not for as long.
    """

    class Outcome(models.TextChoices):
        USED = "used", _("used")
        REFUSED = "refused", _("did not pass the checks")
        UNUSABLE = "unusable", _("no usable answer")
        AWAY = "away", _("no connection")
        TOO_SLOW = "too_slow", _("too slow")
        OVERTAKEN = "overtaken", _("not wanted any more")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
    at = models.DateTimeField(db_index=True)
    purpose = models.CharField(max_length=20)  # words, chooses, reads, shadow
    alias = models.CharField(max_length=40)
    model = models.CharField(max_length=120, blank=True)  # as litellm.yaml names it
    prompt = models.CharField(max_length=60)  # version of the words that asked
    tokens_in = models.PositiveIntegerField(default=0)
    tokens_out = models.PositiveIntegerField(default=0)
    ms = models.PositiveIntegerField(default=0)
    cost_usd = models.FloatField(default=0.0)
    is_local = models.BooleanField(default=True)  # nothing left the installation
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    reason = models.CharField(max_length=40, blank=True)  # the check that it did not pass

    objects = ModelCallQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["user", "at"])]

    def __str__(self) -> str:
        return f"{self.purpose}, {self.model}, {self.at}"


class Transcript(models.Model):
    """What was asked of a model and what it answered, sealed; kept a few days, for whoever looks
    into why a tip says what it says.

    The words that are the same in every such question stand in PromptText.
    """

    call = models.OneToOneField(ModelCall, models.CASCADE)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
    at = models.DateTimeField(db_index=True)  # that of the call
    asked = EncryptedTextField[str, str]()
    answered = EncryptedTextField[str, str](blank=True)  # empty: no answer that could be read
    # Where it was asked for one letter: letter to its log-probability.
    letters = models.JSONField(null=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"transcript of call {self.call_id}"


class PromptText(models.Model):
    """The words that every question of one version begins with. Of nobody, and kept for good."""

    version = models.CharField(max_length=60, primary_key=True)  # ModelCall.prompt
    text = models.TextField()
    first_at = models.DateTimeField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.version
