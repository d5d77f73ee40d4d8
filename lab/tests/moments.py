"""Moments for the tests, as they stand in a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from lab.moments.format import Moment, parse_moment

FILE = Path("mine.jsonl")


def raw(**fields: Any) -> dict[str, Any]:
    """Half past nine in Berlin, one task, which is right."""
    return {
        "id": "dates-rent",
        "now": "2026-03-03T09:30:00+01:00",
        "zone": "Europe/Berlin",
        "tasks": [task()],
        "right": ["t1"],
        "silence": "wrong",
        **fields,
    }


def task(name: str = "t1", **fields: Any) -> dict[str, Any]:
    return {"id": name, "title": "Pay the rent", "added": "2026-02-01T08:00:00+01:00", **fields}


def event(name: str = "e1", **fields: Any) -> dict[str, Any]:
    times = {"start": "2026-03-03T11:00:00+01:00", "end": "2026-03-03T12:00:00+01:00"}
    return {"id": name, "title": "Design review", **times, **fields}


def past(what: str, at: str, item: str = "t1", **fields: Any) -> dict[str, Any]:
    return {"at": at, "item": item, "what": what, "dwell_s": 20, **fields}


def moment(**fields: Any) -> Moment:
    return parse_moment(json.dumps(raw(**fields)), FILE, 1)
