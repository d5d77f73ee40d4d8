"""Reading the body of a request to the API. No view may be imported here: views read settings that
name this module."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import IO, Any

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser


class JSONBody(JSONParser):
    """Refuses what is too large, too deep or cannot be said again: each would be an error of ours,
    and not of the sender's."""

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
            wrong = _wrong(body)
        except RecursionError:
            raise ParseError(_("The body is nested too deeply.")) from None
        if wrong:
            raise ParseError(wrong)
        return body


def _wrong(value: object) -> str:
    """What no answer could say again; "" where all is well.

    Python reads 1e999 as infinity, which no JSON can hold, and half a surrogate pair as a character
    that no encoding has. A text field would refuse the latter itself, a choice repeats it.
    """
    if isinstance(value, dict):
        return next(filter(None, (_wrong(each) for pair in value.items() for each in pair)), "")
    if isinstance(value, list):
        return next(filter(None, map(_wrong, value)), "")
    if isinstance(value, float) and not isfinite(value):
        return _("The body holds a number that is too large.")
    if isinstance(value, str) and not value.isascii() and not _is_encodable(value):
        return _("The body holds an incomplete character.")
    return ""


def _is_encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
