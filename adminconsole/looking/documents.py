"""The documents of this repository, as pages of the console."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

DOCS: Path = settings.ROOT / "docs"
NAME = re.compile(r"[a-z0-9/-]+")


@dataclass(frozen=True, slots=True)
class Document:
    name: str  # below docs/, without .md
    title: str

    @property
    def is_runbook(self) -> bool:
        return self.name.startswith("runbooks/")


@cache
def documents() -> dict[str, Document]:
    """By name: runbooks first, then the rest in the order of the alphabet."""
    names = [
        path.relative_to(DOCS).with_suffix("").as_posix()
        for path in DOCS.rglob("*.md")
        if path.name != "README.md"
    ]
    ordered = sorted(names, key=lambda name: (not name.startswith("runbooks/"), name))
    return {name: Document(name, _title(name)) for name in ordered}


@cache
def html_of(name: str) -> SafeString:
    """Raises KeyError for what is no document: names come from addresses."""
    text = (DOCS / f"{documents()[name].name}.md").read_text()
    # HTML in a document is shown, not obeyed; links are rewritten to pages of the console.
    tokens = READER.parse(text)
    for token in tokens:
        for child in token.children or ():
            if child.type == "link_open":
                child.attrSet("href", _link(name, str(child.attrGet("href"))))
            elif child.type == "image":
                child.type = "text"  # what it shows, in words: pictures are not served
    html: str = READER.renderer.render(tokens, READER.options, {})
    return mark_safe(html)  # noqa: S308  # made of our own documents, where HTML is text


READER = MarkdownIt("commonmark", {"html": False}).enable("table")


def _title(name: str) -> str:
    with (DOCS / f"{name}.md").open() as file:
        return file.readline().lstrip("# ").strip()


def _link(name: str, target: str) -> str:
    """To another document: its page. Outside: as it is. To a file of the repository: nowhere."""
    path, _, mark = target.partition("#")
    if "://" in target or not path:
        return target
    found = (DOCS / name).parent.joinpath(path).resolve()
    if found.suffix == ".md" and found.is_relative_to(DOCS):
        other = found.relative_to(DOCS).with_suffix("").as_posix()
        if other in documents():
            return f"{reverse('admin:page_docs')}?document={other}" + (f"#{mark}" if mark else "")
    return "#"
