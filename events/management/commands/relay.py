from __future__ import annotations

import signal
from argparse import ArgumentParser
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from events.mirror.relaying import Relaying
from events.mirror.streams import Streams


class Command(BaseCommand):
    help = (
        "Mirror events to NATS JetStream, until SIGTERM. May run twice: one of them works, and the"
        " other takes over half a minute after that one died."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--pulse", type=Path, help="a file to touch with each round")

    def handle(self, *args: Any, pulse: Path | None, **options: Any) -> None:
        if not settings.NATS_URL:
            raise CommandError("There is no mirror: NATS_URL is empty.")
        kept = timedelta(days=settings.OO_EVENTS_KEPT_DAYS)
        relaying = Relaying(
            Streams(settings.NATS_URL, kept=kept), beat=pulse.touch if pulse else lambda: None
        )
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: relaying.stop())
        relaying.run()
