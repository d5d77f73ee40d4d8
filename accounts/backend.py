from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from accounts.models import User


class PersonBackend(ModelBackend):
    """Finds the person of a session and knows permissions. Nobody has a password to check."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **credentials: Any,
    ) -> None:
        return None

    def get_user(self, user_id: UUID) -> User | None:
        """The person with the profile, in one query; None when the account is not active."""
        return User.objects.select_related("profile").filter(pk=user_id, is_active=True).first()
