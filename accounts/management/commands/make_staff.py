from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import User


class Command(BaseCommand):
    help = "Let somebody who has signed in before into the console, or out of it again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--undo", action="store_true", help="take the right away")

    def handle(self, *args: Any, email: str, undo: bool, **options: Any) -> None:
        people = User.objects.filter(email=email.lower(), is_active=True)
        if not people.update(is_staff=not undo, is_superuser=not undo):
            raise CommandError(f"Nobody here has the address {email}. They sign in first.")
        self.stdout.write(f"{email} is {'no longer ' if undo else ''}staff.")
