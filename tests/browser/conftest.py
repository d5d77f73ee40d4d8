"""A real Chromium before a real oO: on PostgreSQL, in the tests' own time, with the stand-ins.

Work for Celery is done at once, in the request that asks for it; what waits for a moment waits, and
a test calls it when that moment has come. Most visits ask for reduced motion, which spares the
tests the arrival of each card; those that are about motion do not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection, connections
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from accounts.models import User
from oo.celery import app
from tests import servers
from tests.browser.site import Site, serving
from tests.browser.watch import Watch
from tests.clock import NOON
from tests.stand_ins.openid import OpenIdStandIn
from tests.stand_ins.todoist import Clock, TodoistStandIn

# The last two keep the browser on this machine.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-quic",
    "--host-resolver-rules=MAP localhost 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
PATIENCE_MS = 15_000

Visit = Callable[..., Page]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """For one module: while Playwright runs, Django takes this thread for an asynchronous one."""
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=servers.chromium(), args=FLAGS)
        expect.set_options(timeout=PATIENCE_MS)
        yield browser
        browser.close()


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """A Tuesday noon in Berlin, from which time passes as it does."""
    with time_machine.travel(NOON.astimezone(UTC), tick=True) as traveller:
        yield traveller


@pytest.fixture
def site(
    transactional_db: None,
    clock: time_machine.Traveller,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Site]:
    if connection.vendor != "postgresql":
        pytest.fail("The browser tests run on PostgreSQL: use make test, or set DATABASE_URL.")
    monkeypatch.setitem(connections.settings["default"], "CONN_MAX_AGE", 0)
    monkeypatch.setitem(app.conf, "task_always_eager", True)
    monkeypatch.setitem(app.conf, "task_eager_propagates", True)
    settings.WHITENOISE_USE_FINDERS = True
    cache.clear()
    with serving() as started:
        settings.OO_BASE_URL = started.url
        yield started
    assert started.gate.failures == []


@pytest.fixture
def watch(site: Site) -> Iterator[Watch]:
    watching = Watch(site.url)
    yield watching
    assert watching.complaints == []


@pytest.fixture
def visit(chromium: Browser, site: Site, watch: Watch) -> Iterator[Visit]:
    """visit(person, **options of a browser context): a browser of its own, at an empty page."""
    contexts: list[BrowserContext] = []

    def begin(person: User | None = None, **options: Any) -> Page:
        usual = {"reduced_motion": "reduce", "timezone_id": "Europe/Berlin", "locale": "en-GB"}
        context = chromium.new_context(base_url=site.url, **{**usual, **options})
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        watch.over(context)
        if person is not None:
            context.add_cookies([session_of(person, site.url)])
        return context.new_page()

    yield begin
    for context in contexts:
        context.close()


def session_of(person: User, url: str) -> Any:
    """The cookie of somebody who has just signed in, for the site at `url`."""
    client = Client()
    client.force_login(person, backend="accounts.backend.PersonBackend")
    return {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": url}


@pytest.fixture
def page(visit: Visit) -> Page:
    """A stranger's browser."""
    return visit()


@pytest.fixture
def idp(site: Site, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenIdStandIn]:
    """Google and Apple; the policy for forms lets people go there, as it does in production."""
    with OpenIdStandIn() as stand_in:
        for name, value in stand_in.allauth_attributes().items():
            monkeypatch.setattr(name, value)
        settings.GOOGLE_REVOKE_URL = stand_in.google_revoke_url()
        settings.APPLE_REVOKE_URL = stand_in.apple_revoke_url()
        settings.CONTENT_SECURITY_POLICY = _with_target(settings, stand_in.url)
        yield stand_in


@pytest.fixture
def todoist(site: Site, settings: Any) -> Iterator[TodoistStandIn]:
    with TodoistStandIn(clock=Clock(NOON.astimezone(UTC)), timezone="Europe/Berlin") as stand_in:
        settings.TODOIST_CLIENT_ID = stand_in.client_id
        settings.TODOIST_CLIENT_SECRET = stand_in.client_secret
        settings.TODOIST_API_URL = f"{stand_in.url}/api/v1/"
        settings.TODOIST_AUTH_URL = f"{stand_in.url}/oauth/authorize"
        settings.TODOIST_TOKEN_URL = f"{stand_in.url}/oauth/access_token"
        yield stand_in


def _with_target(settings: Any, origin: str) -> dict[str, Any]:
    policy = settings.CONTENT_SECURITY_POLICY
    allowed = [*policy["DIRECTIVES"]["form-action"], origin]
    return {**policy, "DIRECTIVES": {**policy["DIRECTIVES"], "form-action": allowed}}
