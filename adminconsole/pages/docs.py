from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import Http404
from django.utils.translation import gettext_lazy as _

from adminconsole.base import Asked, ConsolePage, PageManifest, Section
from adminconsole.looking.documents import documents, html_of


class Docs(ConsolePage):
    manifest = PageManifest(
        key="docs",
        title=_("Docs"),
        says=_("What to do when something is wrong, and how it all works."),
        icon="menu_book",
        section=Section.TEAM,
        rank=30,
        has_period=False,
    )

    def context(self, asked: Asked) -> Mapping[str, Any]:
        """No query."""
        known = documents()
        name = asked.given("document")
        if name and name not in known:
            raise Http404
        return {
            "documents": known.values(),
            "document": known.get(name),
            "html": html_of(name) if name else "",
        }
