from __future__ import annotations

import re
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as project
from django.test import Client

from accounts.models import User
from accounts.privacy import carriers
from accounts.privacy.catalogue import OWN

PAGES = {"terms": "/legal/terms", "privacy": "/legal/privacy"}
# The text of each version, as a digest. A changed text needs a new version and a new line here.
TEXTS = {("terms", "2026-11-22"): "c26311b62a95", ("privacy", "2026-11-26"): "53a5dae4efbb"}


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_data(self, data: str) -> None:
        self.found += data.split()


def words_of(html: str) -> str:
    parser = _Words()
    parser.feed(html)
    return " ".join(parser.found)


@pytest.mark.parametrize("key", PAGES)
def test_everybody_can_read_it_and_sees_which_version_it_is(client: Client, key: str) -> None:
    response = client.get(PAGES[key])
    assert response.status_code == 200
    assert f"Version {OWN[key].version}, in force since" in words_of(response.content.decode())


@pytest.mark.parametrize("key", PAGES)
def test_a_changed_text_is_a_new_version(key: str) -> None:
    source = Path(project.ROOT / f"templates/legal/{key}.html").read_text()
    digest = sha256(words_of(source).encode()).hexdigest()[:12]
    assert TEXTS[key, OWN[key].version] == digest


@pytest.mark.parametrize("key", PAGES)
def test_it_is_only_read(client: Client, key: str) -> None:
    assert client.post(PAGES[key]).status_code == 405
    assert client.head(PAGES[key]).status_code == 200


@pytest.mark.parametrize("key", PAGES)
def test_it_names_the_operator(client: Client, settings: Any, key: str) -> None:
    assert "has not been named yet" in client.get(PAGES[key]).content.decode()
    settings.OO_OPERATOR_NAME, settings.OO_OPERATOR_CONTACT = "Ada <i>", "ada@example.org"
    text = client.get(PAGES[key]).content.decode()
    assert "run by Ada &lt;i&gt;." in text
    assert "ada@example.org" in text


def test_the_privacy_page_names_every_cookie_that_is_set(client: Client, alice: User) -> None:
    named = set(re.findall(r"<code>([^<]+)</code>", client.get("/legal/privacy").content.decode()))
    client.force_login(alice, backend="accounts.backend.PersonBackend")
    typed = {"name": "A", "time_zone": "UTC", "locale": "en"}
    for response in (client.get("/settings/"), client.post("/settings/", typed)):
        assert {*response.cookies} <= named
    assert {*client.cookies} == {"sessionid", "csrftoken", "messages"}


def test_a_visitor_of_the_legal_pages_gets_no_cookie(client: Client) -> None:
    for url in PAGES.values():
        client.get(url)
    assert not client.cookies


def test_the_privacy_page_says_how_long_what_the_code_says(client: Client) -> None:
    text = words_of(client.get("/legal/privacy").content.decode())
    assert "Events: 30 days." in text
    assert "and when you were notified: 30 days." in text
    assert "at most 60 days" in text
    assert "name nobody: 90 days." in text


def test_the_privacy_page_says_how_long_what_the_operator_says(
    client: Client, settings: Any
) -> None:
    settings.OO_HISTORY_KEPT_DAYS, settings.OO_EVENTS_KEPT_DAYS = 45, 60
    text = words_of(client.get("/legal/privacy").content.decode())
    assert "and when you were notified: 45 days." in text
    assert "Events: 60 days." in text


CARRIERS = {
    "web-push": "the maker of your browser",
    "apns": "Apple can read them",
    "fcm": "Google can read them",
}


@pytest.mark.parametrize("here", [(), ("web-push",), ("apns",), ("fcm",), tuple(CARRIERS)])
def test_the_privacy_page_names_who_carries_notifications_here_and_nobody_else(
    client: Client, monkeypatch: pytest.MonkeyPatch, here: tuple[str, ...]
) -> None:
    monkeypatch.setattr(carriers, "_brought", {"test": lambda: here})
    text = words_of(client.get("/legal/privacy").content.decode())
    assert {key for key, words in CARRIERS.items() if words in text} == set(here)


@pytest.mark.parametrize("url", ["", "nats://nats:4222"])
def test_the_privacy_page_tells_of_a_mirror_where_there_is_one(
    client: Client, settings: Any, url: str
) -> None:
    settings.NATS_URL = url
    text = words_of(client.get("/legal/privacy").content.decode())
    assert ("up to twice as long" in text) is bool(url)
