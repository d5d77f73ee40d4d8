"""What a channel is: a way to a person's device, and what it is asked to carry. No Django."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from oo.lib.manifests import Setting
from oo.lib.words import Words


class Urgency(StrEnum):
    """RFC 8030, 5.3: what a device on its battery may put off."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class Action:
    """A button of a notification. `path` is on this site and says by itself who may."""

    key: str
    title: str
    path: str


@dataclass(frozen=True, slots=True)
class Message:
    """One notification, in the language of the person.

    title   the first line; all there is to read on a locked screen, with `body`
    topic   a later message of the same topic takes the place of this one, at the service and on the
            device; letters, digits, - and _, 32 at most
    path    where a tap leads to, on this site
    """

    title: str
    topic: str
    body: str = ""
    path: str = "/"
    urgency: Urgency = Urgency.NORMAL
    actions: tuple[Action, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class ChannelManifest:
    key: str
    title: Words
    version: int
    settings: tuple[Setting, ...] = ()


class Gone(Exception):
    """The device is not there any more, or wants nothing of us any more: forget it.

    since  where the service tells it; a device that was added again after that is there
    """

    def __init__(self, since: datetime | None = None) -> None:
        super().__init__()
        self.since = since


class BadAddress(ValueError):
    """What a device gave as its address is none. The text says why, for a program."""


class Channel(ABC):
    manifest: ChannelManifest

    @abstractmethod
    def is_set_up(self) -> bool:
        """Whether this installation can use it."""

    def check(self) -> None:
        """Raises ValueError, with a text for whoever runs this, for settings that cannot work."""
        if self.is_set_up():
            self.public_key()

    def public_key(self) -> str:
        """What a device needs to know of us before it lets itself be reached; "" for nothing."""
        return ""

    @abstractmethod
    def read_address(self, given: str) -> str:
        """The address in the one form in which it is kept, so that it is known again.

        Raises BadAddress.
        """

    @abstractmethod
    def send(self, address: str, message: Message, *, ttl_s: int) -> None:
        """Hand the message to the service of the device, which keeps it for `ttl_s` seconds.

        Raises Gone; oo.lib.http.ApiError, of which Unreachable with a status, and RateLimited, say
        that the service did not take it, so that it may be sent again.
        """
