"""What a page would make a browser run, read as a browser reads it."""

from __future__ import annotations

from html.parser import HTMLParser
from urllib.parse import urlsplit

ADDRESSES = {"href", "src", "action", "formaction", "srcset", "data", "poster", "background"}
SCHEMES = {"", "http", "https", "mailto", "data"}
# <script> of these types is data: no browser runs it, and no policy refuses it.
DATA_TYPES = {"application/json", "application/ld+json", "importmap"}


class Page(HTMLParser):
    """`inline`: what the policy would refuse. `loads`: addresses of what the page brings along."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.inline: list[str] = []
        self.loads: list[str] = []
        self.text: list[str] = []
        self.tags: list[str] = []
        self.links: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        if tag == "style" or (
            tag == "script" and "src" not in said and said.get("type") not in DATA_TYPES
        ):
            self.inline.append(f"<{tag}>")
        if tag in ("script", "img") or (tag == "link" and said.get("rel") == "stylesheet"):
            self.loads.append(said.get("src") or said.get("href", ""))
        for name, value in said.items():
            self._attribute(tag, name, value)

    def _attribute(self, tag: str, name: str, value: str) -> None:
        if name == "style" or name.startswith(("on", "hx-on")):
            self.inline.append(f"<{tag} {name}={value[:40]!r}>")
        if name in ADDRESSES:
            self.links.append(value)
            # Browsers drop these characters before they look at the scheme.
            plain = "".join(each for each in value if each.isprintable()).strip().lower()
            if urlsplit(plain).scheme not in SCHEMES:
                self.inline.append(f"<{tag} {name}={value[:40]!r}>")

    def handle_data(self, data: str) -> None:
        self.text.append(data)
