"""What a signal source is: a frozen manifest, a pull, and, where it can, a completion. No Django.

A source sees no database: it gets a Link (what opens the account and how far it was read) and
returns a Pull. integrations.sync.syncing writes it down.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import TypeAlias
from uuid import UUID
from zoneinfo import ZoneInfo

from accounts.privacy.kinds import ConsentKind
from oo.lib.manifests import Setting
from oo.lib.types import JSON
from oo.lib.words import Words

# (external id, occurrence): what tells one occurrence of one entry from all others.
EventKey: TypeAlias = tuple[str, str]
# Reason of an oo.lib.http.Unauthorized: the person said yes, but not to what is needed (RFC 6750).
INSUFFICIENT_SCOPE = "insufficient_scope"


class Trouble(StrEnum):
    """Why a sync or a completion did not work, as a code that the page turns into words."""

    UNREACHABLE = "unreachable"
    RATE_LIMITED = "rate_limited"
    UNAUTHORIZED = "unauthorized"
    NOT_ALLOWED = "not_allowed"  # the person did not tick what is needed
    REFUSED = "refused"  # a private address
    TOO_LARGE = "too_large"
    UNREADABLE = "unreadable"
    GONE = "gone"
    TOO_MANY = "too_many"  # connections of one person


# What only the person can mend, by connecting again.
LOST = frozenset({Trouble.UNAUTHORIZED, Trouble.NOT_ALLOWED})


@dataclass(frozen=True, slots=True)
class OAuth:
    """Where a person says yes; without a client id, this installation does not offer it.

    What comes of it is Link.credentials: access_token and, where the service gives them,
    refresh_token and scope. The page that leads there lets its form go to `authorize_url`.
    more: what the service is told there besides, as names and values.
    """

    authorize_url: str | Setting
    token_url: str | Setting
    client_id: Setting
    client_secret: Setting
    scopes: tuple[str, ...]
    scope_separator: str = " "
    pkce: bool = True
    more: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Field:
    """One thing to ask on the Connect page, for sources that are not opened by OAuth.

    An uploaded file becomes Link.document, as text; everything else Link.credentials[name].
    """

    name: str
    label: Words
    kind: str  # text | secret | url | file
    help: Words = ""


@dataclass(frozen=True, slots=True)
class SourceManifest:
    """`consents` are keys: of oO's own (accounts.privacy.catalogue), or of `own_consents`."""

    key: str
    title: Words
    version: int
    consents: frozenset[str]
    sync_every: timedelta
    description: Words = ""
    oauth: OAuth | None = None
    fields: tuple[Field, ...] = ()  # alternatives are allowed: OAuth or fields
    own_consents: tuple[ConsentKind, ...] = ()  # with their words, when oO's own do not say it
    settings: tuple[Setting, ...] = ()  # what it reads besides those of its OAuth
    webhook_secret: Setting | None = None  # without it, nothing is heard at /hooks/<key>
    can_watch: bool = False  # tells there only of what it is asked to watch
    can_complete: bool = False
    debug_only: bool = False

    @property
    def is_local(self) -> bool:
        """What the person gives says all by itself: nobody outside has to be asked."""
        return self.oauth is None and all(field.kind == "file" for field in self.fields)

    def all_settings(self) -> tuple[Setting, ...]:
        oauth = self.oauth
        of_oauth: tuple[str | Setting, ...] = (
            (oauth.client_id, oauth.client_secret, oauth.authorize_url, oauth.token_url)
            if oauth
            else ()
        )
        named = (*(s for s in of_oauth if isinstance(s, Setting)), *self.settings)
        signs = (self.webhook_secret,) if self.webhook_secret else ()
        return tuple(dict.fromkeys((*named, *signs)))  # it may be the secret of its OAuth


