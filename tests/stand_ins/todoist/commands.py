"""The write half of sync: commands, run in order, each on its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .call import Call
from .dates import next_due
from .edits import build_fields
from .errors import ApiFailure, Json, bad_argument, bad_temp_id, not_found
from .ids import check_id, has_id_shape
from .state import Account

MOST_COMMANDS = 100
_ID_KEYS = ("id", "project_id", "section_id", "parent_id")


@dataclass(slots=True)
class Outcome:
    """`status` maps each uuid to "ok" or an error object, `temp_ids` the names to real ids."""

    status: dict[str, Any] = field(default_factory=dict)
    temp_ids: dict[str, str] = field(default_factory=dict)


def run(call: Call, commands: list[Any]) -> Outcome:
    """A uuid that was carried out before answers "ok" and does nothing; one that failed may be
    tried again."""
    _check(commands)
    outcome = Outcome()
    for command in commands:
        uuid = command["uuid"]
        try:
            if uuid not in call.account.executed:
                _run_one(call, command, outcome)
                call.account.executed.add(uuid)
            outcome.status[uuid] = "ok"
        except ApiFailure as failure:
            outcome.status[uuid] = failure.body()
    return outcome


def _check(commands: list[Any]) -> None:
    if len(commands) > MOST_COMMANDS:
        raise bad_argument("commands", f"At most {MOST_COMMANDS} commands in one request")
    for command in commands:
        if not isinstance(command, dict) or not isinstance(command.get("uuid"), str):
            raise bad_argument("commands", "Expected objects with type, uuid and args")


def _run_one(call: Call, command: Json, outcome: Outcome) -> None:
    known = _COMMANDS.get(str(command.get("type")))
    if known is None:
        raise bad_argument("type", "Unknown command")
    scope, handler = known
    call.require(scope)
    args = command.get("args")
    if not isinstance(args, dict):
        raise bad_argument("args", "Expected an object")
    made = handler(call.account, _with_real_ids(args, outcome.temp_ids))
    if made is not None and command.get("temp_id"):
        outcome.temp_ids[command["temp_id"]] = made


def _with_real_ids(args: Json, temp_ids: dict[str, str]) -> Json:
    real = dict(args)
    for key in _ID_KEYS:
        value = args.get(key)
        if value is None:
            continue
        real[key] = temp_ids.get(str(value), value)
        if not has_id_shape(str(real[key])) and not str(value).isdigit():
            raise bad_temp_id(str(value))
        check_id(real[key], key)
    return real


def _task_id(args: Json) -> str:
    if "id" not in args:
        raise bad_argument("id", "Required argument is missing")
    return str(args["id"])


def _item_add(account: Account, args: Json) -> str:
    return str(account.create(args)["id"])


def _item_update(account: Account, args: Json) -> None:
    account.edit(_task_id(args), args)


def _item_move(account: Account, args: Json) -> None:
    account.move(_task_id(args), args)


def _item_delete(account: Account, args: Json) -> None:
    account.remove(_task_id(args))


def _item_complete(account: Account, args: Json) -> None:
    """The documents and the SDK disagree about the name of the moment: both are heard."""
    given = args.get("date_completed") or args.get("completed_at")
    account.tick(_task_id(args), _moment(given) if given else None)


def _moment(given: str) -> datetime:
    try:
        moment = datetime.fromisoformat(given)
    except ValueError:
        raise bad_argument("date_completed", "Date is invalid") from None
    if moment.tzinfo is None:
        raise bad_argument("date_completed", "Expected a time zone")
    return moment


def _item_uncomplete(account: Account, args: Json) -> None:
    account.untick(_task_id(args))


def _item_close(account: Account, args: Json) -> None:
    account.close(_task_id(args))


def _item_update_date_complete(account: Account, args: Json) -> None:
    """To the date given, else to the next one; `is_forward` 0 takes a completion back."""
    task = account.get_task(_task_id(args))
    if not task["due"]:
        raise not_found("Due date")
    if args.get("due"):
        due = build_fields({"due": args["due"]}, account.today())["due"]
    else:
        due = next_due(task["due"], account.clock.now(), account.timezone)
    if args.get("reset_subtasks"):
        for child in account.children(task["id"]):
            account.untick(child["id"])
    if args.get("is_forward", 1):
        account.move_on(task["id"], due)
    else:
        account.edit(task["id"], {"due": due})


_Handler = Callable[[Account, Json], str | None]
_COMMANDS: dict[str, tuple[str, _Handler]] = {
    "item_add": ("task:add", _item_add),
    "item_update": ("data:read_write", _item_update),
    "item_move": ("data:read_write", _item_move),
    "item_delete": ("data:delete", _item_delete),
    "item_complete": ("data:read_write", _item_complete),
    "item_uncomplete": ("data:read_write", _item_uncomplete),
    "item_close": ("data:read_write", _item_close),
    "item_update_date_complete": ("data:read_write", _item_update_date_complete),
}
