"""The scopes that the methods of the stand-in take, as the discovery document lists them."""

from __future__ import annotations

PREFIX = "https://www.googleapis.com/auth/"


def _long(*names: str) -> frozenset[str]:
    return frozenset(f"{PREFIX}{name}" for name in names)


EVENTS_READONLY = f"{PREFIX}calendar.events.readonly"
FREE_BUSY = f"{PREFIX}calendar.events.freebusy"
OWNED = _long("calendar.events.owned", "calendar.events.owned.readonly")

READ_EVENTS = OWNED | _long(
    "calendar",
    "calendar.app.created",
    "calendar.events",
    "calendar.events.freebusy",
    "calendar.events.public.readonly",
    "calendar.events.readonly",
    "calendar.readonly",
)
# None of those that read events alone: with them the time zone comes out of events.list.
READ_CALENDAR = _long(
    "calendar",
    "calendar.app.created",
    "calendar.calendars",
    "calendar.calendars.readonly",
    "calendar.readonly",
)
STOP_CHANNEL = READ_EVENTS | _long(
    "calendar.acls",
    "calendar.acls.readonly",
    "calendar.calendarlist",
    "calendar.calendarlist.readonly",
    "calendar.settings",
    "calendar.settings.readonly",
)
SIGN_IN = frozenset({"openid", "email", "profile"}) | _long("userinfo.email", "userinfo.profile")
KNOWN = READ_EVENTS | READ_CALENDAR | STOP_CHANNEL | SIGN_IN
