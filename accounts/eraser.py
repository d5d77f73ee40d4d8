from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.contrib.admin.models import LogEntry
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import ApiToken, Consent, Profile, ProviderToken, Session, User
from accounts.sign_in.revocation import revoke_all
from oo.lib.personal_data import Eraser, Revocation, plain, told
from oo.lib.types import JSON

# What is told of each row: the name that the person reads, and the column.
ADDRESS = {"address": "email", "proven": "verified", "first": "primary"}
CONFIRMATION = {"address": "email_address__email", "asked_at": "created", "sent_at": "sent"}
CONSENT = {
    "key": "key",
    "wording": "wording",
    "granted_at": "granted_at",
    "granted_by": "granted_by",
    "withdrawn_at": "withdrawn_at",
}
PERMISSION = {
    "provider": "provider",
    "id_there": "uid",
    "kind": "kind",
    "expires_at": "expires_at",
    "changed_at": "updated_at",
}
ALLAUTH_PERMISSION = {
    "provider": "account__provider",
    "id_there": "account__uid",
    "app": "app__name",
    "expires_at": "expires_at",
}
TOKEN = {
    "name": "name",
    "ends_with": "hint",
    "scopes": "scopes",
    "created_at": "created_at",
    "last_used_at": "last_used_at",
    "expires_at": "expires_at",
    "revoked_at": "revoked_at",
}


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
        "accounts.Departure",
        "account.EmailAddress",
        "account.EmailConfirmation",
        "socialaccount.SocialAccount",
        "socialaccount.SocialToken",
        "admin.LogEntry",
    )

    def export(self, user_id: UUID) -> Mapping[str, JSON]:
        """Without what opens anything (tokens, keys of sessions), or a digest of it."""
        user = User.objects.select_related("profile").get(pk=user_id)
        addresses = EmailAddress.objects.filter(user=user).order_by("pk")
        confirmations = EmailConfirmation.objects.filter(email_address__user=user).order_by("pk")
        identities = SocialAccount.objects.filter(user=user).order_by("pk")
        kept = ProviderToken.objects.filter(user=user).order_by("pk")
        of_allauth = SocialToken.objects.filter(account__user=user).order_by("pk")
        sessions = Session.objects.filter(user=user).order_by("expire_date", "pk")
        return {
            "you": _you(user),
            "addresses": told(addresses, ADDRESS),
            "address-confirmations": told(confirmations, CONFIRMATION),
            "consents": told(Consent.objects.filter(user=user).order_by("pk"), CONSENT),
            "sign-ins": [_identity(i) for i in identities],
            "sessions": told(sessions, {"ends_at": "expire_date"}),
            "provider-permissions": told(kept, PERMISSION) + told(of_allauth, ALLAUTH_PERMISSION),
            "api-tokens": told(ApiToken.objects.filter(user=user).order_by("pk"), TOKEN),
            "console": _in_the_console(user),
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


def _you(user: User) -> JSON:
    profile = user.profile
    return {
        "id": str(user.pk),
        "email": user.email,
        "name": user.name,
        "role": profile.role,
        "time_zone": profile.time_zone,
        "time_zone_is_known": profile.zone_is_known,
        "language": profile.locale,
        "clock": profile.clock,
        "dates": profile.dates,
        "single_keys": profile.single_keys,
        "profile_changed_at": plain(profile.updated_at),
        "joined_at": plain(user.date_joined),
        "last_signed_in_at": plain(user.last_login),
        "may_sign_in": user.is_active,
        "may_use_the_console": user.is_staff,
        "may_do_everything": user.is_superuser,
        "groups": [group.name for group in user.groups.order_by("name")],
        "permissions": [p.codename for p in user.user_permissions.order_by("codename")],
    }


def _identity(identity: SocialAccount) -> JSON:
    return {
        "provider": identity.provider,
        "id_there": identity.uid,
        "said_about_you": {k: str(identity.extra_data[k]) for k in _SAID & {*identity.extra_data}},
        "connected_at": plain(identity.date_joined),
        "last_used_at": plain(identity.last_login),
    }


# What providers say about a person. Named one by one: nothing that could be a token gets out.
_SAID = {"email", "email_verified", "name", "given_name", "family_name", "picture", "locale"}


def _in_the_console(user: User) -> JSON:
    """What the admin's log has of them: what was done to them, without by whom, and what they did,
    without to whom. Either is somebody else's.
    """
    about = Q(object_id=str(user.pk)) | Q(object_repr=user.email)
    rows = LogEntry.objects.order_by("pk")
    to_them = [{"about_you": True, **entry} for entry in _entries(rows.filter(about))]
    by_them = rows.filter(user=user).exclude(about)
    return [*to_them, *({"about_you": False, **entry} for entry in _entries(by_them))]


def _entries(rows: QuerySet[LogEntry]) -> Iterator[dict[str, JSON]]:
    for entry in rows.select_related("content_type"):
        yield {
            "at": plain(entry.action_time),
            "action": entry.get_action_flag_display(),
            "kind": entry.content_type.model if entry.content_type else None,
            "what": entry.change_message,
        }
