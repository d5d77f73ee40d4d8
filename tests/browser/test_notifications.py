"""Switching notifications on in a real browser, and what its service worker does with one.

Chromium has no push service here: what `subscribe` would return is given to it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, Worker, expect

from accounts.models import User
from notifier.channels.web_push.keys import VapidKey
from notifier.models import Device
from oo.lib.crypto import generate_key
from tests.browser.conftest import Visit, session_of
from tests.browser.site import Site
from tests.browser.watch import Watch
from tests.factories import give_tip
from tests.stand_ins.push import BrowserStandIn, PushStandIn

pytestmark = pytest.mark.browser

SUBSCRIBES = """(subscription) => {
  const told = JSON.parse(subscription);
  const bytes = (text) => {
    const raw = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    return Uint8Array.from(raw, (c) => c.charCodeAt(0)).buffer;
  };
  const find = () => {
    const key = localStorage.getItem("subscribed-with");
    const unsubscribe = async () => localStorage.removeItem("subscribed-with");
    const options = key && { applicationServerKey: bytes(key) };
    return key && { key, options, unsubscribe, toJSON: () => told };
  };
  PushManager.prototype.getSubscription = async () => find();
  PushManager.prototype.subscribe = async ({ applicationServerKey }) => {
    if ((find()?.key ?? applicationServerKey) !== applicationServerKey)
      throw new DOMException("there is one with another key", "InvalidStateError");
    localStorage.setItem("subscribed-with", applicationServerKey);
    return find();
  };
}"""

# Comes to its end only when no notification stands any more.
NOTHING_SHOWN = """async () => {
  const worker = await navigator.serviceWorker.ready;
  while ((await worker.getNotifications()).length) await new Promise((r) => setTimeout(r, 50));
}"""

SHOWN = """async () => {
  const worker = await navigator.serviceWorker.ready;
  return (await worker.getNotifications()).map(({ title }) => title);
}"""


@pytest.fixture
def browser(settings: Any, site: Site) -> Iterator[BrowserStandIn]:
    settings.OO_VAPID_KEY = generate_key()
    with PushStandIn() as service:
        settings.OO_PRIVATE_HOSTS_ALLOWED = frozenset({service.address})
        yield service.browser(VapidKey.load(settings.OO_VAPID_KEY).public)


@pytest.fixture
def page(visit: Visit, alice: User, site: Site, browser: BrowserStandIn) -> Page:
    return subscribing(visit(alice), site, browser)


def subscribing(page: Page, site: Site, browser: BrowserStandIn) -> Page:
    """The settings, in a browser whose service is the stand-in."""
    page.context.grant_permissions(["notifications"], origin=site.url)
    subscription = json.dumps(browser.subscription())
    page.add_init_script(f"({SUBSCRIBES})({subscription})")
    page.goto("/settings/")
    return page


def test_a_device_is_switched_on_tried_and_removed(page: Page, browser: BrowserStandIn) -> None:
    page.get_by_role("button", name="Notify me on this device").click()
    devices = page.get_by_role("region", name="Notifications")
    expect(devices.get_by_text("this one")).to_be_visible()
    expect(page.get_by_role("button", name="Notify me on this device")).to_be_hidden()
    devices.get_by_role("button", name="Try it").click()
    expect(page.get_by_text("on its way")).to_be_visible()
    assert [pushed.told["title"] for pushed in browser.queue] == ["This is how oO speaks up."]
    devices.get_by_text("Its locked screen shows only that").click()
    devices.get_by_role("button", name="Show the suggestion itself").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    assert Device.objects.get().shows == "tip"
    devices.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("no longer gets notifications")).to_be_visible()
    expect(page.get_by_role("button", name="Notify me on this device")).to_be_visible()
    assert not Device.objects.exists()


def test_with_another_key_of_oos_a_device_is_offered_anew(
    page: Page, browser: BrowserStandIn, settings: Any
) -> None:
    offer = page.get_by_role("button", name="Notify me on this device")
    offer.click()
    expect(page.get_by_text("this one")).to_be_visible()
    settings.OO_VAPID_KEY = generate_key()
    page.reload()
    expect(offer).to_be_visible()
    expect(page.get_by_text("this one")).to_be_hidden()
    offer.click()
    expect(page.get_by_text("this one")).to_be_visible()
    expect(offer).to_be_hidden()
    shown = page.evaluate("() => localStorage.getItem('subscribed-with')")
    assert shown == VapidKey.load(settings.OO_VAPID_KEY).public
    assert Device.objects.count() == 1


@pytest.fixture
def worker(page: Page) -> Worker:
    """Of a browser that is switched on and shows a notification; it notes that it unsubscribed."""
    page.get_by_role("button", name="Notify me on this device").click()
    expect(page.get_by_text("this one")).to_be_visible()
    page.evaluate(
        "() => navigator.serviceWorker.ready.then((w) => w.showNotification('Pay the rent'))"
    )
    page.reload()  # so that the worker stands before it
    [worker] = page.context.service_workers
    worker.evaluate(
        """() => {
          const unsubscribe = async () => { self.unsubscribed = true; };
          PushManager.prototype.getSubscription = async () => ({ unsubscribe });
        }"""
    )
    return worker


def test_signing_out_switches_this_browser_off(
    page: Page, worker: Worker, alice: User, site: Site
) -> None:
    page.get_by_role("button", name="Sign out", exact=True).click()
    expect(page).to_have_url("/sign-in/")
    assert not Device.objects.exists()
    page.evaluate(NOTHING_SHOWN)
    assert worker.evaluate("() => self.unsubscribed") is True
    page.context.add_cookies([session_of(alice, site.url)])
    page.goto("/settings/")
    expect(page.get_by_role("button", name="Notify me on this device")).to_be_visible()
    assert page.evaluate("() => localStorage.getItem('oo-device')") is None


@pytest.mark.parametrize("why", ["offline", "refused"])
def test_who_could_not_sign_out_is_reached_as_before(
    page: Page, worker: Worker, watch: Watch, why: str
) -> None:
    sign_out = page.get_by_role("button", name="Sign out", exact=True)
    if why == "offline":
        watch.expect_no_network()
        page.context.set_offline(True)
        with page.expect_event("requestfailed"):
            sign_out.click(no_wait_after=True)
        page.context.set_offline(False)
    else:
        watch.expect("status of 403")
        token = "form[data-sign-out] [name=csrfmiddlewaretoken]"
        page.eval_on_selector(token, "(field) => { field.value = 'x'.repeat(64); }")
        with page.expect_response(lambda answer: answer.status == 403):
            sign_out.click()
        page.wait_for_load_state()
    page.goto("/settings/")
    expect(page.get_by_text("this one")).to_be_visible()
    assert page.evaluate(SHOWN) == ["Pay the rent"]
    assert worker.evaluate("() => self.unsubscribed") is None
    assert Device.objects.count() == 1


def test_who_says_no_is_told_where_to_say_yes(page: Page) -> None:
    page.evaluate("Notification.requestPermission = async () => 'denied'")
    page.get_by_role("button", name="Notify me on this device").click()
    expect(page.get_by_role("alert")).to_contain_text("Allow them in its settings")
    assert not Device.objects.exists()


def test_a_push_is_shown_and_a_tap_opens_the_tip(page: Page, alice: User, site: Site) -> None:
    give_tip(alice)
    page.goto("/")
    page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    told = {
        "title": "Pay the rent",
        "body": "Due today",
        "tag": "tip-1",
        "path": "/",
        "actions": [],
    }
    worker = page.context.new_cdp_session(page)
    registrations: list[str] = []
    worker.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda said: registrations.extend(r["registrationId"] for r in said["registrations"]),
    )
    worker.send("ServiceWorker.enable")
    page.wait_for_timeout(200)
    worker.send(
        "ServiceWorker.deliverPushMessage",
        {"origin": site.url, "registrationId": registrations[0], "data": json.dumps(told)},
    )
    shown = """async () => {
      const worker = await navigator.serviceWorker.ready;
      const found = await worker.getNotifications();
      return found.map(({ title, body, tag }) => ({ title, body, tag }));
    }"""
    for _ in range(50):
        found = page.evaluate(shown)
        if found:
            break
        page.wait_for_timeout(100)
    assert found == [{"title": "Pay the rent", "body": "Due today", "tag": "tip-1"}]
