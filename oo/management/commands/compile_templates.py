from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.template import TemplateSyntaxError
from django.template.loader import get_template


class Command(BaseCommand):
    help = "Compile every template of oO's own; a syntax error fails here, not on a page."

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = settings.ROOT / "templates"
        names = [str(p.relative_to(folder)) for p in sorted(folder.rglob("*")) if p.is_file()]
        for name in names:
            try:
                get_template(name)
            except TemplateSyntaxError as error:
                raise CommandError(f"{name}: {error}") from error
        self.stdout.write(f"{len(names)} templates compile.")
