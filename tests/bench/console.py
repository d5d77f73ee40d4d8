"""Every page of the console over a large installation: python -m tests.bench.console

Not part of `make bench`: to make the rows takes minutes. The servers are its own.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from statistics import median

from tests import servers
from tests.check import production

PEOPLE, DAYS, EVENTS = 10_000, 60, 10_000_000
LIMIT_MS, TURNS = 500.0, 5


def main() -> int:
    """1 when a page is over the limit."""
    with servers.postgres() as database_url, servers.redis() as redis_url:
        os.environ.update(
            production(),
            DATABASE_URL=database_url,
            REDIS_URL=redis_url,
            DJANGO_SETTINGS_MODULE="tests.bench.settings",
            OO_STAFF_PASSKEYS="false",
        )
        seed = ["seed_demo", f"--people={PEOPLE}", f"--days={DAYS}", f"--events={EVENTS}"]
        for words in (["collectstatic", "--no-input", "-v0"], ["migrate", "-v0"], seed):
            subprocess.run([sys.executable, "manage.py", *words], check=True)
        import django

        django.setup()
        return measure()


def measure() -> int:
    from django.db import connection
    from django.utils import timezone

    from adminconsole.counting.counting import count_day, count_days
    from events.models import EventRecord
    from tips.models import Tip

    with connection.cursor() as cursor:
        cursor.execute("analyze")
    began = time.perf_counter()
    days = count_days(at=timezone.now())
    first_s = time.perf_counter() - began
    began = time.perf_counter()
    count_day(timezone.now().date(), at=timezone.now())
    again_s = time.perf_counter() - began
    print(f"{Tip.objects.count():,} tips, {EventRecord.objects.count():,} events")
    print(f"{days} days counted in {first_s:.0f} s, today again in {again_s:.1f} s")
    slow = 0
    for address, ms, queries, in_sql_ms in sorted(_times(), key=lambda row: -row[1]):
        slow += ms > LIMIT_MS
        verdict = "OVER" if ms > LIMIT_MS else ""
        print(f"{ms:7.0f} ms  {queries:3} queries, {in_sql_ms:6.0f} ms of it  {address}  {verdict}")
    return 1 if slow else 0


def _times() -> list[tuple[str, float, int, float]]:
    """(address, median ms, queries, ms in them) of each page, asked within this process."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from accounts.models import User

    staff = User.objects.create_superuser("staff@example.invalid")
    client = Client(headers={"Host": "127.0.0.1"})
    client.force_login(staff, backend="accounts.backend.PersonBackend")
    found = []
    for address in _addresses():
        times, sql = [], []
        for _turn in range(TURNS):
            began = time.perf_counter()
            with CaptureQueriesContext(connection) as queries:
                answer = client.get(address)
                _ = answer.content
            assert answer.status_code == 200, (address, answer.status_code)
            times.append((time.perf_counter() - began) * 1000)
            sql.append(sum(float(query["time"]) for query in queries) * 1000)
        found.append((address, median(times), len(queries), median(sql)))
    return found


def _addresses() -> list[str]:
    from adminconsole.registry import PAGES
    from tips.models import Tip

    tip = Tip.objects.filter(decision__isnull=False, shown_at__isnull=False).order_by("-shown_at")[
        0
    ]
    pages = [f"/console/{page.manifest.key}/" for page in PAGES]
    return [
        *pages,
        "/console/overview/?days=90",
        "/console/rewards/?by=hour&days=90",
        "/console/rewards/?by=prompt_version",
        f"/console/people/{tip.user_id}/",
        f"/console/tips/?tip={tip.pk}",
        "/console/tips/?kind=insight&days=90",
        f"/console/agents/?person={tip.user_id}",
        f"/console/features/?person={tip.user_id}",
        f"/console/understanding/?person={tip.user_id}",
        "/console/stream/?subject=accounts.user.deleted&hours=168",
        "/console/tips/tip/",
        "/console/events/eventrecord/",
    ]


if __name__ == "__main__":
    sys.exit(main())
