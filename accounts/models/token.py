from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q

from oo.lib.fields import EncryptedTextField


class ProviderToken(models.Model):
    """What a sign-in provider gave us and we must be able to give back (revoke) on deletion."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
    provider = models.CharField(max_length=30)
    uid = models.CharField(max_length=255)  # the provider's own key of the person
    kind = models.CharField(max_length=20)  # refresh_token, access_token
    token = EncryptedTextField()
    expires_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "uid"], name="one_token_per_identity")
        ]

    def __str__(self) -> str:
        return f"{self.provider}, {self.user_id}"


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def usable(self, *, at: datetime) -> ApiTokenQuerySet:
        return self.filter(
            Q(expires_at=None) | Q(expires_at__gt=at), revoked_at=None, user__is_active=True
        )


class ApiToken(models.Model):
    """A personal token for the API. Only its digest is kept; the person saw it once."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
    name = models.CharField(max_length=60)
    digest = models.CharField(max_length=64, unique=True)  # SHA-256 of the token, in hex
    hint = models.CharField(max_length=8)  # its last characters, to tell tokens apart
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    objects = ApiTokenQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.name}, {self.user_id}"
