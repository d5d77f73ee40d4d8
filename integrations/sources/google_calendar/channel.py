"""Where Google tells that something in a calendar has changed ("Push notifications", read in
November 2026).

Google signs nothing. What proves a message is the token that Google was given for the channel: the
account, and a MAC over it and the channel's id, so that nothing has to be looked up to believe it.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.crypto import salted_hmac

from integrations.base import Channel, Heard
from integrations.sources.google_calendar.reading import EVENTS
from integrations.sources.google_calendar.refusals import SERVICE
from oo.lib.http import Api, Unexpected

WATCH, STOP = f"{EVENTS}/watch", "channels/stop"
LASTS = timedelta(days=7)
LONGEST = timedelta(days=31)
LONGEST_NAME = 255

ID, TOKEN = "X-Goog-Channel-ID", "X-Goog-Channel-Token"
STATE, NUMBER = "X-Goog-Resource-State", "X-Goog-Message-Number"
BEGUN = "sync"  # says that the channel is there, and nothing of the calendar


def open_channel(api: Api, account: str, key: UUID, address: str, *, at: datetime) -> Channel:
    """Raises ApiError. It cannot be made longer: another one has to take its place."""
    asked = {
        "id": str(key),
        "type": "web_hook",
        "address": address,
        "token": token_of(str(key), account),
        "expiration": int((at + LASTS).timestamp() * 1000),
    }
    answer = api.post(WATCH, json=asked)
    told: Mapping[str, Any] = answer if isinstance(answer, dict) else {}
    resource = told.get("resourceId")
    if not isinstance(resource, str) or not 0 < len(resource) <= LONGEST_NAME:
        raise Unexpected(SERVICE, "no channel in the answer")
    return Channel(key, resource, _end(told.get("expiration"), at))


def close_channel(api: Api, channel: Channel) -> None:
    """Raises ApiError."""
    api.post(STOP, json={"id": str(channel.key), "resourceId": channel.resource})


def token_of(channel: str, account: str, secret: str | bytes | None = None) -> str:
    """At most 256 characters: an account is a number of 21 digits.

    secret  of this oO now, unless told
    """
    mac = salted_hmac(SERVICE, f"{channel} {account}", secret, algorithm="sha256")
    return f"{account}.{mac.hexdigest()}"


def hear(headers: Mapping[str, str]) -> Heard | None:
    """None: it is not of a channel of ours. The body is empty, always."""
    channel, token = headers.get(ID, ""), headers.get(TOKEN, "")
    account = token.rpartition(".")[0]
    if not account or not _is_ours(channel, account, token):
        return None
    number = headers.get(NUMBER, "")
    says_nothing = not number or headers.get(STATE) == BEGUN
    return Heard("" if says_nothing else account, f"{channel} {number}")


def _is_ours(channel: str, account: str, token: str) -> bool:
    """By any key that still holds: a channel that was opened before a rotation lasts for days."""
    given = token.encode(errors="replace")
    secrets = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    rights = (token_of(channel, account, secret).encode(errors="replace") for secret in secrets)
    return any([hmac.compare_digest(right, given) for right in rights])


def _end(given: object, at: datetime) -> datetime:
    """Milliseconds since 1970, as text. What cannot be one is a week, their usual."""
    text = given if isinstance(given, str) else ""
    if not (text.isascii() and text.isdigit() and len(text) < 15):
        return at + LASTS
    return min(datetime.fromtimestamp(int(text) / 1000, UTC), at + LONGEST)
