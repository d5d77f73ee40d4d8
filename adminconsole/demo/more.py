"""More events than made-up people have, to try the console on a log as large as one likes."""

from __future__ import annotations

from math import ceil

from django.db import connection

from events.models import EventRecord

# Seconds by which copies of an event lie before it: spread over the day, the same each time.
STEP_S, DAY_S = 7_919, 86_400


def copy_events(wanted: int) -> int:
    """Copies of what is there, of the same people and days, until there are that many; how many.

    One statement, within the database: on PostgreSQL alone.
    """
    there = EventRecord.objects.count()
    missing = max(0, wanted - there)
    if not missing or not there:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into events_eventrecord (event_id, subject, version, user_id, at, body)"
            " select gen_random_uuid(), e.subject, e.version, e.user_id,"
            " e.at - (n * %s %% %s) * interval '1 second', e.body"
            " from events_eventrecord e, generate_series(1, %s) n limit %s",
            [STEP_S, DAY_S, ceil(missing / there), missing],
        )
        copied: int = cursor.rowcount
    return copied
