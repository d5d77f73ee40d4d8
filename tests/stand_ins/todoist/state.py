"""One Todoist account: what its owner (here the test) and its API clients do to it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from .clock import Clock, stamp
from .dates import next_due
from .edits import build_fields, due_from
from .errors import Json, bad_argument, not_found
from .shapes import build_label, build_project, build_section, build_task, build_user
from .store import Store


@dataclass(frozen=True, slots=True)
class Completion:
    """One tick in the history. A recurring task leaves one for each time that it was done."""

    seq: int
    at: datetime
    task: Json


class Account:
    """The upper half are the actions of the API, the lower half what tests like to write."""

    def __init__(
        self,
        user_id: str,
        email: str,
        name: str,
        personal_token: str,
        *,
        clock: Clock,
        timezone: str,
        lock: threading.RLock,
        next_id: Callable[[], str],
    ) -> None:
        self.id = user_id
        self.email = email
        self.name = name
        self.personal_token = personal_token
        self.timezone = timezone
        self.clock = clock
        self.lock = lock
        self.store = Store(user_id)
        self.completions: list[Completion] = []
        self.executed: set[str] = set()
        self._next_id = next_id
        self.inbox_id = self._new_project("Inbox", inbox=True)["id"]
        now = clock.now()
        user = build_user(user_id, email, name, timezone, self.inbox_id, now)
        self.store.put("user", user)

    def today(self) -> date:
        return self.clock.now().astimezone(ZoneInfo(self.timezone)).date()

    def get_task(self, task_id: str) -> Json:
        """The task, ticked off or not; a deleted one is not found."""
        task = self.store.find("items", task_id)
        if task is None or task["is_deleted"]:
            raise not_found("Task")
        return task

    def create(self, args: Json) -> Json:
        if "content" not in args:
            raise bad_argument("content", "Required argument is missing")
        fields = build_fields(args, self.today())
        place = self._place(args) or {"project_id": self.inbox_id}
        order = self.store.count("items") + 1
        now = self.clock.now()
        task = build_task(self._next_id(), self.id, self.inbox_id, fields["content"], now, order)
        return self.store.put("items", {**task, **place, **fields})

    def edit(self, task_id: str, args: Json) -> Json:
        self.get_task(task_id)
        return self._change(task_id, **build_fields(args, self.today()))

    def move(self, task_id: str, args: Json) -> Json:
        self.get_task(task_id)
        if sum(bool(args.get(key)) for key in ("project_id", "section_id", "parent_id")) != 1:
            raise bad_argument("project_id", "Expected exactly one place")
        return self._change(task_id, **self._place(args))

    def remove(self, task_id: str) -> None:
        self.get_task(task_id)
        for child in self.children(task_id):
            self.remove(child["id"])
        self._change(task_id, is_deleted=True)

    def tick(self, task_id: str, at: datetime | None = None) -> None:
        """Completes the task for good, with its subtasks; a second time changes nothing."""
        if self.get_task(task_id)["checked"]:
            return
        for child in self.children(task_id):
            self.tick(child["id"], at)
        at = at or self.clock.now()
        ticked = {"checked": True, "completed_at": stamp(at), "completed_by_uid": self.id}
        self._log(at, self._change(task_id, **ticked))

    def untick(self, task_id: str) -> None:
        parent_id = self.get_task(task_id)["parent_id"]
        if parent_id and self.get_task(parent_id)["checked"]:
            self.untick(parent_id)
        self.completions = [done for done in self.completions if done.task["id"] != task_id]
        self._change(task_id, checked=False, completed_at=None, completed_by_uid=None)

    def close(self, task_id: str) -> None:
        """What the apps do: a recurring task moves to its next date, any other is completed."""
        task = self.get_task(task_id)
        if task["checked"]:
            return
        if not (task["due"] or {}).get("is_recurring"):
            self.tick(task_id)
            return
        self.move_on(task_id, next_due(task["due"], self.clock.now(), self.timezone))

    def move_on(self, task_id: str, due: Json) -> None:
        """A recurring task was done once: the history shows it ticked, the task itself stays."""
        now = self.clock.now()
        done = {"checked": True, "completed_at": stamp(now), "completed_by_uid": self.id}
        self._log(now, {**self.get_task(task_id), **done})
        self._change(task_id, due=due, day_order=-1)

    def children(self, task_id: str) -> list[Json]:
        tasks = (record.data for record in self.store.records("items"))
        return [t for t in tasks if t["parent_id"] == task_id and not t["is_deleted"]]

    def _change(self, task_id: str, **fields: object) -> Json:
        return self.store.change("items", task_id, updated_at=stamp(self.clock.now()), **fields)

    def _log(self, at: datetime, task: Json) -> None:
        self.completions.append(Completion(len(self.completions), at, task))

    def _place(self, args: Json) -> Json:
        """Project, section and parent, each implied by the narrower one."""
        if args.get("parent_id"):
            parent = self.get_task(args["parent_id"])
            kept = {key: parent[key] for key in ("project_id", "section_id")}
            return {**kept, "parent_id": parent["id"]}
        if args.get("section_id"):
            section = self._known("sections", args["section_id"])
            where = {"project_id": section["project_id"], "section_id": section["id"]}
            return {**where, "parent_id": None}
        if args.get("project_id"):
            project = self._known("projects", args["project_id"])
            return {"project_id": project["id"], "section_id": None, "parent_id": None}
        return {}

    def _known(self, kind: str, object_id: str) -> Json:
        found = self.store.find(kind, object_id)
        if found is None or found["is_deleted"]:
            raise not_found(kind.removesuffix("s").capitalize())
        return found

    def _new_project(self, name: str, *, inbox: bool = False) -> Json:
        order = self.store.count("projects")
        project = build_project(self._next_id(), name, self.clock.now(), inbox=inbox, order=order)
        return self.store.put("projects", project)

    # What follows is for tests: names instead of ids, dates instead of strings, and locked.

    def add_task(
        self,
        content: str,
        due: date | str | None = None,
        *,
        priority: int = 1,
        project: str | None = None,
        labels: tuple[str, ...] | list[str] = (),
        duration: int | None = None,
        deadline: date | str | None = None,
        recurring: str | None = None,
        description: str = "",
        parent_id: str | None = None,
    ) -> str:
        """Adds a task and gives its id.

        `due`: a date, a datetime (naive is floating, aware fixed) or words: "today at 15:00".
        `priority`: 4 is urgent. `duration`: minutes. `recurring`: "every day" and the like.
        """
        args: Json = {"content": content, "priority": priority, "description": description}
        args |= {"due": due_from(due, recurring), "labels": list(labels), "parent_id": parent_id}
        if duration is not None:
            args["duration"] = {"amount": duration, "unit": "minute"}
        if deadline is not None:
            args["deadline"] = {"date": str(deadline)}
        with self.lock:
            if project is not None:
                args["project_id"] = self.project(project)["id"]
            for label in labels:
                self.label(label)
            task_id: str = self.create(args)["id"]
            return task_id

    def task(self, task_id: str) -> Json:
        """The object as it stands, also of a deleted or completed task."""
        with self.lock:
            found = self.store.find("items", task_id)
        if found is None:
            raise not_found("Task")
        return dict(found)

    def update(self, task_id: str, **args: object) -> None:
        with self.lock:
            self.edit(task_id, args)

    def force(self, task_id: str, **fields: object) -> None:
        """Writes raw fields, unchecked: for shapes that no client could write."""
        with self.lock:
            self.store.change("items", task_id, **fields)

    def complete(self, task_id: str) -> None:
        with self.lock:
            self.close(task_id)

    def uncomplete(self, task_id: str) -> None:
        with self.lock:
            self.untick(task_id)

    def delete(self, task_id: str) -> None:
        with self.lock:
            self.remove(task_id)

    def project(self, name: str) -> Json:
        """The project of this name, made if there is none."""
        with self.lock:
            named = (p for p in self.store.active("projects") if p["name"] == name)
            return next(named, None) or self._new_project(name)

    def label(self, name: str) -> Json:
        with self.lock:
            labels = self.store.active("labels")
            found = next((label for label in labels if label["name"] == name), None)
            new = build_label(self._next_id(), name, len(labels))
            return found or self.store.put("labels", new)

    def section(self, name: str, project: str) -> Json:
        with self.lock:
            sections = self.store.active("sections")
            project_id = self.project(project)["id"]
            new = build_section(self._next_id(), project_id, name, self.clock.now(), len(sections))
            return self.store.put("sections", new)

    def add_tasks(self, count: int, content: str = "Task") -> list[str]:
        """Seeds many plain tasks at once and gives their ids; 10,000 take a tenth of a second."""
        with self.lock:
            now = self.clock.now()
            ids = [self._next_id() for _ in range(count)]
            for order, task_id in enumerate(ids, start=1):
                name = f"{content} {order}"
                task = build_task(task_id, self.id, self.inbox_id, name, now, order)
                self.store.put("items", task)
            return ids
