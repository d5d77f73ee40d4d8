"""Cursors: opaque, and good only for the same person asking the same question."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence

from .call import Call
from .errors import Json, bad_argument

_DEFAULT, _MOST = 50, 200
Row = tuple[int, Json]


def build_page(call: Call, rows: Sequence[Row], key: str = "results") -> Json:
    """One page of rows, which come with a number that only grows; it is what a cursor holds."""
    limit = _limit(call)
    after = _position(call)
    rest = [row for row in rows if row[0] > after]
    page = rest[:limit]
    more = len(rest) > limit
    return {
        key: [data for _, data in page],
        "next_cursor": _cursor(call, page[-1][0]) if more else None,
    }


def _limit(call: Call) -> int:
    given = call.request.query.get("limit", str(_DEFAULT))
    if not given.isdigit() or not 1 <= int(given) <= _MOST:
        raise bad_argument("limit", f"Expected 1 to {_MOST}")
    return int(given)


def _cursor(call: Call, position: int) -> str:
    plain = f"{position}:{_question(call, position)}"
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def _position(call: Call) -> int:
    cursor = call.request.query.get("cursor")
    if cursor is None:
        return -1
    try:
        plain = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        position = int(plain.partition(":")[0])
    except ValueError:
        raise bad_argument("cursor", "Invalid cursor") from None
    if _cursor(call, position) != cursor:
        raise bad_argument("cursor", "Invalid cursor")
    return position


def _question(call: Call, position: int) -> str:
    asked = sorted(pair for pair in call.request.query.items() if pair[0] != "cursor")
    plain = repr((call.account.id, call.request.path, asked, position))
    return hashlib.sha256(plain.encode()).hexdigest()[:24]
