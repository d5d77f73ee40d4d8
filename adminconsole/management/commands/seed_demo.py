from __future__ import annotations

from argparse import ArgumentParser
from collections import Counter
from datetime import datetime
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from accounts.models import User
from adminconsole.demo.base import Plan
from adminconsole.demo.making import make_demo
from adminconsole.demo.more import copy_events

# So many days leave room among the keys of a person: see KEYS_A_PERSON.
MOST_DAYS = 365


class Command(BaseCommand):
    help = "Fill an empty database with made-up people and their history, to try the console on."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--people", type=int, default=10_000)
        parser.add_argument("--days", type=int, default=60, help="of history")
        parser.add_argument("--seed", type=int, default=1, help="the same makes the same rows")
        parser.add_argument(
            "--until", help="the moment at which the history ends, in ISO 8601; now"
        )
        parser.add_argument(
            "--workers", type=int, default=2, help="processes; SQLite has one writer, and one here"
        )

        parser.add_argument(
            "--events", type=int, default=0,
            help="copy events until there are so many; PostgreSQL alone",
        )  # fmt: skip

    def handle(
        self, *args: Any, people: int, days: int, seed: int, until: str | None, workers: int,
        events: int, **options: Any,
    ) -> None:  # fmt: skip
        if people < 1 or workers < 1 or not 1 <= days <= MOST_DAYS:
            raise CommandError(f"People and workers are one or more, and days up to {MOST_DAYS}.")
        if User.objects.exists():
            raise CommandError(
                "There are people in this database already. Made-up ones would mix with them and "
                "with their figures: give DATABASE_URL of an empty one, and migrate it first."
            )
        if events and connection.vendor != "postgresql":
            raise CommandError("--events copies within PostgreSQL; SQLite has those that are made.")
        plan = Plan(seed, people, days, _moment(until) if until else timezone.now())
        self._began, self._people, self._rows = monotonic(), 0, 0
        self._wanted = people
        counts = make_demo(
            plan, workers=workers if connection.vendor == "postgresql" else 1, tell=self._tell
        )
        if copied := copy_events(events):
            self.stdout.write(f"{copied:,} events copied")
        for table, count in sorted(counts.items()):
            self.stdout.write(f"{count:>12,}  {table}")
        self.stdout.write(f"{counts.total():>12,}  rows in {monotonic() - self._began:.0f} s")

    def _tell(self, people: int, rows: Counter[str]) -> None:
        before, self._people = self._people, min(self._people + people, self._wanted)
        self._rows += rows.total()
        if before * 10 // self._wanted < self._people * 10 // self._wanted:
            took = monotonic() - self._began
            self.stdout.write(f"{self._people:,} people, {self._rows:,} rows, {took:.0f} s")


def _moment(text: str) -> datetime:
    try:
        found = parse_datetime(text)
    except ValueError:
        found = None
    if found is None or timezone.is_naive(found):
        raise CommandError("--until takes a moment with its offset, as 2026-05-05T12:00:00+02:00.")
    return found
