from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from adminconsole.base import Asked, ConsolePage, PageManifest, Section
from adminconsole.looking.probes import look

EVERY_S = 15


class Health(ConsolePage):
    manifest = PageManifest(
        key="health",
        title=_("Health"),
        says=_("Does every part of this installation work right now?"),
        icon="ecg_heart",
        section=Section.MACHINE,
        rank=1,
        has_period=False,
    )

    def context(self, asked: Asked) -> Mapping[str, Any]:
        """No query: the parts are asked beside the page, which opens at once."""
        return {"every_s": EVERY_S}

    def more_urls(self) -> list[URLPattern]:
        return [path("parts/", show_parts, name="health_parts")]


@never_cache
@require_GET
def show_parts(request: HttpRequest) -> HttpResponse:
    """What the page fetches by itself, again and again."""
    now = timezone.now()
    return render(
        request, "adminconsole/pages/health_parts.html", {"parts": list(look(at=now)), "now": now}
    )
