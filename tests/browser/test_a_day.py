"""One day of one person, from the first notification to a meeting that is put off: real servers at
both ends, Chromium in the middle, and nothing called that beat would not call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

import httpx
import pytest
import time_machine
from playwright.sync_api import Page, expect

from accounts.models import User
from accounts.privacy import consents
from agents import tasks as agents
from integrations import tasks as integrations
from integrations.access import connections
from integrations.models import Connection
from notifier import tasks as notifier
from notifier.channels.web_push.keys import VapidKey
from oo.lib.crypto import generate_key
from tests.browser.card import expect_tip
from tests.browser.conftest import Visit
from tests.browser.site import Site
from tests.browser.test_notifications import subscribing
from tests.clock import BERLIN, TODAY
from tests.stand_ins.push import BrowserStandIn, PushStandIn
from tests.stand_ins.radicale import RadicaleUser, serving_radicale
from tests.stand_ins.todoist import Account, TodoistStandIn
from tips import tasks as tips
from tips.models import Interruption, Tip

pytestmark = pytest.mark.browser

Until = Callable[[str], None]
RENT, SLIDES, PLANTS, REVIEW = (
    "Pay the rent",
    "Send the slides",
    "Water the plants",
    "Design review",
)
A_MINUTE_MS = 60_000


@pytest.fixture
def calendar(tmp_path: Path) -> Iterator[RadicaleUser]:
    with serving_radicale(tmp_path) as radicale:
        person = radicale.newcomer()
        person.add_calendar("Work", "VEVENT")
        yield person


@pytest.fixture
def browser(settings: Any, site: Site, calendar: RadicaleUser) -> Iterator[BrowserStandIn]:
    settings.OO_VAPID_KEY = generate_key()
    with PushStandIn() as service:
        settings.OO_PRIVATE_HOSTS_ALLOWED = calendar.server.door | {service.address}
        yield service.browser(VapidKey.load(settings.OO_VAPID_KEY).public)


@pytest.fixture
def until(clock: time_machine.Traveller, todoist: TodoistStandIn) -> Until:
    """until("14:45"): the day goes on so far, for oO and for Todoist; then beat turns once."""

    def go_on(hour: str) -> None:
        at = datetime.combine(TODAY, time.fromisoformat(hour), BERLIN).astimezone(UTC)
        clock.move_to(at)
        todoist.clock.advance(at - todoist.clock.now())
        Connection.objects.update(next_sync_at=at)
        for job in (integrations.close_due, integrations.sync_due, agents.sweep):
            job()
        for job in (tips.keep_ready, tips.deliver, notifier.send_due):
            job()

    return go_on


def meeting(begins: str, ends: str, title: str, *, uid: str = "m") -> tuple[str, ...]:
    day = TODAY.strftime("%Y%m%d")
    return ("BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20260501T000000Z", f"SUMMARY:{title}",
            f"DTSTART;TZID=Europe/Berlin:{day}T{begins}00",
            f"DTEND;TZID=Europe/Berlin:{day}T{ends}00", "END:VEVENT")  # fmt: skip


def connect(alice: User, todoist: TodoistStandIn, calendar: RadicaleUser, at: datetime) -> None:
    for key in ("terms", "privacy", "tasks", "calendar"):
        consents.grant(alice.pk, key, by="connect", at=at)
    given = {"token": todoist.alice.personal_token}
    connections.connect(alice.pk, "todoist", given, "", at=at)
    connections.connect(alice.pk, "caldav", calendar.credentials, "", at=at)


def whys() -> list[str]:
    return list(Interruption.objects.order_by("at", "pk").values_list("why", flat=True))


@pytest.fixture
def owner(
    alice: User,
    todoist: TodoistStandIn,
    calendar: RadicaleUser,
    browser: BrowserStandIn,
    clock: time_machine.Traveller,
) -> Account:
    """Alice at Todoist: three things today, of which one has an hour, and two meetings."""
    clock.move_to(datetime.combine(TODAY, time(6, 35), BERLIN).astimezone(UTC))
    owner = todoist.alice
    owner.add_task(RENT, datetime.combine(TODAY, time(9)), priority=4)
    owner.add_task(SLIDES, TODAY, priority=3)
    owner.add_task(PLANTS, TODAY, priority=2)
    calendar.put("work/stand-up.ics", *meeting("0700", "0740", "Stand-up", uid="s"))
    calendar.put("work/review.ics", *meeting("1500", "1600", REVIEW))
    connect(alice, todoist, calendar, datetime.now(UTC))
    return owner


def ask_to_be_told(page: Page) -> None:
    """On this device, often, and what is told may be read."""
    page.get_by_role("button", name="Notify me on this device").click()
    devices = page.get_by_role("region", name="Notifications")
    devices.get_by_text("Its locked screen shows only that").click()
    devices.get_by_role("button", name="Show the suggestion itself").click()
    devices.get_by_text("oO speaks up sometimes").click()
    devices.get_by_role("button", name="Speak up often").click()
    expect(devices.get_by_text("oO speaks up often")).to_be_visible()


def test_silent_in_quiet_hours_and_in_a_meeting_and_one_push_in_the_gap_which_is_answered(
    visit: Visit, site: Site, alice: User, owner: Account, browser: BrowserStandIn, until: Until
) -> None:
    ask_to_be_told(subscribing(visit(alice), site, browser))
    until("06:50")
    until("07:10")
    assert browser.taken == []
    assert set(whys()) <= {"quiet", "meeting"}
    until("07:41")
    until("07:42")
    (told,) = [pushed.told for pushed in browser.taken]
    assert told["title"] == RENT

    # As its service worker does.
    (done,) = [action for action in told["actions"] if action["action"] == "done"]
    assert httpx.post(f"{site.url}{done['path']}").status_code == 204
    until("07:50")
    assert [each.task["content"] for each in owner.completions] == [RENT]
    assert len(browser.taken) == 1


def test_what_happens_elsewhere_moves_the_page_on_by_itself(
    visit: Visit, site: Site, alice: User, owner: Account, todoist: TodoistStandIn,
    calendar: RadicaleUser, until: Until,
) -> None:  # fmt: skip
    until("08:30")
    page = visit(alice)
    page.clock.install(time=datetime.now(UTC))
    page.goto("/")
    expect_tip(page, RENT)

    def is_left_open() -> None:
        page.clock.run_for(A_MINUTE_MS)

    # She ticks it off in Todoist.
    is_left_open()
    task_id = next(each["id"] for each in owner.store.active("items") if each["content"] == RENT)
    owner.close(task_id)
    told = todoist.webhooks.build("item:completed", owner, owner.task(task_id))
    assert todoist.webhooks.post(f"{site.url}/hooks/todoist", told) == 200
    is_left_open()
    expect_tip(page, SLIDES)

    # A meeting is put off, and the reminder of it goes.
    until("14:45")
    is_left_open()
    expect_tip(page, REVIEW)
    reminder = Tip.objects.live().get(user=alice)
    calendar.put("work/review.ics", *meeting("1700", "1800", REVIEW))
    until("14:47")
    reminder.refresh_from_db()
    assert reminder.state == Tip.State.WITHDRAWN
    is_left_open()
    expect(page.locator("#tip h1")).not_to_have_text(REVIEW)
