"""Everything oO holds about a person, as a ZIP of JSON that they can read."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from uuid import UUID
from zipfile import ZIP_DEFLATED, ZipFile

from django.core.cache import cache
from django.db import transaction
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.locks import lock_person
from accounts.models import Profile
from accounts.privacy.cached import running_export
from accounts.privacy.deletion import erasers
from events.bus import publish
from events.catalog import DataExported

# Seconds after which an export whose process died is forgotten.
LONGEST_S = 120
# After so many seconds it is worth asking again.
MOMENT_S = 10


class AlreadyRunning(Exception):
    """The person's data is being put together by another request: one at a time."""


class AccountClosed(Exception):
    """The person has left since the request began."""


@dataclass(frozen=True, slots=True)
class Entry:
    path: str
    text: str


def collect(user_id: UUID, *, at: datetime) -> list[Entry]:
    """Ask every app, all before the first byte is sent: a failure is an error, not half a file.

    In no transaction: on SQLite it would keep everybody else from writing for as long as it takes.
    """
    entries, contents = [], []
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


def zipped(entries: list[Entry]) -> bytes:
    archive = io.BytesIO()
    with ZipFile(archive, "w", ZIP_DEFLATED) as files:
        for entry in entries:
            files.writestr(entry.path, entry.text)
    return archive.getvalue()


def export_response(user_id: UUID, *, by: str, at: datetime) -> HttpResponse:
    """The ZIP as a download; that it was asked for, and by which way, is on record.

    In one piece, which the server takes at once: a reader who is slow keeps no thread.
    Its days are those of the person. Raises AlreadyRunning, AccountClosed.
    """
    at = timezone.localtime(at, zone_of(user_id))
    running = running_export(user_id)
    if not cache.add(running, True, timeout=LONGEST_S):
        raise AlreadyRunning
    try:
        archive = _recorded(user_id, by=by, at=at)
    finally:
        cache.delete(running)
    return HttpResponse(
        archive,
        content_type="application/zip",
        headers={
            "Content-Disposition": f'attachment; filename="oo-export-{at:%Y-%m-%d}.zip"',
            "Cache-Control": "no-store",
        },
    )


def zone_of(user_id: UUID) -> tzinfo:
    profile = Profile.objects.filter(pk=user_id).first()
    return profile.zone if profile else UTC


def _recorded(user_id: UUID, *, by: str, at: datetime) -> bytes:
    with transaction.atomic():
        if not lock_person(user_id):
            raise AccountClosed
        publish(DataExported(user_id=user_id, at=at, by=by))
    return zipped(collect(user_id, at=at))
