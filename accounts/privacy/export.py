"""Everything oO holds about a person, as a ZIP of JSON that they can read."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zipfile import ZIP_DEFLATED, ZipFile

from django.db import transaction
from django.http import StreamingHttpResponse
from django.utils.translation import gettext as _

from accounts.privacy.deletion import erasers
from events.bus import publish
from events.catalog import DataExported


@dataclass(frozen=True, slots=True)
class Entry:
    path: str
    text: str


def collect(user_id: UUID, *, at: datetime) -> list[Entry]:
    """Ask every app, all before the first byte is sent: a failure is an error, not half a file."""
    entries, contents = [], []
    with transaction.atomic():
        for label, eraser in erasers():
            files = eraser.export(user_id)
            contents.append((label, str(eraser.title), sorted(files)))
            entries += [Entry(f"{label}/{n}.json", _readable(files[n])) for n in sorted(files)]
    return [Entry("README.txt", _readme(contents, at=at)), *entries]


def _readable(content: object) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _readme(contents: list[tuple[str, str, list[str]]], *, at: datetime) -> str:
    lines = [
        _("Everything that oO holds about you, on %(day)s.") % {"day": f"{at:%Y-%m-%d}"},
        "",
        _("Each folder is one part of oO. The files are JSON: any text editor opens them."),
        _("Moments are written as 2026-05-04T09:30:00+00:00, in UTC."),
        _("Passwords of other services and access tokens are not in here."),
    ]
    for label, title, names in contents:
        lines += ["", f"{label}/  {title}", *(f"  {name}.json" for name in names)]
    return "\n".join(lines) + "\n"


class _Pipe(io.RawIOBase):
    """What the ZIP writes into and the response reads from, so that no whole archive is held."""

    def __init__(self) -> None:
        self._waiting: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self._waiting.append(bytes(data))
        return len(data)

    def drain(self) -> bytes:
        waiting, self._waiting = b"".join(self._waiting), []
        return waiting


def zipped(entries: list[Entry]) -> Iterator[bytes]:
    pipe = _Pipe()
    with ZipFile(pipe, "w", ZIP_DEFLATED) as archive:
        for entry in entries:
            archive.writestr(entry.path, entry.text)
            yield pipe.drain()
    yield pipe.drain()


def export_response(user_id: UUID, *, by: str, at: datetime) -> StreamingHttpResponse:
    """The ZIP as a download; that it was asked for, and by which way, is on record."""
    with transaction.atomic():
        publish(DataExported(user_id=user_id, at=at, by=by))
    return StreamingHttpResponse(
        zipped(collect(user_id, at=at)),
        content_type="application/zip",
        headers={
            "Content-Disposition": f'attachment; filename="oo-export-{at:%Y-%m-%d}.zip"',
            "Cache-Control": "no-store",
        },
    )
