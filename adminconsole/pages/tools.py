from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from adminconsole.base import Asked, ConsolePage, PageManifest, Section
from adminconsole.looking.tools import frame_origins, grafana_frames, look_at_tools


class Tools(ConsolePage):
    manifest = PageManifest(
        key="tools",
        title=_("Other tools"),
        says=_("What else runs beside oO, whether it answers, and how to start it."),
        icon="handyman",
        section=Section.TEAM,
        rank=40,
        has_period=False,
    )

    def context(self, asked: Asked) -> Mapping[str, Any]:
        """No query, and nobody is asked: that is done beside the page, which opens at once."""
        return {"frames": grafana_frames()}

    @property
    def frames(self) -> Sequence[str]:
        return frame_origins()

    def more_urls(self) -> list[URLPattern]:
        return [path("states/", show_states, name="tools_states")]


@never_cache
@require_GET
def show_states(request: HttpRequest) -> HttpResponse:
    """What the page fetches by itself."""
    return render(
        request,
        "adminconsole/pages/tools_states.html",
        {"found": look_at_tools(), "now": timezone.now()},
    )
