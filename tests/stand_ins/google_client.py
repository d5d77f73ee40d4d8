"""Google's own client of its Calendar API, pointed at the stand-in: only the address is another."""

from __future__ import annotations

from typing import Any

import httplib2
from google.oauth2.credentials import Credentials
from google_auth_httplib2 import Request
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError

from .google_calendar import GoogleCalendarStandIn

Json = dict[str, Any]


def client(google: GoogleCalendarStandIn, token: str = "") -> Any:
    """With a token of alice's for her events, unless another is given."""
    bearer = token or google.grant()["access_token"]
    credentials = Credentials(bearer)  # type: ignore[no-untyped-call]
    options = {"api_endpoint": f"{google.url}/calendar/v3/"}
    return build(
        "calendar",
        "v3",
        credentials=credentials,
        client_options=options,
        static_discovery=True,
    )


def refreshed(google: GoogleCalendarStandIn, refresh_token: str) -> str:
    """A new access token, by Google's own library."""
    credentials = Credentials(  # type: ignore[no-untyped-call]
        None,
        refresh_token=refresh_token,
        token_uri=google.token_url,
        client_id=google.client_id,
        client_secret=google.client_secret,
    )
    credentials.refresh(Request(httplib2.Http()))  # type: ignore[no-untyped-call]
    return str(credentials.token)


def pages(api: Any, **asked: Any) -> list[Json]:
    """All pages of alice's events, by the client's own paging."""
    request, found = api.events().list(calendarId="primary", **asked), []
    while request is not None:
        found.append(request.execute())
        request = api.events().list_next(request, found[-1])
    return found


def items(api: Any, **asked: Any) -> list[Json]:
    return [item for page in pages(api, **asked) for item in page["items"]]


def reason_of(failure: HttpError) -> str:
    return str(failure.error_details[0]["reason"])
