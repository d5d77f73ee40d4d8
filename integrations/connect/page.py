"""What the Connect page shows: how the person's connections are, and what can be connected."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from accounts.models import Consent, User
from accounts.privacy import catalogue
from accounts.privacy.kinds import ConsentKind
from integrations.access import oauth
from integrations.access.connections import needed_by
from integrations.base import SourceManifest
from integrations.connect import words
from integrations.models import Connection
from integrations.registry import SOURCES


@dataclass(frozen=True, slots=True)
class Row:
    id: UUID
    source: str
    title: str
    label: str
    state: str
    words: str
    is_busy: bool
    can_reconnect: bool  # the source is still there to be connected
    is_connected: bool


@dataclass(frozen=True, slots=True)
class Offer:
    manifest: SourceManifest
    title: str
    description: str
    consents: tuple[ConsentKind, ...]
    has_oauth: bool

    @property
    def has_fields(self) -> bool:
        return bool(self.manifest.fields)

    @property
    def is_one_tap(self) -> bool:
        """Nothing to ask and nowhere to go: such as the sample data."""
        return not self.manifest.fields and self.manifest.oauth is None


def is_first(user_id: UUID) -> bool:
    """Whether nothing is connected yet."""
    return not Connection.objects.known().filter(user_id=user_id).exists()


def find_refused(user_id: UUID, offer: Offer, again: str) -> Connection | None:
    """What the person typed and a worker refused, to be mended; `again` is its id, or anything."""
    try:
        pk = UUID(again)
    except ValueError:
        return None
    mine = Connection.objects.filter(user_id=user_id, source=offer.manifest.key, pk=pk)
    return mine.filter(state=Connection.State.REFUSED).first()


def rows(user_id: UUID, *, at: datetime) -> list[Row]:
    """Two queries. What may not be read any more is leaving, before a worker has seen to it."""
    given = set(Consent.objects.open(user_id).values_list("key", flat=True))
    mine = Connection.objects.filter(user_id=user_id).defer("credentials", "document", "cursor")
    found = list(mine.order_by("connected_at"))
    for connection in found:
        # Consents are given as it is connected: what is being checked may have none yet.
        if connection.state not in Connection.UNKNOWN and not needed_by(connection) <= given:
            connection.state, connection.next_sync_at = Connection.State.LEAVING, at
    return [_row(connection, at) for connection in found]


def connections(rows: list[Row]) -> dict[str, object]:
    """What the partial `rows` of the page draws."""
    return {"rows": rows, "is_busy": any(row.is_busy for row in rows)}


def settings_section(user: User) -> dict[str, object]:
    """The same on the settings page. Two queries."""
    return connections(rows(user.pk, at=timezone.now()))


def _row(connection: Connection, at: datetime) -> Row:
    title = SOURCES.title(connection.source)
    return Row(
        id=connection.pk,
        source=connection.source,
        title=title,
        label=connection.label,
        state=connection.state,
        words=words.describe(connection, title, at=at),
        is_busy=words.is_busy(connection, at=at),
        can_reconnect=connection.source in SOURCES,
        is_connected=connection.state not in Connection.NOT_CONNECTED,
    )


def offers(rows: list[Row]) -> list[Offer]:
    """What can be connected besides `rows`: first what needs no typing, then what holds tasks and
    nothing else, of which most tips are made, then the calendars.

    One has several accounts at a service, but the sample data once.
    """
    connected = {row.source for row in rows if row.is_connected}
    found = [_offer(s.manifest) for s in SOURCES if is_offered(s.manifest)]
    left = [o for o in found if not (o.is_one_tap and o.manifest.key in connected)]
    return sorted(left, key=_rank)


def _rank(offer: Offer) -> tuple[bool, bool, bool]:
    consents = offer.manifest.consents
    return not offer.is_one_tap, "tasks" not in consents, "calendar" in consents


def find_offer(source: str) -> Offer | None:
    plugin = SOURCES.get(source)
    return _offer(plugin.manifest) if plugin and is_offered(plugin.manifest) else None


def is_offered(manifest: SourceManifest) -> bool:
    if manifest.debug_only and not (settings.DEBUG or settings.OO_TESTING):
        return False
    needs_setting_up = manifest.oauth is not None and not manifest.fields
    return oauth.is_configured(manifest.oauth) or not needs_setting_up


def _offer(manifest: SourceManifest) -> Offer:
    consents = tuple(catalogue.get_kind(key) for key in sorted(manifest.consents))
    return Offer(
        manifest=manifest,
        title=str(manifest.title),
        description=str(manifest.description),
        consents=consents,
        has_oauth=oauth.is_configured(manifest.oauth),
    )
