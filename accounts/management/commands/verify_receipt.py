from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.privacy.receipts import is_valid


class Command(BaseCommand):
    help = (
        "Say whether a downloaded deletion receipt was written by this installation and not "
        "changed since. Exit code 0: valid. 1: invalid. 2: the file cannot be read."
    )
    requires_system_checks: list[str] = []  # Django's own form

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            text = file.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{file} cannot be read: {error}", returncode=2) from error
        try:
            document = json.loads(text)
        except (ValueError, RecursionError):
            document = None
        if not is_valid(document):
            raise CommandError(f"{file}: invalid", returncode=1)
        self.stdout.write(f"{file}: valid")
