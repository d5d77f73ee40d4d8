"""Somebody at the stand-in's pages, for tests that have no browser."""

from __future__ import annotations

import functools
import ssl
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

import httpx

# httpx would read all certificates again for each call, a tenth of a second every time, and would
# send even loopback requests through a proxy that the environment names.
TLS = ssl.create_default_context()
get = functools.partial(httpx.get, verify=TLS, trust_env=False)
post = functools.partial(httpx.post, verify=TLS, trust_env=False)


@dataclass(slots=True)
class Form:
    """The one form of a page: where it goes, its hidden fields and the buttons it offers."""

    action: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    buttons: set[tuple[str, str]] = field(default_factory=set)


class _FormReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.form = Form()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.form.action = said.get("action", "")
        elif tag == "input":
            self.form.fields[said["name"]] = said.get("value", "")
        elif tag == "button" and "name" in said:
            self.form.buttons.add((said["name"], said.get("value", "")))


def read_form(html: str) -> Form:
    reader = _FormReader()
    reader.feed(html)
    return reader.form


def press(authorize_url: str, name: str, value: str) -> httpx.Response:
    """Opens the page and presses one of its buttons; raises LookupError if it is not there."""
    page = get(authorize_url).raise_for_status()
    form = read_form(page.text)
    if (name, value) not in form.buttons:
        raise LookupError(f"no button {name}={value} on {page.url.path}")
    return post(urljoin(str(page.url), form.action), data={name: value})


def choose_at_google(authorize_url: str, sub: str) -> str:
    """Gives the address that Google sends the browser back to."""
    return press(authorize_url, "person", sub).headers["location"]


def cancel_at_google(authorize_url: str) -> str:
    return press(authorize_url, "cancel", "1").headers["location"]


def choose_at_apple(authorize_url: str, sub: str) -> Form:
    """Gives the form that Apple makes the browser post, from Apple's site to the app's."""
    return read_form(press(authorize_url, "person", sub).text)


def cancel_at_apple(authorize_url: str) -> Form:
    return read_form(press(authorize_url, "cancel", "1").text)
