"""A sign-in that comes to nothing leaves nothing at its provider either."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.socialaccount.models import SocialAccount
from django.db import transaction

from accounts.locks import lock_person
from accounts.sign_in.provider_tokens import keep_token, token_of
from accounts.sign_in.revocation import revoke_identity

if TYPE_CHECKING:
    from allauth.socialaccount.models import SocialLogin


def keep_or_give_back(sociallogin: SocialLogin) -> None:
    """Keep the token of somebody who is here. Whoever is leaving, or was shut out, gets no new one:
    what would have revoked it may have been done already."""
    with transaction.atomic():
        if lock_person(sociallogin.user.pk):
            keep_token(sociallogin)
            return
    _give_back(sociallogin)


def give_back(sociallogin: SocialLogin) -> None:
    """Ask the provider to forget what it has just allowed: no page is changed by its failure.

    Not where the same person came in a moment before: revoking ends their whole grant.
    """
    identity = {"provider": sociallogin.account.provider, "uid": sociallogin.account.uid}
    if SocialAccount.objects.filter(**identity).exists():
        sociallogin.token = None
        return
    _give_back(sociallogin)


def _give_back(sociallogin: SocialLogin) -> None:
    found = token_of(sociallogin)
    if found is not None:
        revoke_identity(found)
