"""A person's rows, written and read by production: python -m tests.production.rows write|read

For the test of back-ups, which has a database of its own and so needs a process of its own.
"""

from __future__ import annotations

import sys

import django
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

TOKEN = "a-token-of-alice"
LABEL = "Alice's tasks, ümläute and 日本語"


def write() -> None:
    from accounts.models import Profile, User
    from events.bus import publish
    from events.catalog import ConnectionChanged
    from integrations.models import Connection

    call_command("migrate", verbosity=0, interactive=False)
    now = timezone.now()
    user = User.objects.create_user("alice@example.com", name="Alice")
    Profile.objects.get_or_create(user=user)
    connection = Connection(user=user, source="todoist", account="1", label=LABEL)
    connection.connected_at = connection.next_sync_at = now
    connection.write_credentials({"token": TOKEN})
    connection.save()
    made = ConnectionChanged(
        user_id=user.pk, at=now, connection_id=connection.pk, state="connected"
    )
    with transaction.atomic():
        publish(made)


def read() -> None:
    from integrations.models import Connection

    connection = Connection.objects.get(user__email="alice@example.com")
    assert connection.label == LABEL
    sys.stdout.write(connection.read_credentials()["token"])


if __name__ == "__main__":
    django.setup()
    {"write": write, "read": read}[sys.argv[1]]()
