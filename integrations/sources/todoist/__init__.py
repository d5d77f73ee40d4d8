"""Todoist, API v1 (https://developer.todoist.com/api/v1/, read in November 2026).

One request a sync: everything at first, then what has changed. A task that is completed in Todoist
comes as such in the next delta. One that was completed while the sync token was lost is missed: the
full sync that follows knows open tasks only, so it counts as deleted. Of what was known to be
completed before, such a sync says nothing, and it stays.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote
from uuid import UUID

from integrations.base import (
    Account,
    Field,
    Heard,
    Link,
    OAuth,
    Pull,
    SignalSource,
    SourceManifest,
)
from integrations.sources.todoist import webhook
from integrations.sources.todoist.refusals import (
    named_for_closing,
    named_refusals,
    refusal_of,
)
from integrations.sources.todoist.wire import (
    Found,
    Names,
    read_items,
    read_moment,
    read_names,
    read_parents,
)
from oo.lib.configuration import value_of
from oo.lib.http import Api, ApiError, Limits, Unauthorized, Unexpected, Unreachable
from oo.lib.manifests import Setting
from oo.lib.types import JSON
from oo.lib.words import gettext_lazy as _

# About a kilobyte a task; Todoist lets people keep tens of thousands.
MAX_BYTES = 48 * 1024 * 1024
# A full sync of a large account is made up to a minute before it is sent.
TIMEOUT_S, DEADLINE_S = 60.0, 90.0
FULL_LAG = timedelta(seconds=10)
EVERYTHING = "*"
KINDS = ("items", "projects", "sections")
TOKEN = re.compile(r"[!-~]{1,2000}")

CLIENT_ID = Setting(
    "TODOIST_CLIENT_ID",
    help="The app of this installation at Todoist; without one, people paste a personal token.",
    unit="text, from Todoist's app console",
)
CLIENT_SECRET = Setting(
    "TODOIST_CLIENT_SECRET",
    help="The secret of that app.",
    unit="text, from Todoist's app console",
)
API_URL = Setting(
    "TODOIST_API_URL",
    help="Where Todoist's API is; changed in tests only.",
    unit="an address that ends in /",
    default="https://api.todoist.com/api/v1/",
)
AUTH_URL = Setting(
    "TODOIST_AUTH_URL",
    help="Where people agree that oO reads their Todoist; changed in tests only.",
    unit="an address",
    default="https://app.todoist.com/oauth/authorize",
)
TOKEN_URL = Setting(
    "TODOIST_TOKEN_URL",
    help="Where that agreement is exchanged for a token; changed in tests only.",
    unit="an address",
    default="https://api.todoist.com/oauth/access_token",
)


@dataclass(frozen=True, slots=True)
class _Read:
    """One answer of sync, as far as it was understood."""

    full: bool
    sync_token: str
    names: Names
    found: Found
    is_short: bool  # it changes what tasks say that it does not name
    made_at: datetime | None  # of a full answer: the moment that it shows


class Todoist(SignalSource):
    manifest = SourceManifest(
        key="todoist",
        title="Todoist",
        version=1,
        description=_("Your tasks. oO closes a task there when you say it is done."),
        consents=frozenset({"tasks"}),
        sync_every=timedelta(minutes=10),
        oauth=OAuth(
            authorize_url=AUTH_URL,
            token_url=TOKEN_URL,
            client_id=CLIENT_ID,
            client_secret=CLIENT_SECRET,
            scopes=("data:read_write",),
            scope_separator=",",
        ),
        fields=(
            Field(
                name="token",
                label=_("Personal API token"),
                kind="secret",
                help=_(
                    "In Todoist, open Settings, then Integrations, then Developer, "
                    "and copy the API token."
                ),
            ),
        ),
        settings=(API_URL,),
        can_complete=True,
        webhook_secret=CLIENT_SECRET,
    )

    def identify(self, credentials: Mapping[str, str], document: str) -> Account:
        with _api(credentials) as api:
            user = _sync(api, EVERYTHING, "user").get("user")
        if not isinstance(user, dict) or not user.get("id"):
            raise Unexpected("todoist", "no user in the answer")
        label = user.get("email") or user.get("full_name") or "Todoist"
        return Account(str(user["id"]), str(label))

    def pull(self, link: Link, *, at: datetime) -> Pull:
        with _api(link.credentials) as api:
            return _pull(api, link, at)

    def complete(self, link: Link, external_id: str, *, key: UUID) -> None:
        """A recurring task moves to its next date, as in Todoist's own apps."""
        command = {"type": "item_close", "uuid": str(key), "args": {"id": external_id}}
        with _api(link.credentials) as api, named_for_closing():
            answer = api.post("sync", form={"commands": json.dumps([command])})
        status = answer.get("sync_status") if isinstance(answer, dict) else None
        outcome = status.get(str(key)) if isinstance(status, dict) else None
        if outcome != "ok":
            raise refusal_of(outcome)

    def hear(self, headers: Mapping[str, str], body: bytes) -> Heard | None:
        if not webhook.is_signed(headers, body, value_of(CLIENT_SECRET)):
            return None
        return webhook.read(headers, body)

    def revoke(self, credentials: Mapping[str, str]) -> bool:
        """RFC 7009. A personal token is not ours to give back: its owner renews it in Todoist.

        The one that lives long goes first, and what becomes of one does not keep the other.
        """
        names = [n for n in ("refresh_token", "access_token") if credentials.get(n)]
        if not names or not value_of(CLIENT_ID):
            return False
        client = ":".join(quote(value_of(part), safe="") for part in (CLIENT_ID, CLIENT_SECRET))
        basic = {"Authorization": f"Basic {b64encode(client.encode()).decode()}"}
        failures: list[ApiError] = []
        with Api("todoist", value_of(API_URL)) as api:
            for name in names:
                form = {"token": credentials[name], "token_type_hint": name}
                try:
                    with named_refusals():
                        api.post("revoke", form=form, headers=basic)
                except ApiError as error:
                    failures.append(error)
        if failures:
            # The one of which something may still come.
            raise next((f for f in failures if isinstance(f, Unreachable)), failures[0])
        return True


