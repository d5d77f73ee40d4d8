"""People: who they are, how oO stands with each, and what staff may do for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from adminconsole.base import Action, Asked, ConsolePage, PageManifest, Section
from adminconsole.looking.showing import frame, read_asked
from adminconsole.pages.people.doing import ACTIONS
from adminconsole.pages.people.finding import FILTERS, find_people
from adminconsole.pages.people.person import find_person, show_person


class People(ConsolePage):
    manifest = PageManifest(
        key="people",
        title=_("People"),
        says=_("Who uses oO, and how does it stand with each of them?"),
        icon="group",
        section=Section.PRODUCT,
        rank=2,
        has_period=False,
    )

    def context(self, asked: Asked) -> Mapping[str, Any]:
        """Five queries."""
        state = asked.given("state")
        return {
            "found": find_people(asked),
            "filters": [(key, title) for key, (title, _condition) in FILTERS.items()],
            "state": state if state in FILTERS else "",
            "q": asked.given("q"),
        }

    @property
    def actions(self) -> Sequence[Action]:
        return ACTIONS

    def more_urls(self) -> list[URLPattern]:
        return [path("<uuid:person>/", require_safe(partial(_show, self)), name="person")]


def _show(page: People, request: HttpRequest, person: UUID) -> HttpResponse:
    """The console lets nobody keep its pages: see django.contrib.admin's admin_view."""
    asked = read_asked(request)
    found = find_person(person)
    if found is None:
        raise Http404
    context = {**frame(page, asked), "title": found.email, **show_person(found, asked)}
    return TemplateResponse(request, "adminconsole/pages/person.html", context)
