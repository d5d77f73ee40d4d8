"""The tokens that we must be able to give back: ours, encrypted, instead of allauth's in clear."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from accounts.models import ProviderToken

if TYPE_CHECKING:
    from allauth.socialaccount.models import SocialLogin


def keep_token(sociallogin: SocialLogin) -> None:
    """Store what revokes this sign-in: the refresh token, else the access token while it lives.

    The token leaves `sociallogin`, which allauth may write into the session.
    """
    token, sociallogin.token = sociallogin.token, None
    if token is None:
        return
    identity = {"provider": sociallogin.account.provider, "uid": sociallogin.account.uid}
    found = {"user": sociallogin.user, "kind": "refresh_token", "token": token.token_secret}
    if not token.token_secret:
        if ProviderToken.objects.filter(**identity, kind="refresh_token").exists():
            return  # it ends the whole grant, long after this access token is dead
        found |= {"kind": "access_token", "token": token.token, "expires_at": token.expires_at}
    ProviderToken.objects.update_or_create(**identity, defaults={"expires_at": None} | found)


def forget_dead_tokens(*, at: datetime) -> int:
    """Delete the access tokens that nobody takes any more; returns how many."""
    return ProviderToken.objects.filter(expires_at__lte=at).delete()[0]
