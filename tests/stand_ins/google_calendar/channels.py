"""Push channels: opened by events.watch, told of each change, dead when their time is over."""

from __future__ import annotations

import re
import threading
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from http.client import HTTPException
from queue import Queue
from urllib.parse import urlsplit, urlunsplit

from tests.stand_ins.openid.wire import LOOPBACK_HOSTS
from tests.stand_ins.todoist.clock import Clock

from .errors import Json, api_failure, invalid, not_found

LIFE = timedelta(days=7)
LONGEST_ID, LONGEST_TOKEN = 64, 256
TAKEN = frozenset({102, 200, 201, 202, 204})
TRIED_AGAIN = frozenset({500, 502, 503, 504})
ATTEMPTS = 4
_TIMEOUT_S = 10
_ID = re.compile(r"[A-Za-z0-9\-_+/=]+")


@dataclass(slots=True)
class Channel:
    id: str
    address: str
    token: str
    calendar_id: str
    resource_uri: str
    expires_at: datetime
    number: int = 0

    @property
    def resource_id(self) -> str:
        """The same for all channels of one calendar."""
        return sha256(self.calendar_id.encode()).hexdigest()[:27]

    def reply(self) -> Json:
        told = {
            "kind": "api#channel",
            "id": self.id,
            "resourceId": self.resource_id,
            "resourceUri": self.resource_uri,
            "expiration": str(int(self.expires_at.timestamp() * 1000)),
        }
        return told | ({"token": self.token} if self.token else {})

    def headers(self, state: str) -> dict[str, str]:
        """Message numbers grow, but not by one each time."""
        self.number += 1 if self.number == 0 else 2 + self.number % 3
        told = {
            "X-Goog-Channel-ID": self.id,
            "X-Goog-Message-Number": str(self.number),
            "X-Goog-Resource-ID": self.resource_id,
            "X-Goog-Resource-State": state,
            "X-Goog-Resource-URI": self.resource_uri,
            "X-Goog-Channel-Expiration": f"{self.expires_at:%a, %d %b %Y %H:%M:%S} GMT",
        }
        return told | ({"X-Goog-Channel-Token": self.token} if self.token else {})


@dataclass(frozen=True, slots=True)
class Delivery:
    """One notification, and the statuses that its attempts got: 0 where nobody answered, none at
    all where the address is not on this machine."""

    address: str
    headers: Mapping[str, str]
    statuses: tuple[int, ...]

    @property
    def is_taken(self) -> bool:
        return bool(self.statuses) and self.statuses[-1] in TAKEN


class Channels:
    """`redirected`: scheme and host that notifications go to in place of the channel's own, so
    that a channel may have a public address while its server runs on this machine."""

    def __init__(self, clock: Clock) -> None:
        self.open: dict[str, Channel] = {}
        self.deliveries: list[Delivery] = []
        self.redirected = ""
        self._clock = clock
        self._used: set[str] = set()
        self._waiting: Queue[tuple[str, dict[str, str]] | None] = Queue()
        self._postman = threading.Thread(target=self._work)

    def start(self) -> None:
        self._postman.start()

    def stop(self) -> None:
        self._waiting.put(None)
        self._postman.join()

    def wait(self) -> None:
        """Until all that was to be told has been."""
        self._waiting.join()

    def watch(self, calendar_id: str, resource_uri: str, asked: Json) -> Json:
        channel = self._build(calendar_id, resource_uri, asked)
        self.open[channel.id] = channel
        self._used.add(channel.id)
        self._tell(channel, "sync")
        return channel.reply()

    def stop_channel(self, asked: Json) -> None:
        channel = self._find(str(asked.get("id", "")))
        if channel is None or channel.resource_id != asked.get("resourceId"):
            raise not_found(f"Channel '{asked.get('id')}' not found for project 'oo'")
        del self.open[channel.id]

    def tell(self, calendar_id: str, state: str = "exists") -> None:
        for channel in list(self.open.values()):
            if channel.calendar_id == calendar_id and self._find(channel.id):
                self._tell(channel, state)

    def _find(self, channel_id: str) -> Channel | None:
        channel = self.open.get(channel_id)
        alive = channel is not None and self._clock.now() < channel.expires_at
        return channel if alive else None

    def _build(self, calendar_id: str, resource_uri: str, asked: Json) -> Channel:
        channel_id, token = str(asked.get("id", "")), str(asked.get("token", ""))
        address = str(asked.get("address", ""))
        if not _ID.fullmatch(channel_id) or len(channel_id) > LONGEST_ID:
            raise invalid("resource.id")
        if channel_id in self._used:
            raise api_failure(400, "channelIdNotUnique", f"Channel id {channel_id} not unique")
        if asked.get("type") not in ("web_hook", "webhook"):
            raise api_failure(400, "channelUnknown", "Unknown channel type")
        if len(token) > LONGEST_TOKEN:
            raise invalid("resource.token")
        if not _may_be_told(address):
            message = f"WebHook callback must be HTTPS: {address}"
            raise api_failure(400, "push.webhookUrlNotHttps", message)
        until = self._expiration(asked)
        return Channel(channel_id, address, token, calendar_id, resource_uri, until)

    def _expiration(self, asked: Json) -> datetime:
        """No later than a channel lasts by itself."""
        longest = self._clock.now() + LIFE
        given = str(asked.get("expiration", int(longest.timestamp() * 1000)))
        if not given.isascii() or not given.isdigit() or len(given) > 15:
            raise invalid("resource.expiration")
        wanted = datetime.fromtimestamp(int(given) // 1000, UTC)
        if wanted <= self._clock.now():
            raise invalid("resource.expiration")
        return min(wanted, longest)

    def _tell(self, channel: Channel, state: str) -> None:
        self._waiting.put((channel.address, channel.headers(state)))

    def _work(self) -> None:
        while (job := self._waiting.get()) is not None:
            address, headers = job
            self.deliveries.append(Delivery(address, headers, self._deliver(address, headers)))
            self._waiting.task_done()
        self._waiting.task_done()

    def _deliver(self, address: str, headers: Mapping[str, str]) -> tuple[int, ...]:
        """Tried again at once, where Google would wait longer each time."""
        target = _moved(address, self.redirected) if self.redirected else address
        if not _is_here(target):
            return ()
        statuses: list[int] = []
        while len(statuses) < ATTEMPTS and (not statuses or statuses[-1] in TRIED_AGAIN):
            statuses.append(post(target, headers))
        return tuple(statuses)


def post(address: str, headers: Mapping[str, str]) -> int:
    """The status; 0 when nobody answers."""
    agent = {
        "User-Agent": "APIs-Google; (+https://developers.google.com/webmasters/APIs-Google.html)"
    }
    request = urllib.request.Request(address, b"", {**headers, **agent}, method="POST")
    # No proxy that the environment names, and no following of redirects.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirects)
    try:
        with opener.open(request, timeout=_TIMEOUT_S) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as failure:
        with failure:
            return failure.code
    except (OSError, HTTPException):
        return 0


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


def _is_here(address: str) -> bool:
    return urlsplit(address).hostname in LOOPBACK_HOSTS - {"testserver"}


def _may_be_told(address: str) -> bool:
    """Google wants HTTPS of all; servers of tests have none."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    is_local = parts.scheme == "http" and parts.hostname in LOOPBACK_HOSTS
    return bool(parts.hostname) and (parts.scheme == "https" or is_local)


def _moved(address: str, base: str) -> str:
    to = urlsplit(base)
    return urlunsplit(urlsplit(address)._replace(scheme=to.scheme, netloc=to.netloc))