@dataclass(frozen=True, slots=True)
class TaskSignal:
    external_id: str
    title: str
    description: str = ""
    project: str = ""
    section: str = ""  # of the project
    parent: str = ""  # title of the task that this one is a part of
    labels: tuple[str, ...] = ()
    priority: int = 1  # 1 normal .. 4 urgent
    due_on: date | None = None
    due_time: time | None = None
    due_zone: str = ""  # "" floats: the person's own zone
    deadline_on: date | None = None
    duration_min: int | None = None
    recurrence: str = ""
    url: str = ""
    added_at: datetime | None = None
    updated_at: datetime | None = None
    completed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class EventSignal:
    external_id: str
    occurrence: str
    title: str
    starts_at: datetime
    ends_at: datetime
    location: str = ""
    starts_on: date | None = None
    ends_on: date | None = None
    is_busy: bool = True
    is_recurring: bool = False
    attendees: int | None = None  # people who did not decline; None: nobody says who is invited
    organises: bool = False  # the person does, by an address of theirs
    url: str = ""
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """One connection, as its source sees it.

    addresses  the person's own, in small letters. They come down to the source, so that nobody
               else's come up: of who is invited, a signal has a number and a boolean.
    """

    id: UUID
    account: str
    credentials: Mapping[str, str]
    cursor: Mapping[str, JSON]
    document: str
    zone: ZoneInfo
    connected_at: datetime
    addresses: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Account:
    """Whom the credentials belong to. `account` is stable at the source, `label` is for reading."""

    account: str
    label: str


@dataclass(frozen=True, slots=True)
class Pull:
    """What a source said. With `full`, whatever is not named here is gone there.

    open_only  of tasks only open ones were named: of those that are closed it says nothing
    kept       external ids, of tasks or entries, that are there and are not told: what is known of
               them stays
    """

    full: bool
    cursor: Mapping[str, JSON]
    tasks: tuple[TaskSignal, ...] = ()
    events: tuple[EventSignal, ...] = ()
    gone_tasks: frozenset[str] = field(default_factory=frozenset)  # external ids deleted there
    # Without an occurrence, all of the entry but what is named in `events`.
    gone_events: frozenset[EventKey] = field(default_factory=frozenset)
    not_modified: bool = False  # nothing was read since nothing changed; keep everything
    open_only: bool = False
    kept: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Heard:
    """That something happened at a source. What it was, the next sync reads.

    account   whose, as Account has it; "" when it says nothing of anybody
    delivery  the same when the source says it again
    """

    account: str
    delivery: str


@dataclass(frozen=True, slots=True)
class Channel:
    """By which a source tells of one connection, until it ends.

    key       ours
    resource  the source's own key of what it watches
    """

    key: UUID
    resource: str
    expires_at: datetime


class SignalSource(ABC):
    manifest: SourceManifest

    @abstractmethod
    def identify(self, credentials: Mapping[str, str], document: str) -> Account:
        """Check what the person gave and say whose it is. Raises oo.lib.http.ApiError."""

    @abstractmethod
    def pull(self, link: Link, *, at: datetime) -> Pull:
        """Everything new since link.cursor. Raises oo.lib.http.ApiError; changes nothing."""

    def complete(self, link: Link, external_id: str, *, key: UUID) -> None:
        """Close the task where it lives. The same key twice closes once. Raises ApiError.

        Asked only of sources whose manifest says can_complete. A task that is no longer there is
        integrations.gone.TaskGone; a status alone does not say it: the whole API may be elsewhere.
        """
        raise NotImplementedError

    def hear(self, headers: Mapping[str, str], body: bytes) -> Heard | None:
        """Whom a webhook is about. None: the source has not signed it, which is seen first.

        Asked only where the manifest's webhook_secret is set. What is signed and cannot be read is
        Heard, about nobody: to be told again would not help. headers: by name in any case.
        """
        return None

    def watch(self, link: Link, key: UUID, address: str, *, at: datetime) -> Channel:
        """Have it told at `address` when something changes, so that `hear` knows who it is about.

        Asked only of sources whose manifest says can_watch. Raises ApiError.
        """
        raise NotImplementedError

    def unwatch(self, link: Link, channel: Channel) -> None:
        """Have it told no more. Raises ApiError."""
        raise NotImplementedError

    def revoke(self, credentials: Mapping[str, str]) -> bool:
        """Give the credentials back. False: there is nothing that could be given back."""
        return False
