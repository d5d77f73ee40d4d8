"""Leaving: take the data along, delete the account, keep the receipt."""

from __future__ import annotations

import json
import uuid
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.http import urlencode
from django.utils.translation import get_language, get_language_from_request
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import DeletionReceipt, Departure, User
from accounts.privacy import departures, receipts
from accounts.privacy.deletion import holdings
from accounts.privacy.export import MOMENT_S, AccountClosed, AlreadyRunning, export_response
from accounts.ratelimits import too_many
from accounts.redirects import login_required
from accounts.requests import SignedInRequest
from oo.lib.words import Formats, written_as


@require_POST
@login_required
def export(request: SignedInRequest) -> HttpResponseBase:
    try:
        return export_response(request.user.pk, by="page", at=timezone.now())
    except AlreadyRunning:
        return too_many(request, MOMENT_S, _("Your data is being put together already."))
    except AccountClosed:
        return redirect("accounts:sign-in")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def delete(request: HttpRequest) -> HttpResponse:
    """Shows what would go, with one button. Pressed twice, both end at the same receipt."""
    receipt_id = _receipt_id(request)
    known = is_known(receipt_id)
    if not isinstance(request.user, User):
        if request.method == "POST" and known:
            departure = Departure.objects.filter(pk=receipt_id).first()
            locale = departure.locale if departure else ""
            return redirect(_way_to_receipt(request, receipt_id, Formats(), locale))
        return redirect_to_login(request.get_full_path())
    if request.method != "POST" or known:
        context = {"holdings": holdings(request.user.pk), "receipt_id": uuid.uuid4()}
        return render(request, "accounts/delete.html", context)
    locale, at = get_language() or settings.LANGUAGE_CODE, timezone.now()
    formats = request.user.profile.formats
    leaving = departures.ask(request.user.pk, receipt_id=receipt_id, locale=locale, at=at)
    logout(request)
    if leaving is None:
        return redirect("accounts:sign-in")
    return redirect(_way_to_receipt(request, leaving, formats, locale))


def _way_to_receipt(request: HttpRequest, receipt_id: UUID, formats: Formats, locale: str) -> str:
    """The address keeps how the person writes dates, and their language where their browser asks
    for another: nothing else knows it when they are gone."""
    language = "" if locale == get_language_from_request(request) else locale
    ways = {**asdict(formats), "language": language}
    query = urlencode({name: way for name, way in ways.items() if way})
    return reverse("accounts:receipt", args=[receipt_id]) + (f"?{query}" if query else "")


def _receipt_id(request: HttpRequest) -> UUID:
    """The page brings it along, so that it is known before there is a receipt. Never the key of a
    person, which a receipt must not name."""
    try:
        told = UUID(request.POST.get("receipt", ""))
    except ValueError:
        return uuid.uuid4()
    return uuid.uuid4() if User.objects.filter(pk=told).exists() else told


@require_safe
@never_cache
def receipt(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Open to whoever has the link: the person has no account any more to sign in with.

    Until a worker is done it says how far it is, and looks again.
    """
    language = request.GET.get("language", "")
    if language not in dict(settings.LANGUAGES):
        return _receipt(request, pk)
    with translation.override(language):
        response = _receipt(request, pk)
    response["Content-Language"] = language
    return response


def _receipt(request: HttpRequest, pk: UUID) -> HttpResponse:
    departure = Departure.objects.filter(pk=pk).first()
    if departure:
        return _still_leaving(request, departure)
    found = get_object_or_404(DeletionReceipt, pk=pk)
    statement = found.body["receipt"]
    counts = [(part["what"], sum(part["rows"].values())) for part in statement["erased"]]
    context = {
        "receipt": found,
        "statement": statement,
        "deleted_at": datetime.fromisoformat(statement["deleted_at"]),
        "kept_until": found.made_at + receipts.KEPT_FOR,
        "erased": [(what, count) for what, count in counts if count],
        "rows": sum(count for _what, count in counts),
    }
    with written_as(Formats(request.GET.get("clock", ""), request.GET.get("dates", ""))):
        response = render(request, "accounts/receipt.html", context)
    response["X-Robots-Tag"] = "noindex"
    return response


def is_known(receipt_id: UUID) -> bool:
    """A receipt of this key is there, or is being made."""
    made = DeletionReceipt.objects.filter(pk=receipt_id).exists()
    return made or Departure.objects.filter(pk=receipt_id).exists()


def _still_leaving(request: HttpRequest, departure: Departure) -> HttpResponse:
    response = render(request, "accounts/leaving.html", {"departure": departure}, status=202)
    response["X-Robots-Tag"] = "noindex"
    return response


@require_safe
@never_cache
def receipt_file(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = get_object_or_404(DeletionReceipt, pk=pk)
    text = json.dumps(found.body, indent=2, ensure_ascii=False) + "\n"
    name = f"oo-deletion-{found.made_at:%Y-%m-%d}.json"
    return HttpResponse(
        text,
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
