"""Every route that the project answers on, found by walking the resolver."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.urls import URLPattern, URLResolver, get_resolver

NOBODYS = {"uuid": str(UUID(int=7)), "int": "987654321", "slug": "nothing", "str": "nothing"}
PARAMETER = re.compile(r"<(?:(\w+):)?(\w+)>")


@dataclass(frozen=True, slots=True)
class Route:
    name: str  # with its namespaces
    pattern: str  # "tip/<uuid:pk>/answer"

    def path(self, **values: object) -> str:
        """The address, with somebody's keys where given and nobody's else."""

        def fill(found: re.Match[str]) -> str:
            kind, name = found.group(1) or "str", found.group(2)
            return str(values.get(name, NOBODYS.get(kind, "nothing")))

        return "/" + PARAMETER.sub(fill, self.pattern)

    @property
    def is_api(self) -> bool:
        return self.pattern.startswith("api/")

    @property
    def is_console(self) -> bool:
        return self.pattern.startswith("console/")


def find_routes() -> list[Route]:
    return list(_walk(get_resolver().url_patterns, "", ""))


def _walk(patterns: list[URLPattern | URLResolver], prefix: str, space: str) -> Iterator[Route]:
    for entry in patterns:
        text = prefix + _as_path(str(entry.pattern))
        if isinstance(entry, URLResolver):
            inner = f"{space}{entry.namespace}:" if entry.namespace else space
            yield from _walk(entry.url_patterns, text, inner)
        else:
            yield Route(f"{space}{entry.name or entry.lookup_str}", text)


def _as_path(pattern: str) -> str:
    """The admin writes two of its routes as regular expressions; their groups become names."""
    return re.sub(r"\(\?P<(\w+)>[^)]*\)", r"<\1>", pattern).strip("^$").replace("\\Z", "")
