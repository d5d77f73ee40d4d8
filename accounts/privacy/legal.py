from __future__ import annotations

from datetime import date

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.privacy import carriers, catalogue, receipts


@require_safe
def terms(request: HttpRequest) -> HttpResponse:
    return render(request, "legal/terms.html", _context("terms"))


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "legal/privacy.html", _context("privacy"))


def _context(key: str) -> dict[str, object]:
    version = catalogue.get_kind(key).version
    return {
        "version": version,
        "in_force_since": date.fromisoformat(version),
        "operator_name": settings.OO_OPERATOR_NAME,
        "operator_contact": settings.OO_OPERATOR_CONTACT,
        "session_days": settings.SESSION_COOKIE_AGE // 86_400,
        "receipt_days": receipts.KEPT_FOR.days,
        "event_days": settings.OO_EVENTS_KEPT_DAYS,
        "history_days": settings.OO_HISTORY_KEPT_DAYS,
        "transcript_days": settings.OO_TRANSCRIPTS_KEPT_DAYS,
        "has_mirror": bool(settings.NATS_URL),
        "carriers": carriers.all_carriers(),
        "session_cookie": settings.SESSION_COOKIE_NAME,
        "csrf_cookie": settings.CSRF_COOKIE_NAME,
    }
