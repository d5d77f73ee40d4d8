"""A first sync of 10,000 tasks from the stand-in, through the real engine, on PostgreSQL."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping

from tests.stand_ins.todoist import TodoistStandIn

TASKS = 10_000

SYNC = """
import django; django.setup()
import resource, sys, time
from django.core.management import call_command
from django.utils import timezone
from accounts.models import Profile, User
from integrations.access import connections
from integrations.sync import due
from integrations.sync import syncing
from integrations.models import Task
call_command("migrate", verbosity=0)
user = User.objects.create_user("sync@example.com", name="Sync")
Profile.objects.get_or_create(user=user)
connection = connections.connect(user.pk, "todoist", {"token": sys.argv[1]}, "", at=timezone.now())
base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
began = time.perf_counter()
outcome = syncing.sync(connection.pk, at=timezone.now())
first = time.perf_counter() - began
assert outcome == syncing.Outcome.SYNCED, outcome
count = Task.objects.filter(user=user).count()
due.request_sync(connection.pk, user.pk, at=timezone.now())
began = time.perf_counter()
outcome = syncing.sync(connection.pk, at=timezone.now())
assert outcome == syncing.Outcome.SYNCED, outcome
again = time.perf_counter() - began
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
said = lambda met: "ok" if met else "over"
print(f"{count} tasks in {first:.2f} s   limit 10 s   {said(first <= 10)}")
print(f"nothing new in {again:.2f} s")
memory = f"{peak:.0f} MiB (before the sync {base:.0f})"
print(f"memory at its peak {memory}   limit 200 MiB   {said(peak <= 200)}")
"""


def run(env: Mapping[str, str]) -> bool:
    """Always True: these limits are of one kind of machine, and told, not enforced."""
    with TodoistStandIn() as todoist:
        todoist.alice.add_tasks(TASKS)
        there = {**env, "TODOIST_API_URL": f"{todoist.url}/api/v1/"}
        command = [sys.executable, "-c", SYNC, todoist.alice.personal_token]
        subprocess.run(command, env=there, check=True)
    return True
