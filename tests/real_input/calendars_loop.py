"""Real calendar files through the whole loop: connect, sync, and which tip comes out of them.

python -m tests.real_input.loop FOLDER [FOLDER ...]
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from django.core.management import call_command

from accounts.models import User
from integrations.access import connections
from integrations.models import CalendarEvent
from integrations.sync.syncing import Outcome, sync
from oo.lib.http import ApiError
from tests.factories import make_person
from tests.real_input.corpus import first_start
from tips.make.making import make_tip
from tips.models import TipDecision

# Before the first meeting of a file, in its middle, and a minute after it.
MOMENTS = ("10 minutes before", "in the middle", "just after")


def main(folders: list[str]) -> None:
    call_command("migrate", verbosity=0)
    outcomes = {moment: Counter[str]() for moment in MOMENTS}
    files = Counter[str]()
    for folder in folders:
        for path in sorted(Path(folder).rglob("*.ics")):
            files[run(path, outcomes)] += 1
    say(f"files: {dict(files)}")
    for moment, counts in outcomes.items():
        say(f"{moment}: {dict(counts.most_common())}")


def run(path: Path, outcomes: dict[str, Counter[str]]) -> str:
    """What became of one file; its tips are counted."""
    data = path.read_bytes()
    at = first_start(data)
    User.objects.all().delete()
    user = make_person("nora")
    try:
        text = data.decode(errors="replace")
        connection = connections.connect(user.pk, "calendar-file", {}, text, at=at)
    except ApiError:
        return "refused"
    if sync(connection.pk, at=at) != Outcome.SYNCED:
        return "not synced"
    for moment, when in moments(user.pk, at):
        outcomes[moment][outcome_at(user.pk, when)] += 1
    return "read"


def moments(user_id: UUID, at: datetime) -> Iterator[tuple[str, datetime]]:
    meetings = CalendarEvent.objects.filter(user_id=user_id, is_busy=True, starts_on=None)
    first = meetings.filter(starts_at__gt=at).order_by("starts_at").first()
    if first is None or first.ends_at == first.starts_at:
        return
    length = first.ends_at - first.starts_at
    yield MOMENTS[0], first.starts_at - timedelta(minutes=10)
    yield MOMENTS[1], first.starts_at + length / 2
    yield MOMENTS[2], first.ends_at + timedelta(minutes=1)


def outcome_at(user_id: UUID, at: datetime) -> str:
    tip = make_tip(user_id, at=at.astimezone(UTC))
    if tip is not None:
        return f"tip: {tip.kind}"
    return f"silence: {TipDecision.objects.filter(user_id=user_id).latest('pk').silence}"


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
