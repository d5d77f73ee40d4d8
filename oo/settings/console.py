"""How the console looks: Unfold, in greys without a tint, and one blue.

https://unfoldadmin.com/docs/configuration/settings/
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.templatetags.static import static
from django.utils.translation import gettext_lazy as _

WEIGHTS = ("50", "100", "200", "300", "400", "500", "600", "700", "800", "900", "950")


def shades(lightness: Iterable[float], chroma: float, hue: float) -> dict[str, str]:
    return {
        weight: f"oklch({light}% {chroma} {hue})"
        for weight, light in zip(WEIGHTS, lightness, strict=True)
    }


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "oO",
    "SITE_HEADER": "oO",
    "SITE_SUBHEADER": _("Console"),
    "SITE_SYMBOL": "trip_origin",
    "SITE_FAVICONS": [{"rel": "icon", "href": lambda _request: static("img/favicon.svg")}],
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "SIDEBAR": {"show_search": True, "show_all_applications": True, "navigation": []},
    "BORDER_RADIUS": "6px",
    "COLORS": {
        "base": shades((98.5, 96.8, 92, 87, 70, 54, 43, 36, 26, 19, 14), 0.002, 270),
        "primary": shades((97, 94, 89, 82, 73, 64, 55, 48, 41, 36, 27), 0.13, 262),
    },
}
