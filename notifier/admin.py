from __future__ import annotations

from django.contrib import admin

from notifier.models import Delivery, Device, Wish
from oo.lib.admin import ReadOnlyAdmin


@admin.register(Device)
class DeviceAdmin(ReadOnlyAdmin[Device]):
    secret = ("digest", "name")
    list_display = ("user", "channel", "shows", "added_at", "sent_at", "rests_until")
    list_filter = ("channel", "shows")
    list_select_related = ("user",)
    search_fields = ("=user__email",)


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin[Delivery]):
    list_display = ("user", "state", "last_error", "attempts", "created_at", "next_at", "not_after")
    list_filter = ("state", "last_error")
    date_hierarchy = "created_at"
    list_select_related = ("user",)
    search_fields = ("=user__email", "=id")


@admin.register(Wish)
class WishAdmin(ReadOnlyAdmin[Wish]):
    list_display = ("user", "often")
    list_filter = ("often",)
    list_select_related = ("user",)
    search_fields = ("=user__email",)
