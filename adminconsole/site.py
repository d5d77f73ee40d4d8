from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.admin import AdminSite, ModelAdmin
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from adminconsole.words import translate_names
from oo.lib.admin import ReadOnlyAdmin


class ConsoleSite(AdminSite):
    """The console has no door of its own: nobody has a password, so staff signs in as everybody."""

    site_header = site_title = "oO"
    index_title = _("Console")

    def register(
        self,
        model_or_iterable: type[Model] | Iterable[type[Model]],
        admin_class: type[ModelAdmin[Any]] | None = None,
        **options: Any,
    ) -> None:
        """Pages for looking, and no others: those that libraries bring can write, and whoever
        writes the identity of a person at a provider has their account."""
        if admin_class is not None and issubclass(admin_class, ReadOnlyAdmin):
            for model in _as_list(model_or_iterable):
                translate_names(model)
            super().register(model_or_iterable, admin_class, **options)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return _to_sign_in(request)

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return redirect("accounts:settings")  # where one signs out, by a form

    def password_change(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        raise PermissionDenied

    password_change_done = password_change


@never_cache
@require_safe
def _to_sign_in(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        raise PermissionDenied(_("This page is for the team that runs this oO."))
    return redirect_to_login(request.GET.get("next") or "/console/")


def _as_list(one_or_many: type[Model] | Iterable[type[Model]]) -> list[type[Model]]:
    return [one_or_many] if isinstance(one_or_many, type) else [*one_or_many]
