"""Pages of the console for looking. What staff may do is a named action, and leaves a LogEntry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from django.db.models import Model
from django.http import HttpRequest
from unfold.admin import ModelAdmin
from unfold.paginator import InfinitePaginator

from oo.lib.fields import encrypted_fields

M = TypeVar("M", bound=Model)

# What the links of Django's own filters ask of a field: one of its values, and spans of days.
ASKED = ("", "__exact", "__isnull")
ASKED_OF_DAYS = ("__year", "__month", "__day", "__gte", "__lt")

if TYPE_CHECKING:
    from django.contrib import admin

    Admin = admin.ModelAdmin
else:

    class Admin(ModelAdmin):
        def __class_getitem__(cls, _model: object) -> type:
            return cls


class ReadOnlyAdmin(Admin[M]):
    """Shows everything but secrets: encrypted fields, and those that a subclass names."""

    secret: ClassVar[tuple[str, ...]] = ()
    # Counting all rows for "12 of 3,000,000", or for the number of pages, reads the whole table.
    show_full_result_count = False
    paginator = InfinitePaginator

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return request.user.is_active and request.user.has_perm("adminconsole.look")

    def has_add_permission(self, request: HttpRequest, *_args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """What a filter on the page asks, and nothing else.

        Django answers for every field of the model, so that `?session_key__startswith=` tells a
        hidden one letter by letter.
        """
        asked = {f"{name}{of}" for name in self.list_filter for of in ASKED}
        if self.date_hierarchy:
            asked |= {f"{self.date_hierarchy}{of}" for of in ASKED_OF_DAYS}
        return lookup in asked

    def get_exclude(self, request: HttpRequest, obj: M | None = None) -> list[str]:
        return [*encrypted_fields(self.model), *self.secret]
