from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from events.models import EventRecord
from oo.lib.admin import ReadOnlyAdmin

TAIL = 500


@admin.register(EventRecord)
class EventRecordAdmin(ReadOnlyAdmin[EventRecord]):
    """The live tail: the last 500 events, newest first."""

    list_display = ("at", "subject", "user_id", "body")
    list_filter = ("subject",)
    search_fields = ("=user_id",)
    ordering = ("-pk",)
    show_full_result_count = False
    list_per_page = 100

    def get_queryset(self, request: HttpRequest) -> QuerySet[EventRecord]:
        rows = super().get_queryset(request)
        edge = EventRecord.objects.order_by("-pk").values_list("pk", flat=True)[TAIL : TAIL + 1]
        return rows.filter(pk__gt=next(iter(edge), 0))
