from __future__ import annotations

from uuid import UUID

from django.test import Client

from accounts.models import User
from events.admin import TAIL
from events.models import EventRecord
from tests.clock import NOON


def test_staff_sees_the_last_five_hundred_events_newest_first(
    alice: User, alice_client: Client
) -> None:
    alice.is_staff = alice.is_superuser = True
    alice.save()
    rows = [
        EventRecord(subject=f"s.{n:04}", user_id=UUID(int=1), at=NOON, body={})
        for n in range(TAIL + 20)
    ]
    EventRecord.objects.bulk_create(rows)
    page = alice_client.get("/console/events/eventrecord/").content.decode()
    assert page.index("s.0519") < page.index("s.0500")
    assert f"{TAIL} " in page
    last = alice_client.get("/console/events/eventrecord/?p=5").content.decode()
    assert "s.0020" in last
    assert "s.0019" not in last


def test_who_is_not_staff_sees_nothing(alice_client: Client) -> None:
    assert alice_client.get("/console/events/eventrecord/").status_code in (302, 403)
