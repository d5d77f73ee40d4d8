"""The REST half of the API: tasks, projects, labels, the user and what was completed."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from .call import Call
from .errors import Json, bad_argument, not_found
from .ids import check_id
from .pages import Row, build_page
from .store import is_active

_LONGEST_SPAN = timedelta(days=92)
Handler = Callable[..., Any]


def answer(call: Call) -> Any:
    """The JSON value that answers the call; mixed case in a path is not found, as at Todoist."""
    for method, pattern, scope, handler in _ROUTES:
        match = pattern.fullmatch(call.request.path)
        if match and method == call.request.method:
            call.require(scope)
            return handler(call, **match.groupdict())
    raise not_found()


def _list_tasks(call: Call) -> Json:
    query = call.request.query
    ids = query["ids"].split(",") if query.get("ids") else None
    for task_id in ids or []:
        check_id(task_id, "ids")
    rows = [row for row in _active(call, "items") if ids is None or row[1]["id"] in ids]
    if query.get("label"):
        rows = [row for row in rows if query["label"] in row[1]["labels"]]
    return build_page(call, _in_place(call, rows))


def _in_place(call: Call, rows: list[Row]) -> list[Row]:
    for key in ("project_id", "section_id", "parent_id"):
        wanted = call.request.query.get(key)
        if wanted:
            check_id(wanted, key)
            rows = [row for row in rows if row[1][key] == wanted]
    return rows


def _active(call: Call, kind: str) -> list[Row]:
    records = call.account.store.records(kind)
    return [(record.seq, record.data) for record in records if is_active(record.data)]


def _get_task(call: Call, task_id: str) -> Json:
    task = call.account.get_task(check_id(task_id, "task_id"))
    if task["checked"]:
        raise not_found("Task")
    return task


def _add_task(call: Call) -> Json:
    return call.account.create(_checked_places(call.request.form))


def _checked_places(args: Json) -> Json:
    for key in ("project_id", "section_id", "parent_id"):
        if args.get(key):
            check_id(args[key], key)
    return args


def _update_task(call: Call, task_id: str) -> Json:
    return call.account.edit(check_id(task_id, "task_id"), call.request.form)


def _move_task(call: Call, task_id: str) -> Json:
    places = _checked_places(call.request.form)
    return call.account.move(check_id(task_id, "task_id"), places)


def _delete_task(call: Call, task_id: str) -> None:
    call.account.remove(check_id(task_id, "task_id"))


def _close_task(call: Call, task_id: str) -> None:
    call.account.close(check_id(task_id, "task_id"))


def _reopen_task(call: Call, task_id: str) -> None:
    call.account.untick(check_id(task_id, "task_id"))


def _list_projects(call: Call) -> Json:
    return build_page(call, _active(call, "projects"))


def _list_labels(call: Call) -> Json:
    return build_page(call, _active(call, "labels"))


def _list_sections(call: Call) -> Json:
    return build_page(call, _in_place(call, _active(call, "sections")))


def _get_user(call: Call) -> Json:
    return call.account.store.active("user")[0]


def _list_completed(call: Call) -> Json:
    """`since` is included, `until` is not. A recurring task shows once for each time it was done,
    always under its own id."""
    since, until = _moment(call, "since"), _moment(call, "until")
    if not since <= until <= since + _LONGEST_SPAN:
        raise bad_argument("until", "Expected at most three months after since")
    done = [row for row in call.account.completions if since <= row.at < until]
    return build_page(call, _in_place(call, [(row.seq, row.task) for row in done]), "items")


def _moment(call: Call, key: str) -> datetime:
    try:
        moment = datetime.fromisoformat(call.request.query[key])
    except (KeyError, ValueError):
        raise bad_argument(key, "Expected a date and time") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _route(method: str, path: str, scope: str, handler: Handler) -> _Route:
    pattern = path.replace("{id}", "(?P<task_id>[a-z0-9-]+)")
    return method, re.compile("/api/v1" + pattern), scope, handler


_Route = tuple[str, re.Pattern[str], str, Handler]
_ROUTES: tuple[_Route, ...] = (
    _route("GET", "/tasks", "data:read", _list_tasks),
    _route("POST", "/tasks", "task:add", _add_task),
    _route("GET", "/tasks/completed/by_completion_date", "data:read", _list_completed),
    _route("GET", "/tasks/{id}", "data:read", _get_task),
    _route("POST", "/tasks/{id}", "data:read_write", _update_task),
    _route("DELETE", "/tasks/{id}", "data:delete", _delete_task),
    _route("POST", "/tasks/{id}/close", "data:read_write", _close_task),
    _route("POST", "/tasks/{id}/reopen", "data:read_write", _reopen_task),
    _route("POST", "/tasks/{id}/move", "data:read_write", _move_task),
    _route("GET", "/projects", "data:read", _list_projects),
    _route("GET", "/labels", "data:read", _list_labels),
    _route("GET", "/sections", "data:read", _list_sections),
    _route("GET", "/user", "data:read", _get_user),
)
