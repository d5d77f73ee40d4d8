"""python -m tests.security.sqlite.leaving: people come to a laptop's database, and one deletes
their account on the page. Says "there", and "gone" after a line was read.
"""

from __future__ import annotations

import sys
from uuid import uuid4

import django

ADDRESS = "somebody.who.leaves@example.com"
PEOPLE = 40


def come_and_leave() -> None:
    from django.core.management import call_command
    from django.utils import timezone

    from accounts.models import User
    from tests.factories import make_person, make_task, signed_in
    from tests.leaving import work_off_departures

    call_command("migrate", verbosity=0, interactive=False)
    for number in range(PEOPLE):
        make_person(f"stays{number}")
    leaving = make_person(ADDRESS.partition("@")[0])
    User.objects.filter(pk=leaving.pk).update(name=f"Name of {ADDRESS}")
    for number in range(PEOPLE):
        make_task(leaving, f"Ask {ADDRESS} about {number}", description="x" * 700)
    client = signed_in(leaving)
    sys.stdout.write("there\n")
    sys.stdout.flush()
    sys.stdin.readline()
    response = client.post("/settings/delete", {"receipt": str(uuid4())})
    assert response.headers["Location"].startswith("/receipt/")
    work_off_departures(at=timezone.now())
    assert User.objects.count() == PEOPLE
    sys.stdout.write("gone\n")
    sys.stdout.flush()
    sys.stdin.readline()


if __name__ == "__main__":
    django.setup()
    come_and_leave()
