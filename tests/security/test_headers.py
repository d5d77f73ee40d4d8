"""What every answer tells the browser to refuse, and that no page asks for what is refused."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import pytest
from csp.middleware import CSPMiddleware
from django.conf import settings as configured
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from accounts.models import User
from tests.factories import give_tip, make_event
from tests.security.html import Page
from tests.security.journey import Journey, travel
from tests.security.routes import find_routes

pytestmark = pytest.mark.postgres  # takes a while, and does not depend on the database

UNSAFE = ("'unsafe-inline'", "'unsafe-eval'", "'unsafe-hashes'", "'strict-dynamic'", "*", "http:")
NOTHING: Mapping[str, str] = {}
# Of the console, by Unfold: its attributes are read as code, its colours stand in the page.
UNFOLDED = {"script-src": "'unsafe-eval'", "style-src": "'unsafe-inline'"}
CLOSED = ("default-src", "frame-ancestors", "base-uri")
# What may be kept by caches that many people share: nothing of anybody's.
PUBLIC = ("/manifest.webmanifest", "/offline", "/sw.js")


def policy_of(answer: Any) -> dict[str, list[str]]:
    parts = [part.split() for part in answer["Content-Security-Policy"].split(";") if part.strip()]
    return {name: values for name, *values in parts}


def is_html(answer: Any) -> bool:
    return str(answer.get("Content-Type", "")).startswith("text/html")


def complaints(answer: Any, unsafe: Mapping[str, str] = NOTHING) -> list[str]:
    """What is wrong with the headers of an answer, in words; `unsafe` is what may be, by
    directive."""
    policy = policy_of(answer)
    found = [
        f"{name} {values}"
        for name, values in policy.items()
        if set(values) & set(UNSAFE) - {unsafe.get(name)}
    ]
    found += [name for name in CLOSED if policy.get(name) != ["'none'"]]
    if "form-action" not in policy:  # the one that does not fall back to default-src
        found.append("form-action")
    expected = {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "X-Frame-Options": "DENY",
    }
    found += [name for name, value in expected.items() if answer.get(name) != value]
    if "camera=()" not in answer.get("Permissions-Policy", ""):
        found.append("Permissions-Policy")
    return found + [name for name in ("Server", "X-Powered-By", "Via") if name in answer.headers]


def test_every_answer_of_a_whole_journey_closes_what_it_does_not_use(journey: Journey) -> None:
    travel(journey)
    assert len(journey.pages) > 50
    assert {sent: wrong for sent, a in journey.pages if (wrong := complaints(a))} == {}


def test_no_page_of_a_whole_journey_brings_code_or_style_along(journey: Journey) -> None:
    travel(journey)
    pages = [(sent, Page(a.content.decode())) for sent, a in journey.pages if is_html(a)]
    assert len(pages) > 30
    assert {sent: page.inline for sent, page in pages if page.inline} == {}
    loads = {address for _sent, page in pages for address in page.loads}
    assert loads
    assert {address for address in loads if not address.startswith("/static/")} == set()


def test_nobody_keeps_a_copy_of_a_page_of_a_journey(journey: Journey) -> None:
    travel(journey)
    kept = {
        sent: answer["Cache-Control"]
        for sent, answer in journey.pages
        if "no-store" not in answer["Cache-Control"] and not sent.startswith(PUBLIC)
    }
    assert kept == {}


@pytest.mark.parametrize("route", find_routes(), ids=lambda route: route.name)
def test_every_route_has_the_headers_for_a_stranger_too(route: Any, db: None) -> None:
    unsafe = UNFOLDED if route.path().startswith("/console/") else NOTHING
    assert complaints(Client().get(route.path()), unsafe) == []


def test_a_nonce_is_never_used_twice() -> None:
    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse(str(request.csp_nonce))  # type: ignore[attr-defined]

    ask: Any = CSPMiddleware(view)
    answers = [ask(RequestFactory().get("/")) for _turn in range(3)]
    nonces = [answer.content.decode() for answer in answers]
    assert len(set(nonces)) == 3
    assert all(len(nonce) >= 22 for nonce in nonces)
    for nonce, answer in zip(nonces, answers, strict=True):
        assert f"'nonce-{nonce}'" in policy_of(answer)["script-src"]


@pytest.fixture
def console(alice: User) -> Client:
    """A member of the team, and something to look at in every table."""
    make_event(alice, starts_in_min=90)
    give_tip(alice, "Pay rent")
    User.objects.filter(pk=alice.pk).update(is_staff=True, is_superuser=True)
    client = Client()
    client.force_login(alice, backend="accounts.backend.PersonBackend")
    return client


def test_the_console_works_under_the_same_policy(console: Client) -> None:
    """Lists, one row of each, pages and the search of all: no script stands in any of them."""
    start = console.get("/console/", follow=True)
    seen: set[str] = set()
    todo = [a for a in Page(start.content.decode()).links if a.startswith("/console/")]
    while todo:
        address = todo.pop()
        if address in seen or len(seen) > 150 or "logout" in address:
            continue
        seen.add(address)
        answer = console.get(address)
        if not is_html(answer):
            continue
        page = Page(answer.content.decode())
        scripts = [each for each in page.inline if "style" not in each]
        assert (address, scripts, complaints(answer, UNFOLDED)) == (address, [], [])
        assert all(a.startswith(("/static/", "/console/jsi18n/")) for a in page.loads)
        todo += [a for a in page.links if a.startswith("/console/") and "?" not in a]
    assert len(seen) > 20


# ---- production -----------------------------------------------------------------------------

NAMES = (
    "SECURE_HSTS_SECONDS",
    "SECURE_HSTS_INCLUDE_SUBDOMAINS",
    "SECURE_HSTS_PRELOAD",
    "SECURE_SSL_REDIRECT",
    "SESSION_COOKIE_SECURE",
    "SESSION_COOKIE_NAME",
    "SESSION_COOKIE_HTTPONLY",
    "CSRF_COOKIE_SECURE",
    "CSRF_COOKIE_NAME",
    "CSRF_COOKIE_HTTPONLY",
)
READ = "import json, oo.settings.production as p; print(json.dumps({n: getattr(p, n) for n in %r}))"


@pytest.fixture
def production(settings: Any) -> None:
    """What production says about transport and cookies, in force here."""
    env = {
        **os.environ,
        "OO_SECRET_KEY": "x" * 60,
        "OO_ENCRYPTION_KEYS": configured.OO_ENCRYPTION_KEYS[0],
        "OO_BASE_URL": "https://oo.example",
    }
    made = subprocess.run(
        [sys.executable, "-c", READ % (NAMES,)],
        env=env,
        cwd=configured.ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name, value in json.loads(made.stdout).items():
        setattr(settings, name, value)


def test_production_speaks_tls_alone_and_says_so(production: None, db: None) -> None:
    plain, secure = Client().get("/sign-in/"), Client().get("/sign-in/", secure=True)
    assert plain.status_code == 301
    assert plain["Location"].startswith("https://")
    age, *words = secure["Strict-Transport-Security"].split("; ")
    assert int(age.removeprefix("max-age=")) >= 31_536_000
    assert set(words) == {"includeSubDomains", "preload"}


def test_cookies_of_production_cannot_be_read_set_or_sent_from_elsewhere(
    production: None, db: None
) -> None:
    client = Client()
    answers = [client.post("/demo/", secure=True), client.get("/", secure=True)]
    jar = {name: cookie for answer in answers for name, cookie in answer.cookies.items()}
    assert set(jar) == {"__Host-session", "__Host-csrf"}
    for cookie in jar.values():
        assert (cookie["secure"], cookie["httponly"], cookie["samesite"]) == (True, True, "Lax")
        assert (cookie["path"], cookie["domain"]) == ("/", "")
