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
OPENID, EMAIL = "openid", f"{PREFIX}userinfo.email"
# What is asked for by a short name is granted by its long one.
LONG_NAMES = {"email": EMAIL, "profile": f"{PREFIX}userinfo.profile"}
SIGN_IN = frozenset({OPENID, *LONG_NAMES, *LONG_NAMES.values()})
KNOWN = READ_EVENTS | READ_CALENDAR | STOP_CHANNEL | SIGN_IN
