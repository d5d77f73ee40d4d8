"""What oO calls itself to other servers: its name, its version, and where to read who runs it."""

from __future__ import annotations

from django.conf import settings

from oo.lib.version import VERSION


def agent() -> str:
    return f"oO/{VERSION} (+{settings.OO_BASE_URL})"


def browser_agent() -> str:
    """For servers that refuse whoever does not begin as browsers do, as Office 365 does.

    Crawlers are written so since the nineties: who is asking is said behind it all the same.
    """
    return f"Mozilla/5.0 (compatible; oO/{VERSION}; +{settings.OO_BASE_URL})"
