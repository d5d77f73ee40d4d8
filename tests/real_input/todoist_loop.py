"""A big Todoist account through the whole loop, from connecting to the tip, and what came of it."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from time import perf_counter
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management import call_command

from accounts.models import Profile
from integrations.access import connections
from integrations.base import EventSignal, Pull
from integrations.models import Connection, Task
from integrations.sync import due
from integrations.sync.rows import store_events
from integrations.sync.syncing import sync
from tests.factories import make_person
from tests.real_input.todoist_account import fill
from tests.stand_ins.todoist import TodoistStandIn
from tips.make.making import make_tip
from tips.models import TipDecision
from tips.page.states import rows_of

BERLIN, TOKYO = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Tokyo")


def main() -> None:
    call_command("migrate", verbosity=0)
    with TodoistStandIn(timezone="Europe/Berlin") as todoist:
        fill(todoist)
        settings.TODOIST_API_URL = f"{todoist.url}/api/v1/"
        run(todoist)


def run(todoist: TodoistStandIn) -> None:
    at = todoist.clock.now()
    user = make_person("nora")
    started = perf_counter()
    token = {"token": todoist.alice.personal_token}
    connection = connections.connect(user.pk, "todoist", token, "", at=at)
    say(f"connect and first sync: {sync(connection.pk, at=at)}, {perf_counter() - started:.2f} s")
    report(todoist)
    started = perf_counter()
    due.request_sync(connection.pk, user.pk, at=at)
    say(f"second sync, nothing new: {sync(connection.pk, at=at)}, {perf_counter() - started:.2f} s")
    show_tips(connection, user.pk)


def report(todoist: TodoistStandIn) -> None:
    store = todoist.alice.store
    read = set(Task.objects.values_list("external_id", flat=True))
    shelved = {r.data["id"] for r in store.records("projects") if r.data["is_archived"]}
    items = {r.data["id"]: r.data for r in store.records("items")}
    refused = Counter(why_not(items[name], shelved) for name in items.keys() - read)
    say(f"seeded {len(items)}, read {len(read)}, left out {sum(refused.values())}:")
    for reason, count in refused.most_common():
        say(f"  {count:5} {reason}")
    tasks = list(Task.objects.all())
    say(f"of those read: {sum(t.due_on is not None for t in tasks)} due on a day, "
        f"{sum(t.due_time is not None for t in tasks)} of them at a time, "
        f"{sum(bool(t.due_zone) for t in tasks)} in a fixed zone; "
        f"{sum(t.deadline_on is not None for t in tasks)} with a deadline, "
        f"{sum(t.duration_min is not None for t in tasks)} with a duration, "
        f"{sum(t.is_recurring for t in tasks)} recurring")  # fmt: skip
    unread = [t for t in tasks if items[t.external_id]["due"] and not t.due_on]
    days = sum((items[t.external_id]["duration"] or {}).get("unit") == "day" for t in tasks)
    say(f"read in part: {len(unread)} with a due date that is none, {days} lasting whole days")


def why_not(item: dict[str, Any], shelved: set[str]) -> str:
    if item["is_deleted"]:
        return "deleted there"
    if item["checked"]:
        return "completed there before connecting"
    if item["project_id"] in shelved:
        return "in an archived project"
    if item["responsible_uid"]:
        return "somebody else's to do"
    return "a heading that cannot be completed" if item["content"].startswith("* ") else "UNKNOWN"


def show_tips(connection: Connection, user_id: UUID) -> None:
    morning = datetime(2026, 3, 2, 8, 30, tzinfo=BERLIN)
    meeting = EventSignal("m", "", "Budget", morning, morning + timedelta(hours=1))
    later = morning + timedelta(hours=2)
    show("in the morning", user_id, morning)
    soon = replace(meeting, starts_at=later + timedelta(minutes=25), ends_at=later.replace(hour=12))
    store_events(connection, Pull(full=True, cursor={}, events=(soon,)), at=later)
    show("25 minutes before a meeting", user_id, later)
    during = soon.starts_at + timedelta(minutes=5)
    show("in the meeting", user_id, during)
    show("in the evening", user_id, morning.replace(hour=21))
    Profile.objects.filter(user_id=user_id).update(time_zone="Asia/Tokyo")
    show("in Tokyo, the next morning", user_id, datetime(2026, 3, 3, 8, 30, tzinfo=TOKYO))


def show(moment: str, user_id: UUID, at: datetime) -> None:
    started = perf_counter()
    tip = make_tip(user_id, at=at)
    took_ms = (perf_counter() - started) * 1_000
    decision = TipDecision.objects.filter(user_id=user_id).order_by("-pk")[0]
    say(f"{moment} ({at:%a %H:%M %Z}), {decision.candidate_count} candidates, {took_ms:.0f} ms:")
    if tip is None:
        say(f"  silence: {decision.silence}")
        return
    best = decision.candidates[0]
    project = ", ".join(t.project for t in rows_of(tip)[0])
    say(f"  {tip.content!r} ({project}); {tip.detail}; score {best['score']:g} "
        f"for {', '.join(best['reasons'])}")  # fmt: skip
    for other in decision.candidates[1:3]:
        say(f"  then {other['content']!r}, {other['score']:g}")


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
