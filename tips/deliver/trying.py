"""The consent to be spoken to now and then where oO would rather be silent, so that it learns."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from uuid import UUID

from accounts.models import Consent
from accounts.privacy.kinds import ConsentKind
from oo.lib.words import gettext_lazy as _

KIND = ConsentKind(
    key="moments",
    version="2026-11-26",
    title=_("Trying moments"),
    words=_(
        "Where oO is not sure that a notification would help, it sends one of ten all the same, to "
        "learn which moments suit you. Never in a meeting or in your quiet hours, and never more "
        "of them than you set."
    ),
)


def consent_kinds() -> Iterator[ConsentKind]:
    yield KIND


def who_agreed(user_ids: Collection[UUID]) -> frozenset[UUID]:
    """Of these people. One query."""
    given = Consent.objects.filter(
        user_id__in=user_ids, key=KIND.key, wording=KIND.version, withdrawn_at=None
    )
    return frozenset(given.values_list("user_id", flat=True))
