from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from adminconsole.models import Passkey
from oo.lib.personal_data import Eraser, told
from oo.lib.types import JSON

PASSKEY = {"name": "name", "added_at": "added_at", "used_at": "used_at"}


class ConsoleEraser(Eraser):
    """The audit log names people by digests, and stays: see adminconsole.audit.marks."""

    title = _("Your passkeys for the console, if you are staff")
    models = ("adminconsole.Passkey",)

    def export(self, user_id: UUID) -> Mapping[str, JSON]:
        rows = Passkey.objects.filter(user_id=user_id).order_by("pk")
        return {"passkeys": told(rows, PASSKEY)}

    def erase(self, user_id: UUID) -> Mapping[str, int]:
        return Passkey.objects.filter(user_id=user_id).delete()[1]
