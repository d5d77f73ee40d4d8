"""Every state that a page of oO can be in, and how to get there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from django.utils import timezone
from playwright.sync_api import Page, Route, expect

from accounts.models import User
from accounts.privacy.consents import grant
from agents.models import Belief, Context, Reading
from agents.understanding.correcting import deny, say
from integrations.models import Completion, Connection
from notifier.models import Device
from tests.browser.card import expect_state, open_tip, press
from tests.clock import NOON
from tests.factories import give_tip, make_connection, make_event, make_task, the_tip
from tips.answer.answering import end_rest, explain, react
from tips.make.making import make_tip
from tips.models import Interruption, Tip

Arrange = Callable[[Page, Any], None]

LONG = (
    "Write to the landlord about the broken heating in the bathroom, ask when the plumber comes, "
    "and put the answer with the photographs into the folder for the tenants' association before "
    "the meeting on Thursday"
)
TITLES: Mapping[str, str] = {
    "short": "Pay the rent",
    "one-letter": "X",
    "medium": "Send the corrected slides to Maria and ask her for the figures of the last quarter",
    "long": LONG,
    "one-word": "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
    "unbroken": "https://example.org/" + "very-long-path/" * 12,
    "arabic": "اتصل بالطبيب وحدد موعدًا للفحص السنوي قبل نهاية هذا الأسبوع",
    "hebrew-mixed": "לשלוח את הקובץ report-final.pdf אל Dana עד 17:00",
    "chinese": "给房东写信,询问浴室暖气什么时候修好,并把照片附在邮件里",
    "emoji": "🎂 Order the cake for 👩‍👩‍👧‍👦 and 🧑🏽‍🚀 🇩🇪🇫🇷",
}


def _titled(title: str) -> Arrange:
    def arrange(page: Page, alice: User) -> None:
        give_tip(alice, title)
        open_tip(page, title)

    return arrange


def hold_cards(page: Page) -> None:
    """A card that asks again is not answered, so that its state stays."""

    def answer(route: Route) -> None:
        if "hx-request" not in route.request.headers:
            route.continue_()

    page.route("**/*", answer)


def _wait(page: Page, alice: User) -> None:
    hold_cards(page)
    make_task(alice, "Pay the rent")
    page.goto("/")
    expect_state(page, "wait")


def _reading(page: Page, alice: User) -> None:
    hold_cards(page)
    make_connection(alice, state=Connection.State.NEW, synced_at=None)
    page.goto("/")
    expect_state(page, "reading")


def _rest(page: Page, alice: User) -> None:
    make_connection(alice, source="todoist", account="9", state=Connection.State.RECONNECT)
    make_task(alice, "Someday", due_in=None)
    make_tip(alice.pk, at=NOON)
    page.goto("/")
    expect_state(page, "rest")


def _connect(page: Page, alice: User) -> None:
    page.goto("/")
    expect_state(page, "connect")


def _answered(name: str) -> Arrange:
    def arrange(page: Page, alice: User) -> None:
        give_tip(alice, LONG)
        open_tip(page, LONG)
        press(page, name)
        expect_state(page, "answered")

    return arrange


def _noted(page: Page, alice: User) -> None:
    _answered("Not this")(page, alice)
    press(page, "Not relevant")
    expect(page.get_by_text("Noted: not relevant.")).to_be_visible()


def _already_done(page: Page, alice: User) -> None:
    _answered("Not this")(page, alice)
    press(page, "Already done")
    expect(page.get_by_text("Noted: already done.")).to_be_visible()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()


def _broken_source(page: Page, alice: User) -> None:
    give_tip(alice)
    make_connection(alice, source="todoist", account="9", state=Connection.State.RECONNECT)
    open_tip(page)
    expect(page.get_by_role("link", name="Reconnect it")).to_be_visible()


def _reminder(page: Page, alice: User) -> None:
    make_event(alice, starts_in_min=12, url="https://calendar.example/e/1")
    the_tip(alice)
    page.clock.set_system_time(NOON)  # it tells the time by the clock of the device
    open_tip(page, "Design review")
    expect(page.get_by_text("in 12 minutes")).to_be_visible()
    expect(page.get_by_role("button", name="Later")).to_be_visible()
    expect(page.get_by_role("button", name="Got it")).to_be_visible()
    expect(page.get_by_role("link", name="Open it")).to_be_visible()


def _reminded(page: Page, alice: User) -> None:
    _reminder(page, alice)
    press(page, "Got it")
    expect_state(page, "answered")
    expect(page.get_by_text("in 12 minutes")).to_be_visible()


def _insight(page: Page, alice: User) -> None:
    make_connection(alice)
    grant(alice.pk, "tasks", by="connect", at=NOON)
    Belief.objects.create(
        user=alice, inference="time-of-day", version=1, confidence=0.8, evidence=12,
        value={"start": "09:00", "end": "12:00"}, made_at=NOON, expires_at=NOON + timedelta(days=3),
    )  # fmt: skip
    open_tip(page, the_tip(alice).content)
    expect(page.get_by_role("button", name="Not so")).to_be_visible()
    expect(page.get_by_role("button", name="Later")).to_have_count(0)


def _insight_denied(page: Page, alice: User) -> None:
    _insight(page, alice)
    press(page, "Not so")
    expect_state(page, "answered")
    expect(page.get_by_text("Not so, then.")).to_be_visible()


def _why_insight(page: Page, alice: User) -> None:
    _insight(page, alice)
    page.get_by_role("link", name="Why this?").click()
    expect(page.get_by_text("From 12 things.")).to_be_visible()


def _unconfirmed(page: Page, alice: User) -> None:
    _answered("Done")(page, alice)
    Completion.objects.update(state=Completion.State.FAILED, finished_at=timezone.now())
    page.reload()
    expect(page.get_by_text("never confirmed")).to_be_visible()


def _why(page: Page, alice: User) -> None:
    for n in range(5):
        make_task(alice, f"Another thing that might matter today, number {n}", project="Home")
    give_tip(alice, "Pay the rent", priority=4, project="Home, garden and everything around it")
    open_tip(page)
    page.get_by_role("link", name="Why this?").click()
    expect(page.get_by_role("heading", name="Why this, why now")).to_be_visible()


def _understood(page: Page, alice: User) -> None:
    title = "Ring the council about the parking permit (Mon–Fri 9–16) by Friday"
    give_tip(alice, title, priority=4, words_digest="f" * 32)
    open_tip(page, title)
    page.get_by_role("link", name="Why this?").click()
    page.get_by_role("button", name="Not after").click()
    expect(page.locator(".understood__denied")).to_be_visible()


def _keys(page: Page, alice: User) -> None:
    _titled("Pay the rent")(page, alice)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()


def _path(path: str) -> Arrange:
    def arrange(page: Page, alice: User) -> None:
        make_connection(alice)
        make_connection(alice, source="todoist", account="a.person.with.a.long.address@example.org")
        old = timezone.now() - timedelta(hours=3)
        make_connection(alice, source="calendar-url", account="c", synced_at=old, state="error")
        page.goto(path)

    return arrange


def _stranger(path: str) -> Arrange:
    def arrange(page: Page, alice: User) -> None:
        page.context.clear_cookies()
        page.goto(path)

    return arrange


def _receipt(page: Page, alice: User) -> None:
    _path("/settings/delete")(page, alice)
    page.get_by_role("button", name="Delete everything now").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your account is deleted")


def _refused(page: Page, alice: User) -> None:
    page.goto("/settings/")
    page.get_by_label("Time zone").fill("Middle/Earth")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("This is not a time zone")).to_be_visible()


def _mind(page: Page, alice: User) -> None:
    """With everything that there can be on it, and all that can be opened open."""
    now = timezone.now()
    make_task(alice, "Anna is waiting for the photos", words_digest="a" * 32)
    Reading.objects.create(
        user=alice, kind="task", words="a" * 32, reader="words", version=1, read_at=now,
        traits={"waits": {"value": "Anna", "quote": "Anna is waiting"}},
    )  # fmt: skip
    for key, value in {"momentum": {"a_day": 3}, "focus-area": {"names": ["Home", "Work"]}}.items():
        Belief.objects.create(
            user=alice, inference=key, version=1, value=value, confidence=0.8, evidence=12,
            made_at=now, expires_at=now + timedelta(days=3),
        )  # fmt: skip
    Context.objects.create(user=alice, key="work", title="Work", days=[0, 1, 2, 3, 4])
    Context.objects.create(user=alice, key="rest", title="Rest", is_quiet=True)
    page.goto("/settings/mind")
    page.evaluate("() => document.querySelectorAll('details').forEach((d) => { d.open = true; })")


def _mind_refused(page: Page, alice: User) -> None:
    page.goto("/settings/mind")
    page.get_by_text("Add a situation").click()
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_text("This field is required.")).to_be_visible()


def _one_task(page: Page, alice: User) -> None:
    """All that can be known of it, some of it known, and every form open."""
    make_task(alice, LONG, words_digest="a" * 32)
    now = timezone.now()
    traits = {"waits": {"value": "Anna", "quote": "the tenants' association"},
              "hours": {"value": {"door": "office"}, "quote": "the landlord"}}  # fmt: skip
    Reading.objects.create(
        user=alice, kind="task", words="a" * 32, reader="words", version=1, read_at=now,
        traits=traits,
    )  # fmt: skip
    say(alice.pk, "task", "a" * 32, "prepares", {"what": "the meeting"}, at=now)
    deny(alice.pk, "task", "a" * 32, "waits", at=now)
    page.goto("/settings/mind/understood/task/" + "a" * 32)
    page.evaluate("() => document.querySelectorAll('details').forEach((d) => { d.open = true; })")


def _one_task_refused(page: Page, alice: User) -> None:
    make_task(alice, LONG, words_digest="a" * 32)
    page.goto("/settings/mind/understood/task/" + "a" * 32)
    page.get_by_text("How long does it take?", exact=True).click()
    page.get_by_label("Minutes").fill("9999")
    page.locator("details[open]").get_by_role("button", name="Save").click()
    expect(page.get_by_text("less than or equal to 1440")).to_be_in_viewport()
    expect(page.get_by_label("Minutes")).to_have_value("9999")


def _why_seen(page: Page, alice: User) -> None:
    grant(alice.pk, "tasks", by="connect", at=timezone.now())
    give_tip(alice, "Call the bank", at=timezone.now(), due_on=timezone.now() - timedelta(days=1))
    open_tip(page, "Call the bank")
    page.get_by_role("link", name="Why this?").click()
    expect(page.get_by_text("What oO saw")).to_be_visible()


TIPS: Mapping[str, Arrange] = {
    **{f"tip-{name}": _titled(title) for name, title in TITLES.items()},
    "wait": _wait,
    "reading": _reading,
    "rest": _rest,
    "connect-first": _connect,
    "answered-done": _answered("Done"),
    "answered-later": _answered("Later"),
    "dismissed": _answered("Not this"),
    "dismissed-noted": _noted,
    "already-done": _already_done,
    "tip-broken-source": _broken_source,
    "reminder": _reminder,
    "reminder-answered": _reminded,
    "insight": _insight,
    "insight-denied": _insight_denied,
}
OVER: Mapping[str, Arrange] = {
    "why": _why,
    "why-understood": _understood,
    "why-seen": _why_seen,
    "why-insight": _why_insight,
    "keys": _keys,
    "unconfirmed": _unconfirmed,
}


def _devices(page: Page, alice: User) -> None:
    """One that has shown something, and one with a longer name; and what it was good for."""
    for number, name in enumerate(("Firefox on Linux", "Samsung Internet on Android")):
        Device.objects.create(
            user=alice, channel="web-push", address="{}", digest=str(number), name=name,
            added_at=NOON, sent_at=NOON - timedelta(days=1) if number else None,
        )  # fmt: skip
        Interruption.objects.create(
            user=alice, tip=give_tip(alice, f"Task {number}"), at=NOON - timedelta(days=1),
            spoken=True, why="worth_it", probability=0.5, needed=0.4, features={},
        )  # fmt: skip
        Tip.objects.live().update(state=Tip.State.EXPIRED)
    page.goto("/settings/")
    for summary in page.locator("#devices summary").all():
        summary.click()


def _put_off(page: Page, alice: User) -> None:
    """Each for another reason."""
    react(give_tip(alice, TITLES["short"]), "snooze", at=NOON)
    for title, reason in (("long", "not_relevant"), ("one-word", "wrong")):
        end_rest(alice.pk, at=NOON)
        tip = react(give_tip(alice, TITLES[title]), "dismiss", at=NOON).tip
        explain(tip, reason, at=NOON)
    page.goto("/settings/put-off")


PAGES: Mapping[str, Arrange] = {
    "offline": _path("/offline"),
    "settings": _path("/settings/"),
    "settings-refused": _refused,
    "devices": _devices,
    "mind": _mind,
    "mind-refused": _mind_refused,
    "one-task": _one_task,
    "one-task-refused": _one_task_refused,
    "put-off": _put_off,
    "put-off-nothing": _path("/settings/put-off"),
    "tokens": _path("/settings/tokens"),
    "connections": _path("/connect/"),
    "connect-todoist": _path("/connect/todoist/"),
    "connect-file": _path("/connect/calendar-file/"),
    "delete": _path("/settings/delete"),
    "receipt": _receipt,
    "sign-in": _stranger("/sign-in/"),
    "terms": _stranger("/legal/terms"),
    "privacy": _stranger("/legal/privacy"),
    "not-found": _stranger("/nowhere"),
}
# What the browser says of an answer that is meant to be an error.
EXPECTED = {"not-found": "status of 404", "settings-refused": "status of 422",
            "mind-refused": "status of 422", "one-task-refused": "status of 422"}  # fmt: skip
