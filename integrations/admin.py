from __future__ import annotations

from django.contrib import admin

from integrations.models import CalendarEvent, Completion, Connection, PushChannel, Task
from oo.lib.admin import ReadOnlyAdmin


@admin.register(Connection)
class ConnectionAdmin(ReadOnlyAdmin[Connection]):
    # An account can be an address that opens a calendar, and a label the name of a calendar.
    secret = ("cursor", "account", "label")
    list_display = (
        "user",
        "source",
        "state",
        "last_error",
        "attempts",
        "synced_at",
        "next_sync_at",
    )
    list_filter = ("state", "source", "last_error")
    list_select_related = ("user",)
    search_fields = ("=user__email", "=id")


@admin.register(Task)
class TaskAdmin(ReadOnlyAdmin[Task]):
    """What a task says is the person's own business: staff see its shape."""

    secret = (
        "title", "description", "project", "section", "parent", "labels", "recurrence", "url",
        "digest", "words_digest",  # by which a guess at the words can be tried
    )  # fmt: skip
    list_display = ("id", "user", "priority", "due_on", "completed_at", "changed_at")
    list_filter = ("priority",)
    list_select_related = ("user",)
    search_fields = ("=user__email", "=external_id")


@admin.register(CalendarEvent)
class CalendarEventAdmin(ReadOnlyAdmin[CalendarEvent]):
    secret = ("title", "location", "url", "external_id", "digest", "words_digest")
    list_display = ("id", "user", "starts_at", "ends_at", "is_busy", "changed_at")
    list_filter = ("is_busy", "is_recurring")
    list_select_related = ("user",)
    search_fields = ("=user__email",)


@admin.register(Completion)
class CompletionAdmin(ReadOnlyAdmin[Completion]):
    list_display = ("key", "user", "state", "attempts", "last_error", "next_at", "finished_at")
    list_filter = ("state", "last_error")
    list_select_related = ("user",)
    search_fields = ("=user__email", "=key")


@admin.register(PushChannel)
class PushChannelAdmin(ReadOnlyAdmin[PushChannel]):
    secret = ("resource",)  # a key of the person's calendar
    list_display = ("key", "user", "expires_at")
    list_select_related = ("user",)
    search_fields = ("=user__email", "=key")
