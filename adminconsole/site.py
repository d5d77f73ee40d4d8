from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial, update_wrapper
from typing import TYPE_CHECKING, Any, cast

from csp.decorators import csp_replace, csp_update
from django.contrib.admin import ModelAdmin
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from adminconsole.access import prove
from adminconsole.access.door import after_proof, before_proof
from adminconsole.access.recent import ProofWanted, proved_lately, sent_to_proof
from adminconsole.acting import do
from adminconsole.base import ConsolePage, Permission, may
from adminconsole.looking.showing import frame, read_asked
from adminconsole.registry import PAGES, by_section
from adminconsole.words import translate_names
from oo.lib.admin import ReadOnlyAdmin

if TYPE_CHECKING:
    from django.contrib.admin import AdminSite as UnfoldAdminSite
else:
    from unfold.sites import UnfoldAdminSite

View = Callable[..., HttpResponse]

FIRST = "overview"
# Unfold's pages are moved by Alpine, which reads its attributes as code, and set their colours in
# the page. Scripts come from here alone, as everywhere.
POLICY = {"script-src": ["'unsafe-eval'"], "style-src": ["'unsafe-inline'"]}


class ConsoleSite(UnfoldAdminSite):
    """The console has no door of its own: nobody has a password, so staff signs in as everybody."""

    site_header = site_title = "oO"
    index_title = _("All rows")

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

    def get_urls(self) -> list[URLPattern | URLResolver]:
        pages: list[URLPattern | URLResolver] = [
            path("", self.guarded(Permission.LOOK, _to_first), name="index"),
            *(
                path(f"prove/{way}", self._door(before_proof(view)), name=name)
                for way, view, name in prove.WAYS
            ),
            path("rows/", self.admin_view(self.index), name="rows"),
            path("<slug:page>/do/<slug:action>/", self.admin_view(_do), name="do"),
        ]
        for page in PAGES:
            key, guard = page.manifest.key, partial(self.guarded, page.manifest.permission)
            pages.append(path(f"{key}/", guard(partial(self.show, page)), name=f"page_{key}"))
            pages += [_guarded_url(f"{key}/", url, guard) for url in page.more_urls()]
        return [*pages, *super().get_urls()]

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """All pages come by here, those of Django and Unfold too."""
        return self._door(after_proof(view), cacheable)

    def _door(self, view: Any, cacheable: bool = False) -> Any:
        return csp_update(POLICY)(super().admin_view(view, cacheable))

    def guarded(self, permission: Permission, view: View) -> View:
        """For whoever may; others of the staff read that they may not."""

        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not may(request, permission):
                raise PermissionDenied(_("Your part of the team has no access to this page."))
            return view(request, *args, **kwargs)

        return cast("View", self._door(after_proof(inner, by_token=permission is Permission.LOOK)))

    def show(self, page: ConsolePage, request: HttpRequest) -> HttpResponse:
        asked = read_asked(request)
        try:
            context = {**frame(page, asked), **page.context(asked)}
        except ProofWanted:
            return sent_to_proof(request)
        answer = TemplateResponse(request, page.template, context)
        if page.frames:
            csp_replace({"frame-src": [*page.frames]})(lambda _request: answer)(request)
        return answer

    def get_sidebar_list(self, request: HttpRequest) -> list[dict[str, Any]]:
        here = request.path
        found = []
        for section, pages in by_section().items():
            items = [_item(page, here) for page in pages if may(request, page.manifest.permission)]
            if items:
                found.append({"title": section.words, "items": items, "separator": True})
        return found

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return _to_sign_in(request)

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return redirect("accounts:settings")  # where one signs out, by a form

    def password_change(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        raise PermissionDenied

    password_change_done = password_change


def _item(page: ConsolePage, here: str) -> dict[str, Any]:
    link = reverse(f"admin:page_{page.manifest.key}")
    return {
        "title": page.manifest.title,
        "icon": page.manifest.icon,
        "link": link,
        "active": here.startswith(link),
        "has_permission": True,
    }


def _guarded_url(start: str, url: URLPattern, guard: Callable[[View], View]) -> URLPattern:
    view = update_wrapper(guard(cast("View", url.callback)), cast("View", url.callback))
    return path(f"{start}{url.pattern}", view, url.default_args, name=url.name)


@require_POST
@proved_lately
def _do(request: HttpRequest, page: str, action: str) -> HttpResponse:
    known = PAGES.get(page)
    found = next((each for each in known.actions if each.key == action), None) if known else None
    if known is None or found is None:
        raise Http404
    if not (may(request, known.manifest.permission) and may(request, found.permission)):
        raise PermissionDenied(_("Your part of the team may not do this."))
    return do(found, request, cast("User", request.user))


def _to_first(request: HttpRequest) -> HttpResponse:
    return redirect(f"admin:page_{FIRST}")


@never_cache
@require_safe
def _to_sign_in(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        raise PermissionDenied(_("This page is for the team that runs this oO."))
    return redirect_to_login(request.GET.get("next") or "/console/")


def _as_list(one_or_many: type[Model] | Iterable[type[Model]]) -> list[type[Model]]:
    return [one_or_many] if isinstance(one_or_many, type) else [*one_or_many]
