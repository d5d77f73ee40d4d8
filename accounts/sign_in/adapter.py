"""What allauth asks us: who may come in, what is kept of what a provider said."""

from __future__ import annotations

import logging
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.account.utils import filter_users_by_email
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialLogin
from allauth.socialaccount.providers.apple.apple_session import get_apple_session
from allauth.socialaccount.providers.base import AuthProcess
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.redirects import is_local
from accounts.sign_in.arrival import formats_of, language_of_answer, welcome, zone_of
from accounts.sign_in.giving_back import give_back, keep_or_give_back
from accounts.sign_in.provider_tokens import keep_token
from accounts.sign_in.providers import configured_providers, find_provider, providers_of

log = logging.getLogger(__name__)
KEPT_FLAGS = ("email_verified", "is_private_email")


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def is_safe_url(self, url: str) -> bool:
        return is_local(url)


class SocialAccountAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    error_messages = DefaultSocialAccountAdapter.error_messages | {
        "disconnect_last": _("This is your only way to sign in. Add another one first."),
    }

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: Any) -> User:
        """Called with everything the provider said, before allauth stores any of it."""
        user: User = super().populate_user(request, sociallogin, data)
        user.name = readable_name(data)
        sociallogin.account.extra_data = build_extra_data(sociallogin.account.extra_data)
        return user

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """A new identity needs an address that its provider has verified, and that is nobody's.

        A known identity is known by its key, whatever has become of its address.
        """
        connecting = sociallogin.state.get("process") == AuthProcess.CONNECT
        if sociallogin.account.pk:
            # For its owner, who proved it just now, whoever is signed in.
            keep_or_give_back(sociallogin)
            return
        address = find_verified(sociallogin)
        if address is None:
            raise refusal(request, sociallogin, "unverified", status=403)
        if connecting and not request.user.is_authenticated:
            give_back(sociallogin)  # their session has ended meanwhile: allauth sends them away
        if not connecting:
            sociallogin.user.email = address.email
            self._claim_or_refuse(request, sociallogin, address.email)

    def save_user(self, request: HttpRequest, sociallogin: SocialLogin, form: Any = None) -> User:
        """The account with all that belongs to it, or nothing."""
        token = sociallogin.token
        try:
            with transaction.atomic():
                user: User = super().save_user(request, sociallogin, form)
                keep_token(sociallogin)
                greet(request, user)
        except IntegrityError:
            # Somebody else with this address, or this very person, was a moment faster.
            sociallogin.token = token
            raise refusal(request, sociallogin, "address_taken", status=409) from None
        return user

    def validate_disconnect(self, account: SocialAccount, accounts: Any) -> None:
        """One must stay that opens oO: of a provider that is set up here. allauth counts them all.

        (A passkey opens the console, to whoever has signed in.)
        """
        usable = [provider.key for provider in configured_providers()]
        if not accounts.exclude(pk=account.pk).filter(provider__in=usable).exists():
            raise self.validation_error("disconnect_last")

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, error: Any = None, **details: Any
    ) -> None:
        get_apple_session(request).delete()  # the name that came with the failed attempt
        # Only the kind: the text of the exception quotes the provider's answer.
        kind = type(details.get("exception")).__name__
        log.info("sign-in with %s ended: %s %s", provider.id, error, kind)

    def _claim_or_refuse(self, request: HttpRequest, login: SocialLogin, email: str) -> None:
        """One address, one account. An account that nobody ever signed in to (createsuperuser
        makes such) goes to the first who proves its address; any other must be proved first."""
        owners = filter_users_by_email(email)
        if not owners:
            return
        owner: User = owners[0]
        if len(owners) > 1 or not is_unclaimed(owner):
            raise refusal(request, login, "address_taken", status=409)
        with transaction.atomic():
            owner.name = owner.name or login.user.name
            login.user = owner
            login.save(request)
            keep_token(login)


def is_unclaimed(user: User) -> bool:
    used = user.last_login or SocialAccount.objects.filter(user=user).exists()
    return user.is_active and not used


def greet(request: HttpRequest, user: User) -> None:
    welcome(
        user,
        language=language_of_answer(),
        zone=zone_of(request),
        formats=formats_of(request),
        at=timezone.now(),
    )


def find_verified(sociallogin: SocialLogin) -> EmailAddress | None:
    return next((each for each in sociallogin.email_addresses if each.verified), None)


def build_extra_data(said: dict[str, Any]) -> dict[str, Any]:
    """What the pages show of an identity. Apple's answer also holds every token of the sign-in."""
    flags = {key: str(said.get(key, False)).lower() == "true" for key in KEPT_FLAGS}
    return {"email": str(said.get("email") or "")[:254], **flags}


def readable_name(data: dict[str, Any]) -> str:
    """One line of printable characters, at most 150, or ""."""
    parts = (data.get("first_name"), data.get("last_name"))
    name = " ".join(str(part) for part in parts if part) or str(data.get("name") or "")
    printable = "".join(each if each.isprintable() else " " for each in name)
    return " ".join(printable.split())[:150]


def refusal(
    request: HttpRequest, login: SocialLogin, page: str, *, status: int
) -> ImmediateHttpResponse:
    """To be raised: a page that says why and what to do. The provider is asked to forget it."""
    give_back(login)
    address = login.email_addresses[0].email if login.email_addresses else ""
    owner = filter_users_by_email(address)[:1] if address else []
    context = {
        "provider": find_provider(login.account.provider),
        "address": address,
        "known": providers_of(owner[0].pk) if page == "address_taken" and owner else [],
        "providers": configured_providers(),
    }
    return ImmediateHttpResponse(
        render(request, f"socialaccount/{page}.html", context, status=status)
    )
