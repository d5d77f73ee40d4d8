"""Pages of the console for looking. What staff may do is a named action, and leaves a LogEntry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from oo.lib.fields import encrypted_fields

M = TypeVar("M", bound=Model)

if TYPE_CHECKING:
    Admin = admin.ModelAdmin
else:

    class Admin(admin.ModelAdmin):
        def __class_getitem__(cls, _model: object) -> type:
            return cls


class ReadOnlyAdmin(Admin[M]):
    """Shows everything but secrets: encrypted fields, and those that a subclass names."""

    secret: ClassVar[tuple[str, ...]] = ()
    # Counting all rows for "12 of 3,000,000" reads the whole table.
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest, *_args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return False

    def get_exclude(self, request: HttpRequest, obj: M | None = None) -> list[str]:
        return [*encrypted_fields(self.model), *self.secret]
