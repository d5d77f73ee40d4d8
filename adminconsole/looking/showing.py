"""What every page of the console is drawn with, also those below a page's own address."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import User
from adminconsole.base import Asked, ConsolePage
from adminconsole.period import CHOICES, read_period


def read_asked(request: HttpRequest) -> Asked:
    now = timezone.now()
    period = read_period(request.GET, today=now.date())
    return Asked(request, cast("User", request.user), period, now)


def frame(page: ConsolePage, asked: Asked) -> dict[str, Any]:
    """The context that templates/adminconsole/page.html reads, and what staff may do there."""
    may_do = {action.key: action for action in page.actions if asked.may(action.permission)}
    return {
        **admin.site.each_context(asked.request),
        "title": page.manifest.title,
        "page": page.manifest,
        "period": asked.period,
        "periods": CHOICES,
        "now": asked.at,
        "actions": may_do,
    }
