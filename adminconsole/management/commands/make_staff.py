from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.models import Group
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.sign_in.session_end import end_sessions
from adminconsole.access.groups import GROUPS
from adminconsole.audit.noted import Noted
from adminconsole.audit.recording import record
from adminconsole.models import Passkey

ADMIN = "admin"
CHOICES = {name.replace(" ", "-"): name for name in GROUPS}


class Command(BaseCommand):
    help = "Let somebody who has signed in before into the console, or out of it again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--group", choices=[*CHOICES, ADMIN], default=ADMIN)
        one_of = parser.add_mutually_exclusive_group()
        one_of.add_argument("--undo", action="store_true", help="take the right away")
        one_of.add_argument(
            "--reset-passkeys",
            action="store_true",
            help="forget their passkeys and sign them out; the next one that they show is trusted",
        )

    @transaction.atomic
    def handle(
        self, *args: Any, email: str, group: str, undo: bool, reset_passkeys: bool, **options: Any
    ) -> None:
        user = User.objects.filter(email=email.lower(), is_active=True).first()
        if user is None:
            raise CommandError(f"Nobody here has the address {email}. They sign in first.")
        if reset_passkeys:
            self._reset(user)
            return
        _put_into(user, "" if undo else group)
        action = Noted.NO_STAFF if undo else Noted.STAFF
        record(user, action, at=timezone.now(), target="" if undo else group)
        if undo:
            _forget_passkeys(user)
        self.stdout.write(f"{email} is {'no longer staff' if undo else f'staff: {group}'}.")

    def _reset(self, user: User) -> None:
        count = _forget_passkeys(user)
        record(user, Noted.PASSKEYS_RESET, at=timezone.now(), target=f"{count} passkeys")
        self.stdout.write(f"{user.email}: {count} passkeys forgotten, and signed out everywhere.")


def _put_into(user: User, group: str) -> None:
    """Of the console's groups, this one alone; others that the person is in stay."""
    user.is_staff, user.is_superuser = bool(group), group == ADMIN
    user.save(update_fields=["is_staff", "is_superuser"])
    user.groups.remove(*Group.objects.filter(name__in=GROUPS))
    if name := CHOICES.get(group):
        user.groups.add(Group.objects.get(name=name))


def _forget_passkeys(user: User) -> int:
    """Their sessions end too: what was shown in them may be what was lost."""
    count, _by_model = Passkey.objects.filter(user=user).delete()
    end_sessions(user.pk)
    return count
