"""Ids that look like Todoist's: opaque, sixteen characters, never only digits."""

from __future__ import annotations

import re

from .errors import bad_argument, old_id

_ALPHABET = "23456789cfghjmpqrvwx"
_PLACES = 14
_ROOM = len(_ALPHABET) ** _PLACES
# Prime to the size of the room, so that every number gets an id of its own.
_STRIDE = 1_000_000_000_000_037
_SHAPE = re.compile(rf"6[{_ALPHABET}]{{15}}")


def build_id(number: int) -> str:
    rest = number * _STRIDE % _ROOM
    places = []
    for _ in range(_PLACES):
        rest, place = divmod(rest, len(_ALPHABET))
        places.append(_ALPHABET[place])
    return "6x" + "".join(places)


def has_id_shape(value: str) -> bool:
    return _SHAPE.fullmatch(value) is not None


def check_id(value: object, argument: str) -> str:
    """The id as given, or the error that Todoist has for ids of another kind."""
    text = str(value)
    if text.isdigit():
        raise old_id()
    if not has_id_shape(text):
        raise bad_argument(argument, "Invalid id")
    return text
