"""Plays Google and Apple for unmodified django-allauth, in tests and in browsers.

    with OpenIdStandIn() as idp: ...                      in a test, on a free port
    python -m tests.stand_ins.openid --port 18310             as a process of its own

It imports neither Django nor anything of oO. ``visitor`` has the person at the keyboard.
"""

from __future__ import annotations

from tests.stand_ins.openid.people import CAST, Person
from tests.stand_ins.openid.provider import Oddity
from tests.stand_ins.openid.server import OpenIdStandIn
from tests.stand_ins.openid.wiring import (
    allauth_attributes,
    apple_adapter_attributes,
    apple_app,
    apple_revoke_url,
    apple_settings,
    google_revoke_url,
    google_settings,
)

__all__ = [
    "CAST",
    "Oddity",
    "OpenIdStandIn",
    "Person",
    "allauth_attributes",
    "apple_adapter_attributes",
    "apple_app",
    "apple_revoke_url",
    "apple_settings",
    "google_revoke_url",
    "google_settings",
]
