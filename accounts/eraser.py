from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.contrib.admin.models import LogEntry
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import ApiToken, Consent, Profile, ProviderToken, Session, User
from accounts.sign_in.revocation import revoke_all
from oo.lib.personal_data import Eraser, Revocation
from oo.lib.types import JSON


class AccountsEraser(Eraser):
    """Who the person is and what they allowed, allauth's and the admin's rows about them included.

    The person's own row goes last, by accounts.privacy.deletion.
    """

    title = _("You: name, e-mail address, time zone, consents, sign-ins and API tokens")
    models = (
        "accounts.User",
        "accounts.User_groups",
        "accounts.User_user_permissions",
        "accounts.Profile",
        "accounts.Consent",
        "accounts.Session",
        "accounts.ApiToken",
        "accounts.ProviderToken",
        "account.EmailAddress",
        "account.EmailConfirmation",
        "socialaccount.SocialAccount",
        "socialaccount.SocialToken",
        "admin.LogEntry",
    )

    def export(self, user_id: UUID) -> Mapping[str, JSON]:
        user = User.objects.select_related("profile").get(pk=user_id)
        return {
            "you": _you(user),
            "consents": [_consent(c) for c in Consent.objects.filter(user=user).order_by("pk")],
            "sign-ins": [_identity(i) for i in SocialAccount.objects.filter(user=user)],
            "api-tokens": [_token(t) for t in ApiToken.objects.filter(user=user).order_by("pk")],
        }

    def revoke(self, user_id: UUID) -> Iterator[Revocation]:
        yield from revoke_all(user_id)

    def erase(self, user_id: UUID) -> Mapping[str, int]:
        erased: Counter[str] = Counter()
        for rows in _rows(user_id):
            erased.update(rows.delete()[1])
        return erased


def _rows(user_id: UUID) -> Iterator[QuerySet[Any]]:
    user = User.objects.get(pk=user_id)
    # The admin's log keeps who was looked after as text: the key, and the address as the name.
    about = Q(user=user) | Q(object_id=str(user_id)) | Q(object_repr=user.email)
    yield LogEntry.objects.filter(about)
    yield SocialToken.objects.filter(account__user=user)
    yield SocialAccount.objects.filter(user=user)
    yield EmailConfirmation.objects.filter(email_address__user=user)
    yield EmailAddress.objects.filter(user=user)
    for model in (ProviderToken, ApiToken, Consent, Session, Profile):
        yield model._default_manager.filter(user=user)
    yield User.groups.through._default_manager.filter(user=user)
    yield User.user_permissions.through._default_manager.filter(user=user)


def _moment(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds") if at else None


def _you(user: User) -> JSON:
    return {
        "id": str(user.pk),
        "email": user.email,
        "name": user.name,
        "role": user.profile.role,
        "time_zone": user.profile.time_zone,
        "language": user.profile.locale,
        "single_keys": user.profile.single_keys,
        "joined_at": _moment(user.date_joined),
        "last_signed_in_at": _moment(user.last_login),
    }


def _consent(consent: Consent) -> JSON:
    return {
        "key": consent.key,
        "wording": consent.wording,
        "granted_at": _moment(consent.granted_at),
        "granted_by": consent.granted_by,
        "withdrawn_at": _moment(consent.withdrawn_at),
    }


def _identity(identity: SocialAccount) -> JSON:
    return {
        "provider": identity.provider,
        "id_there": identity.uid,
        "said_about_you": {k: str(identity.extra_data[k]) for k in _SAID & {*identity.extra_data}},
        "connected_at": _moment(identity.date_joined),
        "last_used_at": _moment(identity.last_login),
    }


# What providers say about a person. Named one by one: nothing that could be a token gets out.
_SAID = {"email", "email_verified", "name", "given_name", "family_name", "picture", "locale"}


def _token(token: ApiToken) -> JSON:
    return {
        "name": token.name,
        "ends_with": token.hint,
        "scopes": token.scopes,
        "created_at": _moment(token.created_at),
        "last_used_at": _moment(token.last_used_at),
        "expires_at": _moment(token.expires_at),
        "revoked_at": _moment(token.revoked_at),
    }
