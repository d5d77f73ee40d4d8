"""What a person says about themselves: name, role, zone, language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.locks import lock_person
from accounts.models import Profile
from accounts.profile.zones import find_zone
from events.bus import publish
from events.catalog import ProfileChanged
from oo.lib.text import one_line

LONGEST_NAME, LONGEST_ROLE = 150, 80


@dataclass(frozen=True, slots=True)
class ProfileChange:
    """What to change about a person; None leaves it as it is. Name and role become one line."""

    name: str | None = None
    role: str | None = None
    time_zone: str | None = None  # an IANA name
    locale: str | None = None
    clock: str | None = None  # "" and what Profile.clock offers
    dates: str | None = None  # "" and what Profile.dates offers
    single_keys: bool | None = None


def change_profile(user_id: UUID, change: ProfileChange, *, at: datetime) -> tuple[str, ...]:
    """Write what differs and publish it. Returns the names of the fields that changed.

    A time zone that was given is known from now on, even when it is the one that was guessed.
    Raises ValidationError for a zone that does not exist. Nothing changes for who has left.
    """
    with transaction.atomic():
        if not lock_person(user_id):
            return ()
        profile = (
            Profile.objects.select_for_update(of=("self",)).select_related("user").get(pk=user_id)
        )
        changed = _differences(profile, change)
        if "name" in changed:
            profile.user.name = changed["name"]
            profile.user.save(update_fields=["name"])
        for field in changed.keys() - {"name"}:
            setattr(profile, field, changed[field])
        if changed.keys() - {"name"} or (change.time_zone and not profile.zone_is_known):
            profile.zone_is_known |= change.time_zone is not None
            profile.save()
        if changed:
            publish(ProfileChanged(user_id=user_id, at=at, fields=tuple(sorted(changed))))
    return tuple(sorted(changed))


def _differences(profile: Profile, change: ProfileChange) -> dict[str, Any]:
    zone = None
    if change.time_zone is not None and not (zone := find_zone(change.time_zone)):
        raise ValidationError(
            {"time_zone": _("This is not a time zone that we know. Write it like Europe/Berlin.")}
        )
    wanted = {
        "role": None if change.role is None else one_line(change.role, LONGEST_ROLE),
        "time_zone": zone,
        "locale": change.locale,
        "clock": change.clock,
        "dates": change.dates,
        "single_keys": change.single_keys,
    }
    found = {k: v for k, v in wanted.items() if v is not None and v != getattr(profile, k)}
    name = None if change.name is None else one_line(change.name, LONGEST_NAME)
    if name is not None and name != profile.user.name:
        found["name"] = name
    return found
