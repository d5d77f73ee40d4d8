"""The words of a page, and how to tell English ones."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

# Common words that German does not have: a sentence of English contains at least one of them.
ENGLISH = re.compile(
    r"\b(the|you|your|yours|and|not|with|this|that|it|of|to|for|from|is|are|has|have|were|no"
    r"|what|when|why|which|there|here|one|more|now|again|today|tomorrow|overdue|ago|since|until"
    r"|done|later|undo|open|close|save|saved|delete|allow|allowed|withdraw|revoke|remove|keep|try"
    r"|sync|synced|connect|connected|disconnect|continue|sign|settings|terms|privacy|language"
    r"|back|yet|nothing|data|calendar|task|tasks|never|deadline|starts|due)\b",
    re.IGNORECASE,
)


class _Words(HTMLParser):
    """What a person reads or hears of a page."""

    HEARD = frozenset({"aria-label", "title", "placeholder", "alt"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.is_code = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.is_code = tag in ("script", "style", "code")
        self.found += [value or "" for name, value in attrs if name in self.HEARD]
        if ("name", "description") in attrs:
            self.found.append(dict(attrs)["content"] or "")

    def handle_endtag(self, tag: str) -> None:
        self.is_code = False

    def handle_data(self, data: str) -> None:
        if not self.is_code:
            self.found.append(data)


def read(response: Any) -> str:
    """The words of a page or card, which has to be German throughout."""
    assert response.status_code in (200, 202, 403, 404, 422)
    html = response.content.decode()
    assert "<html" not in html or '<html lang="de"' in html
    words = " ".join(" ".join(_Words(html).found).split())
    assert not ENGLISH.search(words), (ENGLISH.findall(words), words)
    return words
