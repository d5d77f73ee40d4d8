"""The privacy page says whose services carry notifications: by the settings that set them up."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from notifier.registry import CHANNELS, channels_set_up

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_is_set_up(settings: Any) -> None:
    settings.OO_VAPID_KEY = ""


def test_without_settings_it_names_nobody(client: Client) -> None:
    assert channels_set_up() == []
    assert "the maker of your browser" not in client.get("/legal/privacy").content.decode()


@pytest.mark.usefixtures("key")
def test_browsers_are_reached_through_their_makers(client: Client) -> None:
    assert channels_set_up() == ["web-push"]
    assert "the maker of your browser" in client.get("/legal/privacy").content.decode()


def test_every_channel_that_there_is_has_its_words(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def words() -> int:
        return len(client.get("/legal/privacy").content)

    for channel in CHANNELS:
        before = words()
        with monkeypatch.context() as patched:
            patched.setattr(type(channel), "is_set_up", lambda _self: True)
            assert words() > before, f"{channel.manifest.key}: no words in legal/privacy.html"
