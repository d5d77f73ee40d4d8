"""A calendar file that a person uploaded: it never changes, but the days in view do."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta

from integrations import ical
from integrations.base import Account, Field, Link, Pull, SignalSource, SourceManifest
from integrations.ical.failures import named_failures
from oo.lib.words import gettext_lazy as _

SERVICE = "calendar file"


class CalendarFile(SignalSource):
    """`document` is the text of the file; a newer export of a calendar replaces the older one."""

    manifest = SourceManifest(
        key="calendar-file",
        title=_("Calendar file"),
        version=1,
        consents=frozenset({"calendar"}),
        sync_every=timedelta(hours=6),
        description=_("Reads the meetings in a file that you export from your calendar, once."),
        fields=(
            Field(
                name="file",
                label=_("Calendar file"),
                kind="file",
                help=_("A file that ends in .ics, up to 2 MB. Stored encrypted."),
            ),
        ),
    )

    def identify(self, credentials: Mapping[str, str], document: str) -> Account:
        with named_failures(SERVICE):
            name = ical.read_name(document.encode())
        account = hashlib.sha256((name or document).encode()).hexdigest()
        return Account(account, name or str(_("Calendar file")))

    def pull(self, link: Link, *, at: datetime) -> Pull:
        window = f"{at.astimezone(link.zone):%Y-%m-%d} {link.zone.key}"
        if link.cursor.get("window") == window:
            return Pull(full=False, cursor=link.cursor, not_modified=True)
        with named_failures(SERVICE):
            reading = ical.read(
                link.document.encode(), at=at, zone=link.zone, addresses=link.addresses
            )
        return Pull(full=True, cursor={"window": window}, events=reading.events)
