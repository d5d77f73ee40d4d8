"""/console/prove/: where staff shows a passkey, or adds the first one."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from django.conf import settings
from django.contrib import admin
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from accounts.redirects import find_next
from adminconsole.access.passkeys import (
    Refused,
    begin_adding,
    begin_showing,
    finish_adding,
    finish_showing,
)
from adminconsole.access.recent import note_proof
from adminconsole.audit.noted import Noted
from adminconsole.audit.recording import record
from adminconsole.models import Passkey


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    back = _back(request)
    if not settings.OO_STAFF_PASSKEYS:
        return redirect(back)
    context = {
        **admin.site.each_context(request),
        "title": _("Show your passkey"),
        "has_passkey": _has_passkey(request),
        "next": back,
    }
    return TemplateResponse(request, "adminconsole/prove.html", context)


@require_POST
def options(request: HttpRequest) -> HttpResponse:
    _only_where_asked_for()
    begin = begin_showing if _has_passkey(request) else begin_adding
    return HttpResponse(begin(request, at=timezone.now()), content_type="application/json")


@require_POST
def answer(request: HttpRequest) -> HttpResponse:
    _only_where_asked_for()
    at, given = timezone.now(), request.POST.get("answer", "")
    try:
        if _has_passkey(request):
            finish_showing(request, given, at=at)
        else:
            _add_first(request, given, at=at)
    except Refused as why:
        return JsonResponse({"words": str(why)}, status=422)
    note_proof(request, at=at)
    return JsonResponse({"go": _back(request)})


def _add_first(request: HttpRequest, given: str, *, at: datetime) -> None:
    """Raises Refused. It is there and on record, or neither."""
    with transaction.atomic():
        passkey = finish_adding(request, given, name=_("First one"), at=at, only_first=True)
        target = f"passkey {passkey.pk}"
        record(cast("User", request.user), Noted.FIRST_PASSKEY, at=at, target=target)


def _only_where_asked_for() -> None:
    if not settings.OO_STAFF_PASSKEYS:
        raise Http404


def _has_passkey(request: HttpRequest) -> bool:
    return Passkey.objects.filter(user=cast("User", request.user)).exists()


def _back(request: HttpRequest) -> str:
    return find_next(request) or reverse("admin:index")


# Below /console/prove/: (address, view, name). Nothing else of the console is open before.
WAYS = (
    ("", page, "prove"),
    ("options", options, "prove_options"),
    ("answer", answer, "prove_answer"),
)
