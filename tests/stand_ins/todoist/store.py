"""The objects of one account with the change counter that sync tokens are made of."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass

from .errors import Json

KINDS = ("items", "projects", "labels", "sections", "user")


@dataclass(slots=True)
class Record:
    """`seq` is the place in order of creation, `version` the counter at the last change."""

    seq: int
    version: int
    data: Json


class Store:
    """Objects are replaced, never changed in place, so that whoever holds one may keep it."""

    def __init__(self, account_id: str) -> None:
        self._account_id = account_id
        self._kinds: dict[str, dict[str, Record]] = {kind: {} for kind in KINDS}
        self.version = 0

    def put(self, kind: str, data: Json) -> Json:
        self.version += 1
        records = self._kinds[kind]
        records[data["id"]] = Record(len(records), self.version, data)
        return data

    def change(self, kind: str, object_id: str, **fields: object) -> Json:
        self.version += 1
        record = self._kinds[kind][object_id]
        record.version = self.version
        record.data = {**record.data, **fields}
        return record.data

    def find(self, kind: str, object_id: str) -> Json | None:
        record = self._kinds[kind].get(object_id)
        return record.data if record else None

    def count(self, kind: str) -> int:
        return len(self._kinds[kind])

    def records(self, kind: str) -> Iterator[Record]:
        return iter(self._kinds[kind].values())

    def active(self, kind: str) -> list[Json]:
        """What a full sync shows: neither deleted nor completed."""
        return [record.data for record in self.records(kind) if is_active(record.data)]

    def changed_since(self, kind: str, version: int) -> list[Json]:
        """What a delta shows, deleted and completed objects included; the oldest change first."""
        changed = [record for record in self.records(kind) if record.version > version]
        return [record.data for record in sorted(changed, key=lambda record: record.version)]

    def sync_token(self) -> str:
        plain = f"{self._account_id}:{self.version}"
        return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")

    def find_version(self, sync_token: str) -> int | None:
        """The counter that the token stands for; None for a token of nobody or of somebody else."""
        try:
            padded = sync_token + "=" * (-len(sync_token) % 4)
            owner, _, version = base64.urlsafe_b64decode(padded).decode().partition(":")
        except ValueError:
            return None
        known = owner == self._account_id and version.isdigit() and int(version) <= self.version
        return int(version) if known else None


def is_active(data: Json) -> bool:
    return not data.get("is_deleted") and not data.get("checked")
