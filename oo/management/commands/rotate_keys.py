from __future__ import annotations

from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError

from oo.lib.crypto import CryptoError
from oo.lib.fields import encrypted_fields, reencrypt


class Command(BaseCommand):
    help = (
        "Put every encrypted value under the first key of OO_ENCRYPTION_KEYS. When it has said "
        "how many there were, the older keys can go. Safe to stop and to run again."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        total = 0
        for model in apps.get_models():
            for name in encrypted_fields(model):
                try:
                    count = reencrypt(model, [name])
                except CryptoError as error:
                    raise CommandError(f"{model._meta.label}.{name}: {error}") from error
                total += count
                self.stdout.write(f"{model._meta.label}.{name}: {count}")
        self.stdout.write(f"{total} re-encrypted.")
