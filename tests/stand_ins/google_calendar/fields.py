"""Partial answers: `fields=nextPageToken,items(id,start/date)`, as Google's APIs have it."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import googleapiclient

from .errors import Failure, Json, api_failure

DOCUMENT = Path(googleapiclient.__file__).parent / "discovery_cache/documents/calendar.v3.json"
ALL = "*"
_TOKEN = re.compile(r"[A-Za-z]+|[*,/()]|.")
# What is wanted of an object: nothing inside means all of it.
Mask = dict[str, Any]


@cache
def published() -> Json:
    """What Google publishes of the API, for machines; it comes with Google's own client."""
    read: Json = json.loads(DOCUMENT.read_text())
    return read


def narrowed(answer: Json, wanted: str, schema: str) -> Json:
    """The answer with what is wanted of it; a field that the schema has not is an error."""
    mask = _Reader(wanted).read()
    _check(mask, {"$ref": schema})
    kept: Json = _keep(answer, mask)
    return kept


def _keep(value: Any, mask: Mask) -> Any:
    if not mask or ALL in mask:
        return value
    if isinstance(value, list):
        return [_keep(each, mask) for each in value]
    return {name: _keep(value[name], inner) for name, inner in mask.items() if name in value}


def _check(mask: Mask, schema: Json) -> None:
    schema = schema.get("items", schema)
    if "$ref" in schema:
        schema = published()["schemas"][schema["$ref"]]
    for name, inner in mask.items():
        if name == ALL:
            continue
        if name not in schema.get("properties", {}):
            raise _refused(name)
        _check(inner, schema["properties"][name])


def _refused(selection: str) -> Failure:
    message = f"Invalid field selection {selection}"
    return api_failure(400, "invalidParameter", message, parameter="fields")


class _Reader:
    """Reads names, parts of what they name behind a slash or in brackets, and commas."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._left = _TOKEN.findall(text)

    def read(self) -> Mask:
        mask = self._list()
        if self._left:
            raise _refused(self._text)
        return mask

    def _list(self) -> Mask:
        mask: Mask = {}
        while True:
            name, inner = self._one()
            mask[name] = {**mask.get(name, {}), **inner}
            if not self._takes(","):
                return mask

    def _one(self) -> tuple[str, Mask]:
        name = self._left.pop(0) if self._left else ""
        if not name.isalpha() and name != ALL:
            raise _refused(self._text)
        if self._takes("/"):
            return name, dict([self._one()])
        if not self._takes("("):
            return name, {}
        inner = self._list()
        if not self._takes(")"):
            raise _refused(self._text)
        return name, inner

    def _takes(self, token: str) -> bool:
        if self._left[:1] != [token]:
            return False
        self._left.pop(0)
        return True
