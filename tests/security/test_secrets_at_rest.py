"""No secret of anybody's stands in clear where it is kept, and no personal text in a log.

A whole journey is made, every secret in it is written down by who handed it out, and then each is
looked for, in every spelling, in everything that stays.
"""

from __future__ import annotations

import base64
import io
import json
import logging
from html import escape
from typing import Any
from urllib.parse import quote, quote_plus
from zipfile import ZipFile

import pytest
from django.core.cache import caches
from django.db import connection

from accounts.models import Session
from tests.security.journey import PERSONAL, TASKS, Journey, travel

KINDS = {
    "api token",
    "apple private key",
    "calendar key",
    "calendar path",
    "client secret as sent",
    "google client secret",
    "id_token",
    "sign-in access token",
    "sign-in code",
    "sign-in refresh token",
    "todoist access_token",
    "todoist client secret",
    "todoist code",
    "todoist personal token",
    "todoist refresh_token",
}


def spellings(secret: str) -> set[str]:
    """The secret as it may be written down by those who do not mean to write it down."""
    plain = {secret, quote(secret), quote(secret, safe=""), quote_plus(secret), escape(secret)}
    plain |= {json.dumps(secret)[1:-1], json.dumps(json.dumps(secret))[3:-3], secret.encode().hex()}
    found = set(plain)
    for shift in range(3):
        # What base64 makes of it in the middle of a text: at one of three places in a group of
        # three bytes, without the ends that depend on what stands around it.
        packed = base64.b64encode(b"." * shift + secret.encode()).decode().rstrip("=")
        middle = packed[-(-shift * 8 // 6) : -1]
        found |= {middle, middle.translate(str.maketrans("+/", "-_"))}
    return found


def leaks(text: str, secrets: dict[str, set[str]]) -> set[str]:
    return {
        what
        for what, values in secrets.items()
        if any(spelling in text for value in values for spelling in spellings(value))
    }


def as_text(value: object) -> str:
    if isinstance(value, memoryview | bytes | bytearray):
        return bytes(value).decode("latin-1")
    return str(value)


def dump() -> str:
    """Every column of every row of every table, and what is packed inside of sessions."""
    found = [str(session.get_decoded()) for session in Session.objects.all()]
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            found += [" ".join(map(as_text, row)) for row in cursor.fetchall()]
    return "\n".join(found)


def cached() -> str:
    stores = [getattr(cache, "_cache", {}) for cache in caches.all()]
    return "\n".join(f"{key} {as_text(value)}" for store in stores for key, value in store.items())


def unzipped(archive: bytes) -> str:
    with ZipFile(io.BytesIO(archive)) as files:
        return "\n".join(files.read(name).decode() for name in files.namelist())


def is_archive(answer: Any) -> bool:
    """Looked at by itself."""
    return str(answer.headers.get("Content-Type", "")) == "application/zip"


def shown(journey: Journey) -> tuple[str, set[str]]:
    """What the pages said, and what they leak. A form that is sent back may hold what was in it."""
    said, found = [], set()
    for sent, answer in journey.pages:
        body = "" if is_archive(answer) else answer.content.decode()
        said.append(f"{dict(answer.headers)} {body}")
        found |= leaks(said[-1], journey.secrets) - leaks(sent, journey.secrets)
    return "\n".join(said), found


def logged(caplog: pytest.LogCaptureFixture) -> str:
    return caplog.text + "\n".join(
        f"{record.getMessage()} {record.exc_text or ''}" for record in caplog.records
    )


def test_a_whole_journey_leaves_no_secret_in_clear(
    journey: Journey, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        travel(journey)
        places = {
            "tables": dump(),
            "cache": cached(),
            "messages": "\n".join(journey.messages),
            "export": unzipped(journey.export),
            "logs": logged(caplog),
        }
    assert set(journey.secrets) == KINDS
    assert all(len(value) > 12 for values in journey.secrets.values() for value in values)
    pages, leaked = shown(journey)
    found = {place: leaks(text, journey.secrets) for place, text in places.items()}
    assert found | {"pages": leaked} == {place: set() for place in (*places, "pages")}
    # Each place was really looked into: it has what it is there for.
    assert all(title in places[place] for place in ("tables", "export") for title in TASKS)
    assert TASKS[0] in pages
    assert "integrations.tasks.sync_one" in places["messages"]
    assert "limit:" in places["cache"]
    assert "todoist" in places["logs"]
    # And no personal text is in what is written for other eyes than the person's.
    for place in ("logs", "messages", "cache"):
        assert [text for text in PERSONAL if text in places[place]] == [], place


@pytest.mark.parametrize("around", ["", ".", "..", "Bearer "])
def test_a_secret_is_found_however_it_is_written(around: str) -> None:
    secret = "s3cret/+val&ue?ü"
    written = [
        secret,
        quote(secret),
        json.dumps({"token": secret}),
        json.dumps({"body": json.dumps({"token": secret})}),
        escape(secret),
        base64.b64encode(f"{around}{secret}{around}".encode()).decode(),
        base64.urlsafe_b64encode(f"{around}{secret} and more".encode()).decode(),
    ]
    assert [leaks(f"{around}{text}", {"it": {secret}}) for text in written] == [{"it"}] * 7
    assert leaks("Bearer s3cret", {"it": {secret}}) == set()
