from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from adminconsole.counting.counting import KEPT, count_days


class Command(BaseCommand):
    help = "Count now what pages of the console show by day; beat does it every quarter of an hour."

    def handle(self, *args: Any, **options: Any) -> None:
        count = count_days(at=timezone.now(), most=KEPT)
        self.stdout.write(f"Counted {count} days.")
