"""Hears sign-ins."""

from __future__ import annotations

from typing import Any

from allauth.account.signals import user_logged_in as signed_in_by_provider
from allauth.socialaccount.models import SocialLogin
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import User
from adminconsole.access.first_admin import make_first_admin
from adminconsole.access.recent import note_sign_in


@receiver(user_logged_in, dispatch_uid="adminconsole.signed_in")
def signed_in(request: HttpRequest, **_kwargs: Any) -> None:
    note_sign_in(request, at=timezone.now())


@receiver(signed_in_by_provider, dispatch_uid="adminconsole.signed_in_by_provider")
def came_from_provider(user: User, sociallogin: SocialLogin | None = None, **_kwargs: Any) -> None:
    if sociallogin is not None:
        said = [each.email for each in sociallogin.email_addresses if each.verified]
        make_first_admin(user, said, at=timezone.now())
