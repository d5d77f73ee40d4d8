from __future__ import annotations

from collections.abc import Collection
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from oo.lib.among import Among
from oo.lib.words import Formats
from oo.lib.zones import zone_named, zone_or_utc

CLOCKS = [("24", _("24 hours: 14:30")), ("12", _("12 hours: 2:30 p.m."))]
DATES = [
    ("dmy", _("Day, month, year")),
    ("mdy", _("Month, day, year")),
    ("ymd", _("Year, month, day")),
]


def check_zone(name: str) -> None:
    """Raises ValidationError unless `name` is a zone of the IANA database."""
    if zone_named(name) is None:
        raise ValidationError(
            _("This is not a time zone that we know. Write it like Europe/Berlin.")
        )


class ProfileQuerySet(models.QuerySet["Profile"]):
    def zones_of(self, user_ids: Collection[UUID]) -> dict[UUID, ZoneInfo]:
        """By person, those who have left left out. One query."""
        rows = self.filter(Among("user_id", user_ids)).values_list("user_id", "time_zone")
        return {user_id: zone_or_utc(name) for user_id, name in rows}


class Profile(models.Model):
    """What a person told us about themselves. One row per person, made with the account."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True)
    time_zone = models.CharField(
        _("time zone"), max_length=64, default="UTC", validators=[check_zone]
    )
    # False until a browser or the person has said so: the first page then asks the browser.
    zone_is_known = models.BooleanField(default=False)
    locale = models.CharField(_("language"), max_length=16, default="en")
    # How times and dates are written, whatever the language; "": as it writes them.
    clock = models.CharField(_("clock"), max_length=2, choices=CLOCKS, blank=True)
    dates = models.CharField(_("dates"), max_length=3, choices=DATES, blank=True)
    # A letter alone answers the tip. Who speaks to the computer may not want that (WCAG 2.1.4).
    single_keys = models.BooleanField(_("single keys"), default=True)
    role = models.CharField(_("what you do"), max_length=80, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ProfileQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"

    @property
    def formats(self) -> Formats:
        return Formats(self.clock, self.dates)

    @property
    def zone(self) -> ZoneInfo:
        return zone_or_utc(self.time_zone)
