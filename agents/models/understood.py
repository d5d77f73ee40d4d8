from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class ReadingQuerySet(models.QuerySet["Reading"]):
    def of(self, user_id: UUID) -> ReadingQuerySet:
        return self.filter(user_id=user_id)

    def newest(self, most: int) -> list[tuple[str, str, dict[str, Any]]]:
        """(reader, language of the person, traits) of the last that were kept. One query."""
        rows = self.order_by("-pk").values_list("reader", "user__profile__locale", "traits")
        return list(rows[:most])


class Reading(models.Model):
    """What one reader understood of some words. The same words are never read twice, but where
    they name a day and are written again: "tomorrow" is another one then; or where they come again
    after what was read of them was forgotten (agents.understanding.forgetting).

    `words` is Task.words_digest or CalendarEvent.words_digest: rows with the same words share it.
    """

    class Kind(models.TextChoices):
        TASK = "task", _("Task")
        EVENT = "event", _("Event")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
    kind = models.CharField(max_length=5, choices=Kind.choices)
    words = models.CharField(max_length=32)
    reader = models.CharField(max_length=40)  # ReaderManifest.key
    version = models.PositiveSmallIntegerField()  # ReaderManifest.version
    traits = models.JSONField(default=dict)  # as agents.understanding.codec writes them
    read_at = models.DateTimeField()
    # When the words were written from which its days are counted; None if no day is in it.
    dated_from = models.DateTimeField(null=True)

    objects = ReadingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "kind", "words", "reader"], name="one_reading_of_the_same_words"
            )
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


class CorrectionQuerySet(models.QuerySet["Correction"]):
    def newest(self, most: int) -> list[tuple[str, str, bool]]:
        """(trait, language of the person, whether it was denied) of the last ones. One query."""
        rows = self.order_by("-pk").values_list("trait", "user__profile__locale", "value")
        return [(trait, locale, value is None) for trait, locale, value in rows[:most]]


class Correction(models.Model):
    """What the person says of one trait of some words. It beats every reading, for good; a day that
    they set, until the same words are written again.

    `words` is what integrations.models.own_words has of them: it holds wherever they are moved.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
    kind = models.CharField(max_length=5, choices=Reading.Kind.choices)
    words = models.CharField(max_length=32)
    trait = models.CharField(max_length=20)  # a field of Traits or EventTraits
    value = models.JSONField(null=True)  # None: what was read is not so
    made_at = models.DateTimeField()

    objects = CorrectionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "kind", "words", "trait"], name="one_correction_of_a_trait"
            )
        ]

    def __str__(self) -> str:
        return f"correction {self.pk} of {self.trait}"
