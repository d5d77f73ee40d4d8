"""Hears allauth. What intervenes is in the adapter: the order of receivers is not defined."""

from __future__ import annotations

from typing import Any

from allauth.account.signals import user_logged_in
from allauth.socialaccount.models import SocialAccount, SocialLogin
from allauth.socialaccount.signals import social_account_added, social_account_removed
from django.contrib import messages
from django.dispatch import receiver
from django.http import HttpRequest

from accounts.models import ProviderToken, User
from accounts.sign_in.adapter import greet
from accounts.sign_in.giving_back import keep_or_give_back
from accounts.sign_in.revocation import revoke_identity
from accounts.sign_in.session_end import end_sessions


@receiver(user_logged_in, dispatch_uid="accounts.person_signed_in")
def person_signed_in(request: HttpRequest, user: User, **_kwargs: Any) -> None:
    """For accounts that were made without a sign-up, and for words that have changed since."""
    greet(request, user)


@receiver(social_account_added, dispatch_uid="accounts.way_in_added")
def way_in_added(sociallogin: SocialLogin, **_kwargs: Any) -> None:
    keep_or_give_back(sociallogin)


@receiver(social_account_removed, dispatch_uid="accounts.way_in_removed")
def way_in_removed(request: HttpRequest, socialaccount: SocialAccount, **_kwargs: Any) -> None:
    tokens = ProviderToken.objects.filter(provider=socialaccount.provider, uid=socialaccount.uid)
    for token in tokens:
        told = revoke_identity(token)
        token.delete()
        if not told.revoked:
            messages.info(request, told.note)
    # Who came in by it is not known, and may be why it is removed.
    end_sessions(socialaccount.user_id, except_key=request.session.session_key)
