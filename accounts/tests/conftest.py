from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from accounts.tests.browser import Browser
from tests.stand_ins.openid import OpenIdStandIn


@pytest.fixture
def idp(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[OpenIdStandIn]:
    """Google and Apple on a free port, with allauth and our revocation pointed at them."""
    with OpenIdStandIn() as stand_in:
        for name, value in stand_in.allauth_attributes().items():
            monkeypatch.setattr(name, value)
        settings.GOOGLE_REVOKE_URL = stand_in.google_revoke_url()
        settings.APPLE_REVOKE_URL = stand_in.apple_revoke_url()
        yield stand_in


@pytest.fixture
def browser(db: None, idp: OpenIdStandIn) -> Browser:
    return Browser()


@pytest.fixture
def other_browser(db: None, idp: OpenIdStandIn) -> Browser:
    return Browser()
