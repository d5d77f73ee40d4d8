from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from events.replaying import NobodyOfThatName, replay


def moment(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text} is no moment, such as 2026-11-26T08:00") from error
    return at if at.tzinfo else at.replace(tzinfo=UTC)


class Command(BaseCommand):
    help = (
        "Tell one subscriber again what happened in a time, such as tips.look_again. Doing so"
        " twice does no harm."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--subscriber", required=True, help="its app and function")
        parser.add_argument(
            "--from", dest="begin", type=moment, required=True, help="UTC, or with its offset"
        )
        parser.add_argument("--to", dest="end", type=moment, required=True, help="not included")

    def handle(
        self, *args: Any, subscriber: str, begin: datetime, end: datetime, **options: Any
    ) -> None:
        if begin >= end:
            raise CommandError("--from must lie before --to.")
        try:
            fed = replay(subscriber, begin=begin, end=end)
        except NobodyOfThatName as error:
            raise CommandError(f"Nobody is called {subscriber}. There are: {error}") from error
        self.stdout.write(f"{subscriber} was told {fed.told} events again.")
        if fed.unreadable:
            self.stdout.write(f"{fed.unreadable} have an older schema, and were left out.")
        if fed.failed:
            raise CommandError(f"It failed at {fed.failed}; the log says why.")
