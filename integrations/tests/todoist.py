"""What the tests of the Todoist source share: the stand-in, and a reader that pulls again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID
from zoneinfo import ZoneInfo

from integrations.base import Link, Pull, TaskSignal
from integrations.sources.todoist import Todoist
from oo.lib.types import JSON
from tests.stand_ins.todoist import TodoistStandIn

KEY, OTHER_KEY = UUID(int=1), UUID(int=2)
SYNC = "/api/v1/sync"
NONE: frozenset[str] = frozenset()


class Reader:
    """Pulls again and again from where the last pull ended, and keeps what the engine would."""

    def __init__(self, todoist: TodoistStandIn) -> None:
        self.todoist = todoist
        self.link = link(todoist)
        self.tasks: dict[str, TaskSignal] = {}

    def pull(self) -> Pull:
        pull = Todoist().pull(self.link, at=self.todoist.clock.now())
        self.link = replace(self.link, cursor=pull.cursor)
        said = {t.external_id: t for t in pull.tasks}
        self.tasks = said if pull.full else {**self.tasks, **said}
        for name in pull.gone_tasks - said.keys():
            self.tasks.pop(name, None)
        return pull

    @property
    def titles(self) -> set[str]:
        return {t.title for t in self.tasks.values() if t.completed_at is None}


def link(
    todoist: TodoistStandIn,
    credentials: Mapping[str, str] | None = None,
    cursor: Mapping[str, JSON] | None = None,
) -> Link:
    return Link(
        id=UUID(int=9),
        account=todoist.alice.id,
        credentials=credentials or {"token": todoist.alice.personal_token},
        cursor=cursor or {},
        document="",
        zone=ZoneInfo("Europe/Berlin"),
        connected_at=todoist.clock.now(),
    )


def asked(todoist: TodoistStandIn) -> list[str]:
    """The sync tokens that were sent, "*" for everything."""
    return [r.form["sync_token"] for r in todoist.requests_to(SYNC)]
