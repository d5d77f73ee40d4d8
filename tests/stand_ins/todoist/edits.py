"""What a client may write on a task: REST's and sync's spellings become the object's fields."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from .dates import build_due, check_date, find_rule, parse_due
from .errors import Json, bad_argument

_PLAIN = ("content", "description", "child_order", "day_order", "is_collapsed", "responsible_uid")
_RENAMED = {"order": "child_order", "collapsed": "is_collapsed", "assignee_id": "responsible_uid"}
_LONGEST_CONTENT = 500


def build_fields(args: Json, today: date) -> Json:
    """The changed fields alone. Unknown arguments are ignored, as Todoist ignores them."""
    fields = {key: args[key] for key in _PLAIN if key in args}
    fields |= {ours: args[theirs] for theirs, ours in _RENAMED.items() if theirs in args}
    for reader in _READERS:
        fields |= reader(args, today)
    _check_content(fields)
    return fields


def _check_content(fields: Json) -> None:
    content = fields.get("content", "x")
    if not isinstance(content, str) or not content.strip():
        raise bad_argument("content", "Value is required")
    if len(content) > _LONGEST_CONTENT:
        raise bad_argument("content", f"Value is longer than {_LONGEST_CONTENT} characters")


def _priority(args: Json, today: date) -> Json:
    if "priority" not in args:
        return {}
    if args["priority"] not in (1, 2, 3, 4):
        raise bad_argument("priority", "Expected 1 to 4")
    return {"priority": args["priority"]}


def _labels(args: Json, today: date) -> Json:
    if "labels" not in args:
        return {}
    labels = args["labels"]
    if not isinstance(labels, list) or not all(isinstance(name, str) for name in labels):
        raise bad_argument("labels", "Expected a list of names")
    return {"labels": list(labels)}


def _due(args: Json, today: date) -> Json:
    if "due" in args:
        return {"due": _due_object(args["due"], today)}
    if args.get("due_datetime"):
        return {"due": build_due(check_date(args["due_datetime"]), args.get("due_string"))}
    if args.get("due_date"):
        return {"due": build_due(check_date(args["due_date"]), args.get("due_string"))}
    if "due_string" in args:
        return {"due": parse_due(args["due_string"], today)}
    return {}


def _due_object(due: Json | None, today: date) -> Json | None:
    if due is None:
        return None
    if not isinstance(due, dict):
        raise bad_argument("due", "Expected an object")
    if due.get("date"):
        return build_due(check_date(due["date"]), due.get("string"), due.get("timezone"))
    return parse_due(str(due.get("string", "")), today)


def _deadline(args: Json, today: date) -> Json:
    if args.get("deadline_date"):
        return {"deadline": {"date": check_date(args["deadline_date"])[:10], "lang": "en"}}
    if "deadline" not in args:
        return {}
    deadline = args["deadline"]
    if deadline is None:
        return {"deadline": None}
    if not isinstance(deadline, dict):
        raise bad_argument("deadline", "Expected an object")
    return {"deadline": {"date": check_date(deadline.get("date"))[:10], "lang": "en"}}


def _duration(args: Json, today: date) -> Json:
    if "duration" not in args:
        return {}
    given = args["duration"]
    if given is None:
        return {"duration": None}
    if not isinstance(given, dict):
        given = {"amount": given, "unit": args.get("duration_unit")}
    amount, unit = given.get("amount"), given.get("unit")
    if not isinstance(amount, int) or amount < 1 or unit not in ("minute", "day"):
        raise bad_argument("duration", "Expected a positive amount and the unit minute or day")
    return {"duration": {"amount": amount, "unit": unit}}


_READERS: tuple[Callable[[Json, date], Json], ...] = (
    _priority,
    _labels,
    _due,
    _deadline,
    _duration,
)


def due_from(value: Any, recurring: str | None) -> Json | None:
    """A due argument from what a test likes to write: a date, a datetime or words.

    An aware datetime becomes Todoist's fixed kind, a naive one its floating kind.
    """
    if value is None:
        return {"string": recurring} if recurring else None
    if isinstance(value, datetime):
        return _due_at(value, recurring)
    if isinstance(value, date):
        return {"date": value.isoformat(), "string": recurring}
    if recurring is not None and find_rule(recurring) is not None:
        return {"date": value, "string": recurring}
    return {"string": value}


def _due_at(moment: datetime, recurring: str | None) -> Json:
    from_zone = getattr(moment.tzinfo, "key", "UTC")
    if moment.tzinfo is None:
        return {"date": moment.isoformat(timespec="seconds"), "string": recurring}
    written = moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"date": written, "string": recurring, "timezone": from_zone}
