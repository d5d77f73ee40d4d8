from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import DataError, connection

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


def asked(text: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute("select %s::timestamptz", [text])
        return cursor.fetchone()[0]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-05-05 12:00:00+02", datetime(2026, 5, 5, 10, tzinfo=UTC)),
        ("2026-05-05 12:00:00.1+00", datetime(2026, 5, 5, 12, 0, 0, 100_000, tzinfo=UTC)),
        ("0001-01-01 00:00:00.000001+00", datetime(1, 1, 1, microsecond=1, tzinfo=UTC)),
    ],
)
def test_a_moment_is_read_in_utc(written: str, read: datetime) -> None:
    found = asked(written)
    assert found == read
    assert isinstance(found, datetime)
    assert found.tzinfo is UTC


@pytest.mark.parametrize("written", ["infinity", "0044-03-15 12:00+00 BC", "12026-01-01 00:00+00"])
def test_what_no_moment_of_python_can_be_is_said_to_be_none(written: str) -> None:
    with pytest.raises(DataError):
        asked(written)
