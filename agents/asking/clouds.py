"""Which clouds a person lets their words go to: one consent for each, by name."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from accounts.models import Consent
from accounts.privacy.kinds import ConsentKind
from oo.lib import llm
from oo.lib.words import gettext_lazy as _

PREFIX = "model."


def consent_kinds() -> Iterator[ConsentKind]:
    """One for each cloud that litellm.yaml names; none on an installation that has no cloud."""
    for cloud in llm.clouds():
        yield ConsentKind(
            key=f"{PREFIX}{cloud}",
            version="2026-11-26",
            title=_("Language models of another company"),
            words=_(
                "oO may send the title and the notes of a task, and the sentence that it would "
                "show, to the company “%(cloud)s”, to have them understood and worded there. "
                "Without this, only models on oO's own machines are asked."
            )
            % {"cloud": cloud},
        )


def allowed_clouds(user_id: UUID) -> frozenset[str]:
    """One query; none where no cloud is named."""
    if not llm.clouds():
        return frozenset()
    keys = Consent.objects.open(user_id).filter(key__startswith=PREFIX)
    return frozenset(key.removeprefix(PREFIX) for key in keys.values_list("key", flat=True))
