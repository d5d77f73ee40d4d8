"""The tokens that we must be able to give back: ours, encrypted, instead of allauth's in clear."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from accounts.models import ProviderToken

if TYPE_CHECKING:
    from allauth.socialaccount.models import SocialLogin


def token_of(sociallogin: SocialLogin) -> ProviderToken | None:
    """What revokes this sign-in: the refresh token, else the access token while it lives. Not
    stored yet.

    The token leaves `sociallogin`, which allauth may write into the session.
    """
    token, sociallogin.token = sociallogin.token, None
    if token is None:
        return None
    found = ProviderToken(provider=sociallogin.account.provider, uid=sociallogin.account.uid)
    found.kind, found.token = "refresh_token", token.token_secret
    if not token.token_secret:
        found.kind, found.token, found.expires_at = "access_token", token.token, token.expires_at
    return found


def keep_token(sociallogin: SocialLogin) -> None:
    """Store what revokes this sign-in."""
    found = token_of(sociallogin)
    if found is None:
        return
    same = ProviderToken.objects.filter(provider=found.provider, uid=found.uid)
    if found.kind == "access_token" and same.filter(kind="refresh_token").exists():
        return  # it ends the whole grant, long after this access token is dead
    ProviderToken.objects.update_or_create(
        provider=found.provider,
        uid=found.uid,
        defaults={
            "user": sociallogin.user,
            "kind": found.kind,
            "token": found.token,
            "expires_at": found.expires_at,
        },
    )


def forget_dead_tokens(*, at: datetime) -> int:
    """Delete the access tokens that nobody takes any more; returns how many."""
    return ProviderToken.objects.filter(expires_at__lte=at).delete()[0]
