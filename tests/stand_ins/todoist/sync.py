"""POST /api/v1/sync: everything, or what has changed since a token, and commands on the way."""

from __future__ import annotations

import json
from typing import Any

from .call import Call
from .clock import stamp
from .commands import run
from .errors import Json, bad_argument
from .store import KINDS

# What Todoist also knows and this stand-in has none of: asked for, they come empty.
_EMPTY_KINDS = frozenset(
    {
        "notes",
        "project_notes",
        "filters",
        "reminders",
        "reminders_location",
        "locations",
        "live_notifications",
        "collaborators",
        "collaborator_states",
        "completed_info",
        "workspaces",
        "workspace_users",
        "view_options",
        "folders",
        "calendars",
        "calendar_accounts",
    }
)


def answer(call: Call) -> Json:
    """Commands run first, so that the same answer already shows what they did.

    A sync token that is not this account's is answered with everything and full_sync true; the
    fault REJECTED_SYNC_TOKEN gives the other thing that a client must bear, a 400.
    """
    form = call.request.form
    if "commands" not in form and "resource_types" not in form:
        raise bad_argument("resource_types", "Required argument is missing")
    reply: Json = {}
    temp_ids: dict[str, str] = {}
    if "commands" in form:
        outcome = run(call, _list(form, "commands"))
        reply["sync_status"], temp_ids = outcome.status, outcome.temp_ids
    if "resource_types" in form:
        call.require("data:read")
        reply |= _read(call, _kinds(_list(form, "resource_types")))
    return reply | {
        "sync_token": call.account.store.sync_token(),
        "temp_id_mapping": temp_ids,
    }


def _read(call: Call, kinds: list[str]) -> Json:
    store = call.account.store
    since = store.find_version(str(call.request.form.get("sync_token", "*")))
    full = since is None
    reply: Json = {"full_sync": full}
    if full:
        reply["full_sync_date_utc"] = stamp(call.account.clock.now())
    for kind in kinds:
        if kind in _EMPTY_KINDS:
            reply[kind] = []
            continue
        found = store.active(kind) if since is None else store.changed_since(kind, since)
        if kind != "user":
            reply[kind] = found
        elif found:
            reply[kind] = found[0]
    return reply


def _list(form: Json, key: str) -> list[Any]:
    """A JSON array, written as a string in a form and as itself in a JSON body."""
    value = form[key]
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            raise bad_argument(key, "Malformed JSON") from None
    if not isinstance(value, list):
        raise bad_argument(key, "Expected a list")
    return value


def _kinds(asked: list[Any]) -> list[str]:
    names = {str(name) for name in asked}
    left_out = {name.removeprefix("-") for name in names if name.startswith("-")}
    wanted = {name for name in names if not name.startswith("-")}
    known = {*KINDS, *_EMPTY_KINDS}
    if not (wanted - {"all"} | left_out) <= known:
        raise bad_argument("resource_types", "Unknown resource type")
    return sorted((known if "all" in wanted else wanted) - left_out)