def _api(credentials: Mapping[str, str]) -> Api:
    token = (credentials.get("access_token") or credentials.get("token") or "").strip()
    if not TOKEN.fullmatch(token):
        raise Unauthorized("todoist", "not a token")
    return Api(
        "todoist",
        value_of(API_URL),
        token,
        limits=Limits(timeout_s=TIMEOUT_S, deadline_s=DEADLINE_S, max_bytes=MAX_BYTES),
    )


def _pull(api: Api, link: Link, at: datetime) -> Pull:
    token, known = _position(link.cursor)
    first = _read_since(api, token, known, link.account)
    read = first
    if first.is_short:
        read = _read_since(api, EVERYTHING, Names(), link.account)
        done = {n: t for n, t in first.found.tasks.items() if t.completed_at}
        read = replace(read, found=Found({**done, **read.found.tasks}, first.found.gone))
    if read.made_at and at - read.made_at > FULL_LAG:
        read = _caught_up(api, read, link.account)
    return Pull(
        full=read.full,
        cursor={
            "token": read.sync_token,
            "projects": dict[str, JSON](read.names.projects),
            "sections": dict[str, JSON](read.names.sections),
            "parents": dict[str, JSON](read.names.parents),
        },
        tasks=tuple(read.found.tasks.values()),
        gone_tasks=read.found.gone,
        open_only=read.full,
    )


def _caught_up(api: Api, read: _Read, me: str) -> _Read:
    """A full answer that was made a while ago, with what has changed since."""
    since = _read_since(api, read.sync_token, read.names, me)
    if since.full:
        return since
    if since.is_short:
        return read  # the next sync meets the same change again
    tasks = {**read.found.tasks, **since.found.tasks}
    for name in since.found.gone:
        tasks.pop(name, None)
    # Of what was closed, a full answer says nothing, so that these have to.
    found = Found(tasks, read.found.gone | since.found.gone)
    return replace(read, sync_token=since.sync_token, names=since.names, found=found)


def _position(cursor: Mapping[str, JSON]) -> tuple[str, Names]:
    """Where the last sync ended. A cursor that is not of this shape is the beginning."""
    token, kept = cursor.get("token"), []
    for kind in ("projects", "sections", "parents"):
        names = cursor.get(kind)
        if isinstance(names, dict):
            kept.append({name: str(title) for name, title in names.items()})
    if not isinstance(token, str) or not token or len(kept) != 3:
        return EVERYTHING, Names()
    return token, Names(*kept)


def _read_since(api: Api, token: str, known: Names, me: str) -> _Read:
    try:
        answer = _sync(api, token, *KINDS)
    except Unexpected as error:
        # Their word for a sync token that they do not know (any more).
        if error.status != 400 or token == EVERYTHING:
            raise
        token, answer = EVERYTHING, _sync(api, EVERYTHING, *KINDS)
    full = token == EVERYTHING or answer.get("full_sync") is True
    known = Names() if full else known
    items = _list(answer, "items", full)
    projects, shelved = read_names(_list(answer, "projects", full), known.projects)
    # Without its section, a task is still a task.
    sections, _shelved = read_names(_list(answer, "sections", False), known.sections)
    parents, amiss = read_parents(items, known.parents)
    names = Names(projects, sections, parents)
    return _Read(
        full=full,
        sync_token=answer["sync_token"],
        names=names,
        found=read_items(items, me=me, names=names, shelved=shelved),
        # A delta does not name the tasks of a project or section that was renamed, archived or
        # taken out again, nor the parts of a task with a new title, nor a task that has parts now.
        is_short=not full
        and ((projects, sections) != (known.projects, known.sections) or bool(amiss)),
        made_at=read_moment(answer.get("full_sync_date_utc")) if full else None,
    )


def _sync(api: Api, token: str, *kinds: str) -> dict[str, Any]:
    form = {"sync_token": token, "resource_types": json.dumps(kinds)}
    with named_refusals():
        answer = api.post("sync", form=form)
    next_token = answer.get("sync_token") if isinstance(answer, dict) else None
    if not isinstance(next_token, str) or not next_token:
        raise Unexpected("todoist", "not an answer of sync")
    return dict[str, Any](answer)


def _list(answer: Mapping[str, Any], name: str, must: bool) -> list[object]:
    """A delta may leave out what has not changed; of a full answer that would mean: all is gone."""
    found = answer.get(name, None if must else [])
    if not isinstance(found, list):
        raise Unexpected("todoist", f"no {name} in the answer")
    return found
