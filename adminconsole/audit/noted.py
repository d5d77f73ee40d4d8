"""What is on record without being an Action: nobody gives a reason for it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Noted(models.TextChoices):
    FIRST_ADMIN = "made first admin", _("became the first of the team")
    STAFF = "made staff", _("became a member of the team")
    NO_STAFF = "no longer staff", _("left the team")
    FIRST_PASSKEY = "first passkey", _("added a first passkey")
    PASSKEY = "added passkey", _("added a passkey")
    RENAMED_PASSKEY = "renamed passkey", _("renamed a passkey")
    NO_PASSKEY = "removed passkey", _("removed a passkey")
    PASSKEYS_RESET = "passkeys reset", _("lost all passkeys")
    TOKEN = "signed in by token", _("signed in by token")
    QUERY = "query", _("asked in SQL")
    SAVED_QUERY = "save query", _("kept a question in SQL")
    DELETED_QUERY = "delete query", _("deleted a question in SQL")


def title_of(code: str) -> str:
    """Of a code of which nothing is known, what a plug-in or an older oO wrote, the code."""
    return str(Noted(code).label) if code in Noted.values else code
