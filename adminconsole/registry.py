from __future__ import annotations

from adminconsole.base import ConsolePage, Section
from oo.lib.plugins import Registry

PAGES: Registry[ConsolePage] = Registry(ConsolePage, "adminconsole.pages", "oo.console_page")


def by_section() -> dict[Section, list[ConsolePage]]:
    """All pages in the order of the menu."""
    ranked = sorted(PAGES, key=lambda page: page.manifest.rank)
    return {section: [p for p in ranked if p.manifest.section is section] for section in Section}
