from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.models import User
from accounts.sign_in.session_end import end_sessions
from adminconsole.access.passkeys import (
    LONGEST_NAME,
    MOST,
    Refused,
    begin_adding,
    finish_adding,
    remove_passkey,
)
from adminconsole.access.recent import is_recent, proved_lately, way_to_proof
from adminconsole.audit.noted import Noted
from adminconsole.audit.recording import record
from adminconsole.base import Asked, ConsolePage, PageManifest, Section
from adminconsole.models import Passkey
from oo.lib.text import one_line


class Passkeys(ConsolePage):
    manifest = PageManifest(
        key="passkeys",
        title=gettext_lazy("Passkeys"),
        says=gettext_lazy("With what do you show that it is you who comes in?"),
        icon="passkey",
        section=Section.TEAM,
        rank=90,
        has_period=False,
    )

    def context(self, asked: Asked) -> Mapping[str, Any]:
        passkeys = list(Passkey.objects.filter(user=asked.staff).order_by("added_at", "pk"))
        return {
            "passkeys": passkeys,
            "may_remove": len(passkeys) > 1 or not settings.OO_STAFF_PASSKEYS,
            "may_add": len(passkeys) < MOST,
            "is_asked_for": settings.OO_STAFF_PASSKEYS,
            "longest_name": LONGEST_NAME,
        }

    def more_urls(self) -> list[URLPattern]:
        return [
            path("options", options, name="passkey_options"),
            path("add", add, name="passkey_add"),
            path("<int:pk>/rename", rename, name="passkey_rename"),
            path("<int:pk>/remove", remove, name="passkey_remove"),
        ]


def _not_recent(request: HttpRequest) -> HttpResponse | None:
    """For scripts, which follow no redirect to a page."""
    if is_recent(request, timezone.now()):
        return None
    return JsonResponse({"go": way_to_proof(_page())}, status=403)


@require_POST
def options(request: HttpRequest) -> HttpResponse:
    begun = timezone.now()
    return _not_recent(request) or HttpResponse(
        begin_adding(request, at=begun), content_type="application/json"
    )


@require_POST
def add(request: HttpRequest) -> HttpResponse:
    if refused := _not_recent(request):
        return refused
    at, given = timezone.now(), request.POST
    try:
        with transaction.atomic():
            passkey = finish_adding(
                request, given.get("answer", ""), name=given.get("name", ""), at=at
            )
            record(_user(request), Noted.PASSKEY, at=at, target=f"passkey {passkey.pk}")
    except Refused as why:
        return JsonResponse({"words": str(why)}, status=422)
    messages.success(request, _("The passkey opens the console from now on."))
    return JsonResponse({"go": _page()})


@require_POST
@proved_lately
def rename(request: HttpRequest, pk: int) -> HttpResponse:
    """On record without the names, which may be of persons."""
    user = _user(request)
    name = one_line(request.POST.get("name", "").replace("\x00", ""), LONGEST_NAME)
    theirs = Passkey.objects.filter(user=user, pk=pk)
    if not theirs.exists():
        raise Http404
    if name:
        with transaction.atomic():
            theirs.update(name=name)
            record(user, Noted.RENAMED_PASSKEY, at=timezone.now(), target=f"passkey {pk}")
    return redirect(_page())


@require_POST
@proved_lately
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    user = _user(request)
    try:
        with transaction.atomic():
            _remove(request, user, pk)
    except Refused as why:
        messages.error(request, str(why))
        return redirect(_page())
    messages.success(
        request, _("The passkey opens nothing any more, and your other browsers are signed out.")
    )
    return redirect(_page())


def _remove(request: HttpRequest, user: User, pk: int) -> None:
    """Raises Http404, and Refused."""
    if not remove_passkey(user, pk):
        raise Http404
    record(user, Noted.NO_PASSKEY, at=timezone.now(), target=f"passkey {pk}")
    # Where it was shown is not known any more, and it may be lost.
    end_sessions(user.pk, except_key=request.session.session_key)


def _page() -> str:
    return reverse("admin:page_passkeys")


def _user(request: HttpRequest) -> User:
    return cast("User", request.user)
