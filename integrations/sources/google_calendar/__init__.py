"""Google Calendar, API v3: the person's own first calendar (https://developers.google.com/calendar,
read in November 2026).

Once a day everything of the window, in between what has changed. See `reading`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import UUID

from integrations.base import (
    Account,
    Channel,
    Heard,
    Link,
    OAuth,
    Pull,
    SignalSource,
    SourceManifest,
)
from integrations.sources.google_calendar import channel as channels
from integrations.sources.google_calendar.reading import read
from integrations.sources.google_calendar.refusals import SERVICE, named_refusals, not_allowed
from oo.lib.configuration import value_of
from oo.lib.http import Api, ApiError, Limits, Unauthorized, Unexpected
from oo.lib.http.network import deadline
from oo.lib.manifests import Setting
from oo.lib.words import gettext_lazy as _

# All requests of one sync: less than a worker's time for it.
SYNC_S = 150.0
# A page has at most 2,500 entries of less than a kilobyte each, but for guests.
MAX_BYTES = 24 * 1024 * 1024
TIMEOUT_S = 30.0

# Of the scopes that let events be read, the one for calendars that the person owns: the first
# calendar always is one of these, and what colleagues share stays closed to oO.
EVENTS = "https://www.googleapis.com/auth/calendar.events.owned.readonly"
# Whose it is: the calendar says its name alone, and people change that.
IDENTITY = ("openid", "email")

CLIENT_ID = Setting(
    "GOOGLE_CALENDAR_CLIENT_ID",
    help="The app of this installation that reads Google Calendar; without one, it is not offered.",
    unit="text, from the Google Cloud console",
)
CLIENT_SECRET = Setting(
    "GOOGLE_CALENDAR_CLIENT_SECRET",
    help="The secret of that app.",
    unit="text, from the Google Cloud console",
)
AUTH_URL = Setting(
    "GOOGLE_CALENDAR_AUTH_URL",
    help="Where people agree that oO reads their Google Calendar; changed in tests only.",
    unit="an address",
    default="https://accounts.google.com/o/oauth2/v2/auth",
)
TOKEN_URL = Setting(
    "GOOGLE_CALENDAR_TOKEN_URL",
    help="Where that agreement is exchanged for a token; changed in tests only.",
    unit="an address",
    default="https://oauth2.googleapis.com/token",
)
API_URL = Setting(
    "GOOGLE_CALENDAR_API_URL",
    help="Where the API of Google Calendar is; changed in tests only.",
    unit="an address that ends in /",
    default="https://www.googleapis.com/calendar/v3/",
)
USER_URL = Setting(
    "GOOGLE_CALENDAR_USER_URL",
    help="Where Google says whose a token is; changed in tests only.",
    unit="an address",
    default="https://openidconnect.googleapis.com/v1/userinfo",
)
REVOKE_URL = Setting(
    "GOOGLE_CALENDAR_REVOKE_URL",
    help="Where Google takes back the token of a calendar; changed in tests only.",
    unit="an address",
    default="https://oauth2.googleapis.com/revoke",
)


class GoogleCalendar(SignalSource):
    manifest = SourceManifest(
        key="google-calendar",
        title=_("Google Calendar"),
        version=1,
        description=_("Reads your meetings from your own calendar at Google. It changes nothing."),
        consents=frozenset({"calendar"}),
        sync_every=timedelta(minutes=15),
        oauth=OAuth(
            authorize_url=AUTH_URL,
            token_url=TOKEN_URL,
            client_id=CLIENT_ID,
            client_secret=CLIENT_SECRET,
            scopes=(*IDENTITY, EVENTS),
            # Google gives a refresh token to whom it asks, and asks again only when told to.
            more=(
                ("access_type", "offline"),
                ("prompt", "consent"),
                ("include_granted_scopes", "true"),
            ),
        ),
        settings=(API_URL, USER_URL, REVOKE_URL),
        webhook_secret=CLIENT_SECRET,
        can_watch=True,
    )

    def identify(self, credentials: Mapping[str, str], document: str) -> Account:
        """What was granted is looked at first: each scope has a box that people can untick."""
        granted = credentials.get("scope")
        # RFC 6749 5.1: left out, it is what was asked for.
        if granted is not None and EVENTS not in granted.split():
            raise not_allowed()
        base, endpoint = _split(value_of(USER_URL))
        with _api(credentials, base) as api:
            user = api.get(endpoint)
        account = user.get("sub") if isinstance(user, dict) else None
        if not isinstance(account, str) or not account:
            raise Unexpected(SERVICE, "no user in the answer")
        return Account(account, str(user.get("email") or "Google Calendar"))

    def pull(self, link: Link, *, at: datetime) -> Pull:
        with deadline(SYNC_S), _api(link.credentials, value_of(API_URL)) as api:
            return read(api, link, at)

    def watch(self, link: Link, key: UUID, address: str, *, at: datetime) -> Channel:
        with _api(link.credentials, value_of(API_URL)) as api:
            return channels.open_channel(api, link.account, key, address, at=at)

    def unwatch(self, link: Link, channel: Channel) -> None:
        with _api(link.credentials, value_of(API_URL)) as api:
            channels.close_channel(api, channel)

    def hear(self, headers: Mapping[str, str], body: bytes) -> Heard | None:
        return channels.hear(headers)

    def revoke(self, credentials: Mapping[str, str]) -> bool:
        """Either token ends the whole grant. One that Google does not know has ended before."""
        token = credentials.get("refresh_token") or credentials.get("access_token")
        if not token:
            return False
        base, endpoint = _split(value_of(REVOKE_URL))
        with Api(SERVICE, base) as api:
            try:
                api.post(endpoint, form={"token": token})
            except ApiError as error:
                if error.reason != "invalid_token":
                    raise
        return True


@contextmanager
def _api(credentials: Mapping[str, str], base: str) -> Iterator[Api]:
    token = credentials.get("access_token", "")
    if not token:
        raise Unauthorized(SERVICE, "not a token")
    limits = Limits(timeout_s=TIMEOUT_S, max_bytes=MAX_BYTES)
    with named_refusals(), Api(SERVICE, base, token, limits=limits) as api:
        yield api


def _split(address: str) -> tuple[str, str]:
    """An address as Api wants it: (what ends in a slash, the rest)."""
    base, _slash, endpoint = address.rpartition("/")
    return f"{base}/", endpoint
