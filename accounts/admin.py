from __future__ import annotations

from django.contrib import admin

from accounts.models import (
    ApiToken,
    Consent,
    DeletionReceipt,
    Departure,
    Profile,
    ProviderToken,
    Session,
    User,
)
from oo.lib.admin import ReadOnlyAdmin


@admin.register(User)
class UserAdmin(ReadOnlyAdmin[User]):
    list_display = ("email", "name", "is_active", "is_staff", "date_joined", "last_login")
    list_filter = ("is_active", "is_staff")
    search_fields = ("=id", "=email")
    date_hierarchy = "date_joined"


@admin.register(Profile)
class ProfileAdmin(ReadOnlyAdmin[Profile]):
    secret = ("role",)
    list_display = ("user", "time_zone", "zone_is_known", "locale", "updated_at")
    list_filter = ("zone_is_known", "locale")
    list_select_related = ("user",)
    search_fields = ("=user__email",)


@admin.register(Consent)
class ConsentAdmin(ReadOnlyAdmin[Consent]):
    list_display = ("user", "key", "wording", "granted_at", "granted_by", "withdrawn_at")
    list_filter = ("key", "wording", "granted_by")
    list_select_related = ("user",)
    search_fields = ("=user__email",)


@admin.register(Session)
class SessionAdmin(ReadOnlyAdmin[Session]):
    # The key of a session opens it, and its data may hold an unfinished sign-in.
    secret = ("session_key", "session_data")
    list_display = ("user", "expire_date")
    list_display_links = None
    list_select_related = ("user",)
    search_fields = ("=user__email",)


@admin.register(ApiToken)
class ApiTokenAdmin(ReadOnlyAdmin[ApiToken]):
    secret = ("digest",)
    list_display = ("user", "name", "hint", "scopes", "last_used_at", "expires_at", "revoked_at")
    list_select_related = ("user",)
    search_fields = ("=user__email",)


@admin.register(ProviderToken)
class ProviderTokenAdmin(ReadOnlyAdmin[ProviderToken]):
    list_display = ("user", "provider", "kind", "expires_at", "updated_at")
    list_filter = ("provider", "kind")
    list_select_related = ("user",)
    search_fields = ("=user__email",)


@admin.register(DeletionReceipt)
class DeletionReceiptAdmin(ReadOnlyAdmin[DeletionReceipt]):
    secret = ("id",)  # it opens the receipt
    list_display = ("made_at",)
    list_display_links = None
    date_hierarchy = "made_at"


@admin.register(Departure)
class DepartureAdmin(ReadOnlyAdmin[Departure]):
    # The key opens the receipt, and who is meant is sealed once they are gone.
    secret = ("id", "trace", "revocations")
    list_display = ("state", "asked_at", "claimed_until", "locale")
    list_display_links = None
    list_filter = ("state",)
