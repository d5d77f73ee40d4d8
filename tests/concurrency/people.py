"""People with Todoist connected, as signing in, connecting and a first sync leave them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import count

from django.utils import timezone

from accounts.models import User
from accounts.privacy import consents, leftovers
from accounts.privacy.leftovers import Trace
from events.catalog import Event
from events.models import EventRecord
from integrations.access import connections
from integrations.models import Completion, Connection, Task
from integrations.sync import syncing
from tests.clock import NOON
from tests.factories import make_connection, make_person, make_task, the_tip
from tests.stand_ins.todoist import Account, TodoistStandIn
from tips.models import Tip

_numbers = count(1)


def somebody(*, at: datetime = NOON) -> User:
    user = make_person(f"person-{next(_numbers)}")
    for key in ("terms", "privacy", "tasks"):
        consents.grant(user.pk, key, by="sign-in", at=at)
    return user


def somebody_with_a_tip(tasks: int = 2, *, at: datetime = NOON) -> tuple[User, Tip]:
    """Rows as a sync would have written them; nobody answers at the other end."""
    user = somebody(at=at)
    connection = make_connection(user, at=at, source="todoist", account=str(user.pk))
    for number in range(tasks):
        make_task(user, f"Task {number}", connection=connection)
    return user, the_tip(user, at=at)


@dataclass(frozen=True, slots=True)
class Connected:
    user: User
    account: Account  # at the stand-in
    connection: Connection

    def load(self) -> Connection:
        """As a worker would, who knows what is in the database now."""
        return Connection.objects.select_related("user__profile").get(pk=self.connection.pk)

    def tasks(self) -> list[str]:
        """Ids at Todoist of the open tasks that oO knows."""
        rows = Task.objects.open().filter(user=self.user)
        return sorted(rows.values_list("external_id", flat=True))

    def tasks_there(self) -> list[str]:
        with self.account.lock:
            return sorted(item["id"] for item in self.account.store.active("items"))


def connected(
    todoist: TodoistStandIn,
    tasks: int = 3,
    *,
    at: datetime = NOON,
    oauth: bool = False,
    recurring: str | None = None,
) -> Connected:
    user = somebody(at=at)
    account = todoist.add_account(user.email)
    for number in range(tasks):
        account.add_task(
            f"Task {number}", due=at.date(), priority=number % 4 + 1, recurring=recurring
        )
    credentials = todoist.grant(account) if oauth else {"token": account.personal_token}
    given = {name: str(value) for name, value in credentials.items()}
    connection = connections.connect(user.pk, "todoist", given, "", at=at)
    assert syncing.sync(connection.pk, at=at) == syncing.Outcome.SYNCED
    return Connected(user, account, connection)


def recorded(user: User, kind: type[Event]) -> int:
    return EventRecord.objects.filter(user_id=user.pk, subject=kind.subject).count()


def completions_of(user: User) -> list[str]:
    return list(Completion.objects.filter(user=user).values_list("state", flat=True))


def what_is_left(trace: Trace) -> tuple[int, dict[str, int]]:
    """Rows about the person that were still there, and what could not be erased even now."""
    found = leftovers.find_leftovers(trace, at=timezone.now())
    return found.erased, dict(found.left)
