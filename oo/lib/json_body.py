"""Reading the body of a request to the API. No view may be imported here: views read settings that
name this module."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import IO, Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser


class JSONBody(JSONParser):
    """Refuses what is too large or too deep: both would be errors of ours, not of the sender's."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        # REST framework reads the stream, to which Django's own limit does not apply.
        length = (parser_context or {})["request"].META.get("CONTENT_LENGTH") or "0"
        if int(length) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise ParseError(_("The body is too large."))
        try:
            body: dict[str, Any] = super().parse(stream, media_type, parser_context)
            finite = _is_finite(body)
        except RecursionError:
            raise ParseError(_("The body is nested too deeply.")) from None
        if not finite:
            raise ParseError(_("The body holds a number that is too large."))
        return body


def _is_finite(value: object) -> bool:
    """Python reads 1e999 as infinity, which no JSON can hold and a text field takes as "inf"."""
    if isinstance(value, dict):
        return all(map(_is_finite, value.values()))
    if isinstance(value, list):
        return all(map(_is_finite, value))
    return not isinstance(value, float) or isfinite(value)
