from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from notifier.channels.web_push.keys import VapidKey
from oo.lib.crypto import generate_key
from tests.stand_ins.push import BrowserStandIn, PushStandIn


@pytest.fixture
def key(settings: Any) -> str:
    """Who we are, as a browser takes it."""
    settings.OO_VAPID_KEY = generate_key()
    return VapidKey.load(settings.OO_VAPID_KEY).public


@pytest.fixture
def service(settings: Any) -> Iterator[PushStandIn]:
    with PushStandIn() as stand_in:
        settings.OO_PRIVATE_HOSTS_ALLOWED = frozenset({stand_in.address})
        yield stand_in


@pytest.fixture
def browser(service: PushStandIn, key: str) -> BrowserStandIn:
    return service.browser(key)
