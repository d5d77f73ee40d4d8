"""Many made-up people in PostgreSQL, written by it: each with tasks, meetings and answers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection

TASKS, ANSWERS, MEETINGS = 30, 10, 4  # of each person

# Ids are made of numbers, so that every statement can name the same person.
PERSON = "md5('person ' || p)::uuid"
CONNECTION = "md5('connection ' || p)::uuid"

STATEMENTS = (
    f"""insert into accounts_user (id, is_superuser, email, name, is_staff, is_active, date_joined)
        select {PERSON}, false, 'p' || p || '@example.invalid', 'P' || p, false, true, %(now)s
        from generate_series(%(first)s, %(last)s) p""",
    f"""insert into accounts_profile (user_id, time_zone, zone_is_known, locale, clock, dates,
               single_keys, role, updated_at)
        select {PERSON},
               (array['Europe/Berlin', 'America/New_York', 'Asia/Tokyo', 'UTC'])[1 + p %% 4],
               true, (array['en', 'de'])[1 + p %% 2], '', '', true, '', %(now)s
        from generate_series(%(first)s, %(last)s) p""",
    f"""insert into accounts_consent (user_id, key, wording, granted_at, granted_by)
        select {PERSON}, key, '1', %(now)s, 'connect'
        from generate_series(%(first)s, %(last)s) p, unnest(array['tasks', 'calendar']) key""",
    f"""insert into integrations_connection (id, user_id, source, account, label, credentials,
               cursor, document, state, connected_at, synced_at, next_sync_at, attempts, last_error)
        select {CONNECTION}, {PERSON}, 'sample', 'p' || p, '', '', '{{}}', '', 'ok',
               %(now)s, %(now)s, %(now)s, 0, ''
        from generate_series(%(first)s, %(last)s) p""",
    f"""insert into integrations_task (user_id, connection_id, external_id, title, description,
               project, section, parent, labels, priority, due_on, due_zone, duration_min,
               recurrence, url, added_at, changed_at, digest, words_digest)
        select {PERSON}, {CONNECTION}, 't' || t, 'Task ' || t || ' of the many things to do', '',
               (array['Home', 'Work', 'Move', ''])[1 + (t + p) %% 4], '', '', '[]', 1 + t %% 4,
               case when t %% 3 = 0 then null
                    else (%(now)s at time zone 'UTC')::date + (t * 7 + p) %% 40 - 12 end,
               '', case when t %% 5 = 0 then 5 * (1 + t %% 12) end, '', '',
               %(now)s - t * interval '1 day', %(now)s - interval '1 day', '', md5('words ' || t)
        from generate_series(%(first)s, %(last)s) p, generate_series(1, {TASKS}) t""",
    f"""insert into agents_reading (user_id, kind, words, reader, version, traits, read_at)
        select {PERSON}, 'task', md5('words ' || t), 'words', %(reader)s,
               case t %% 6 when 0 then '{{"waits": {{"value": "Anna", "quote": "many"}}}}'
                           when 1 then '{{"effort": {{"value": "PT10M", "quote": "things"}}}}'
                           else '{{}}' end::jsonb, %(now)s
        from generate_series(%(first)s, %(last)s) p, generate_series(1, {TASKS}) t""",
    f"""insert into integrations_calendarevent (user_id, connection_id, external_id, occurrence,
               title, location, starts_at, ends_at, is_busy, is_recurring, attendees, organises,
               url, changed_at, digest, words_digest)
        select {PERSON}, {CONNECTION}, 'e' || e, '', 'Meeting ' || e, '',
               %(now)s + (e * 5 + p %% 7) * interval '1 hour',
               %(now)s + (e * 5 + p %% 7 + 1) * interval '1 hour',
               true, false, 3, false, '', %(now)s, '', ''
        from generate_series(%(first)s, %(last)s) p, generate_series(1, {MEETINGS}) e""",
    f"""insert into events_eventrecord (event_id, subject, version, user_id, at, body)
        select gen_random_uuid(), 'feedback.tip.reacted', 2, {PERSON},
               %(now)s - (a * 37 + p %% 11) * interval '1 hour',
               jsonb_build_object('tip_id', md5('tip ' || a || ' ' || p), 'candidate', 'task:' || a,
                   'reaction', (array['done', 'snooze', 'dismiss'])[1 + a %% 3],
                   'answered_at', to_char((%(now)s - (a * 37 + p %% 11) * interval '1 hour')
                                          at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"'),
                   'dwell_s', 30.0, 'reward', 1.0)
        from generate_series(%(first)s, %(last)s) p, generate_series(1, {ANSWERS}) a""",
    f"""insert into agents_lookschedule (user_id, next_look_at, is_changed, active_at)
        select {PERSON}, %(now)s, true, %(now)s from generate_series(%(first)s, %(last)s) p""",
)


def settle(first: int, last: int, *, now: datetime, reader: int) -> None:
    """People number `first` to `last`, all changed and never looked at.

    reader  version of the reader of words, so that nothing is left to read
    """
    values: dict[str, Any] = {"first": first, "last": last, "now": now, "reader": reader}
    with connection.cursor() as cursor:
        for statement in STATEMENTS:
            cursor.execute(statement, values)
        cursor.execute("analyze")
