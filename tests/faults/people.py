"""Fifty people with Todoist and a browser that may be spoken to, as connecting leaves them."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, time
from random import Random
from threading import Lock
from uuid import UUID

import httpx
from django.conf import settings
from django.utils import timezone

from accounts.models import Profile, User
from accounts.privacy import consents
from integrations.access import connections
from notifier import devices
from notifier.models import Device, Wish
from notifier.registry import CHANNELS
from tests.clock import morning_zone
from tests.factories import make_person, signed_in
from tests.faults.estate import Estate
from tests.stand_ins.push import BrowserStandIn
from tests.stand_ins.todoist import Account, TodoistStandIn

ANSWER = re.compile(r'action="/tip/([0-9a-f-]+)/answer"')
CSRF = "t" * 32
# 400: a tip of a task that was meanwhile ticked off elsewhere offers nothing any more.
HEARD = (200, 302)
TASKS = 4


@dataclass(slots=True)
class Person:
    """One of fifty; one thread at a time plays them.

    said: by tip, what was answered, and that oO said it had it. unsure: what was answered, and no
    answer came; it is said again, as the page does. from_afar: by tip, what was answered from its
    notification, known to be heard or not: it may have been the first, which counts. closed: by
    task, how often it was ticked off at the source by the person.
    """

    user: User
    account: Account
    browser: BrowserStandIn
    cookies: str
    said: dict[UUID, str] = field(default_factory=dict)
    unsure: dict[UUID, str] = field(default_factory=dict)
    from_afar: dict[UUID, str] = field(default_factory=dict)
    closed: Counter[str] = field(default_factory=Counter)
    lock: Lock = field(default_factory=Lock)
    written: int = 0

    def write_task(self, chance: Random) -> None:
        self.written += 1
        rule = "every day" if chance.random() < 0.25 else None
        title, priority = f"Errand {self.written}", chance.randint(1, 4)
        self.account.add_task(title, self.account.today(), priority=priority, recurring=rule)

    def tick_off(self, chance: Random) -> str | None:
        """In Todoist itself. Returns the task."""
        with self.account.lock:
            there = sorted(item["id"] for item in self.account.store.active("items"))
            if not there:
                return None
            task_id: str = chance.choice(there)
            self.account.close(task_id)
            self.closed[task_id] += 1
        return task_id

    def answer(self, visitor: httpx.Client, tip_id: UUID, reaction: str) -> None:
        """Said once more with the same words where nobody said that it was heard."""
        reaction = self.unsure.setdefault(tip_id, reaction)
        if self.post(visitor, f"/tip/{tip_id}/answer", reaction=reaction) in HEARD:
            self.said[tip_id] = self.unsure.pop(tip_id)

    def look(self, visitor: httpx.Client) -> UUID | None:
        """The tip on the page. Raises httpx.TransportError, and HTTPStatusError."""
        page = visitor.get("/", headers={"Cookie": self.cookies})
        page.raise_for_status()
        found = ANSWER.search(page.text)
        return UUID(found[1]) if found else None

    def post(self, visitor: httpx.Client, path: str, **fields: str) -> int:
        """The status; 0 when nobody answered."""
        try:
            return visitor.post(
                path,
                data={**fields, "csrfmiddlewaretoken": CSRF},
                headers={"Cookie": self.cookies, "HX-Request": "true"},
            ).status_code
        except httpx.TransportError:
            return 0


def settle(estate: Estate, count: int, chance: Random) -> list[Person]:
    return [_move_in(estate, number, chance) for number in range(count)]


def _move_in(estate: Estate, number: int, chance: Random) -> Person:
    at, user = timezone.now(), make_person(f"person-{number}")
    zone = morning_zone(at)
    Profile.objects.filter(user=user).update(time_zone=zone)
    for key in ("terms", "privacy", "tasks"):
        consents.grant(user.pk, key, by="sign-in", at=at)
    account = _connect(estate.todoist, user, zone, at)
    browser = estate.push.browser(CHANNELS["web-push"].public_key())
    offered = devices.Offered("web-push", browser.subscription(), "Firefox")
    device = devices.add_device(user.pk, offered, at=at)
    Device.objects.filter(pk=device.pk).update(shows=Device.Shows.TIP)
    Wish.objects.create(user=user, quiet_from=time(0), quiet_until=time(0))  # at any hour
    person = Person(user, account, browser, _sign_in(user))
    for _ in range(TASKS):
        person.write_task(chance)
    return person


def _connect(todoist: TodoistStandIn, user: User, zone: str, at: datetime) -> Account:
    account = todoist.add_account(user.email, timezone=zone)
    given = {"token": account.personal_token}
    connections.connect(user.pk, "todoist", given, "", at=at)
    return account


def _sign_in(user: User) -> str:
    session = signed_in(user).cookies[settings.SESSION_COOKIE_NAME].value
    return f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={CSRF}"
