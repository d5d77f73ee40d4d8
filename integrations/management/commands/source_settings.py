from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from integrations.registry import SOURCES


class Command(BaseCommand):
    help = "Print what the installed sources read from the environment, as .env.example has it."

    def handle(self, *args: Any, **options: Any) -> None:
        lines = [each.env_lines() for s in SOURCES for each in s.manifest.all_settings()]
        self.stdout.write("\n".join(lines), ending="")
