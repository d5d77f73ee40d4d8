"""The stand-in as a process, and playing Google and Apple for unmodified allauth."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.stand_ins.openid import (
    Oddity,
    OpenIdStandIn,
    Person,
    allauth_attributes,
    apple_settings,
    google_settings,
)
from tests.stand_ins.openid.client import (
    ALICE,
    BACK,
    BOB,
    CHARLIE,
    Answers,
    params_of,
)
from tests.stand_ins.openid.visitor import (
    TLS,
    cancel_at_apple,
    cancel_at_google,
    choose_at_apple,
    choose_at_google,
    get,
    post,
    read_form,
)
from tests.stand_ins.openid.wiring import GOOGLE_CLIENT_ID

ROOT = Path(__file__).parents[2]


# Started beforehand, as a process


def start(*arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", *arguments]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def finish(process: subprocess.Popen[str]) -> None:
    process.terminate()
    process.communicate(timeout=20)


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_it_runs_as_a_process_with_people_from_a_file(tmp_path: Path) -> None:
    people = tmp_path / "people.json"
    people.write_text(json.dumps([{"sub": "z", "email": "zoe@example.com", "name": "Zoe"}]))
    process = start("tests.stand_ins.openid", "--port", "0", "--people", str(people))
    try:
        addresses = google_settings(first_line(process))
        asked = {"client_id": GOOGLE_CLIENT_ID, "redirect_uri": BACK, "response_type": "code"}
        page = get(addresses["AUTHORIZE_URL"], params={**asked, "scope": "openid"})
        assert "zoe@example.com" in page.text
    finally:
        finish(process)
    assert process.returncode == 0


def test_it_imports_neither_django_nor_oo() -> None:
    script = (
        "import tests.stand_ins.openid, sys; print({'django', 'oo', 'allauth'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "set()"


def test_settings_computed_beforehand_are_those_of_the_running_stand_in() -> None:
    with OpenIdStandIn() as idp:
        assert google_settings(idp.url) == idp.google_settings()
        assert apple_settings(idp.url) == idp.apple_settings()


# Through unmodified allauth, in a Django site of its own


@pytest.fixture(scope="module")
def shared_idp() -> Iterator[OpenIdStandIn]:
    with OpenIdStandIn() as started:
        yield started


@pytest.fixture(scope="module")
def site(shared_idp: OpenIdStandIn, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("site")
    where = ["--idp", shared_idp.url, "--folder", str(folder)]
    process = start("tests.stand_ins.openid.allauth_site", *where)
    try:
        yield first_line(process)
    finally:
        finish(process)


@pytest.fixture
def browser(site: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=site, verify=TLS, trust_env=False, timeout=20) as client:
        yield client


def leave_for(browser: httpx.Client, provider: str) -> str:
    """Presses the site's sign-in button; gives the provider's address."""
    page = f"/accounts/{provider}/login/"
    token = read_form(browser.get(page).text).fields["csrfmiddlewaretoken"]
    answer = browser.post(page, data={"csrfmiddlewaretoken": token})
    assert answer.status_code == 302
    return answer.headers["location"]


def come_back_from_google(browser: httpx.Client, sub: str) -> httpx.Response:
    return browser.get(choose_at_google(leave_for(browser, "google"), sub))


def come_back_from_apple(browser: httpx.Client, choose: Callable[[str], Any]) -> httpx.Response:
    """Posts Apple's form as a browser does from another site: without the Lax session cookie."""
    form = choose(leave_for(browser, "apple"))
    answer = post(form.action, data=form.fields)
    assert answer.status_code == 302
    assert "/accounts/apple/login/callback/finish/" in answer.headers["location"]
    left = SimpleCookie(answer.headers["set-cookie"])["apple-login-session"]
    domain = browser.base_url.host + ".local"
    browser.cookies.set("apple-login-session", left.value, domain=domain, path=left["path"])
    return browser.get(answer.headers["location"])


def apple_as(sub: str) -> Callable[[str], Any]:
    return lambda address: choose_at_apple(address, sub)


def who_is_here(browser: httpx.Client) -> Answers:
    answers: Answers = browser.get("/").json()
    return answers


def test_allauth_signs_alice_in_with_google(
    browser: httpx.Client, shared_idp: OpenIdStandIn
) -> None:
    answer = come_back_from_google(browser, ALICE)
    assert (answer.status_code, answer.headers["location"]) == (302, "/")
    here = who_is_here(browser)
    assert here["emails"] == {"alice@example.com": True}
    assert here["accounts"] == {"google": ALICE}
    assert here["first_name"] == "Alice"
    assert ("POST", "/google/token") in shared_idp.requests


def test_allauth_asks_google_with_pkce_state_and_offline_access(browser: httpx.Client) -> None:
    asked = params_of(leave_for(browser, "google"))
    assert asked["code_challenge_method"] == "S256"
    assert set(asked["scope"].split()) == {"openid", "email", "profile"}
    assert (asked["access_type"], asked["prompt"]) == ("offline", "consent")
    assert asked["state"]


def test_allauth_knows_the_same_person_again(site: str) -> None:
    seen = []
    for _ in range(2):
        with httpx.Client(base_url=site, verify=TLS, trust_env=False, timeout=20) as browser:
            come_back_from_google(browser, BOB)
            seen.append(who_is_here(browser)["user"])
    assert seen[0] == seen[1]


def test_allauth_signs_in_with_apple_and_its_form_post(
    browser: httpx.Client, shared_idp: OpenIdStandIn
) -> None:
    answer = come_back_from_apple(browser, apple_as(CHARLIE))
    assert (answer.status_code, answer.headers["location"]) == (302, "/")
    here = who_is_here(browser)
    relayed = shared_idp.people[CHARLIE].apple_email
    assert here["accounts"] == {"apple": CHARLIE}
    assert here["emails"] == {relayed: True}
    assert here["first_name"] == "Charlie"


def test_allauth_keeps_an_unverified_address_unverified(
    site: str, shared_idp: OpenIdStandIn
) -> None:
    for number, sign_in in enumerate((come_back_from_google, come_back_from_apple)):
        person = Person(f"un-{number}", f"un-{number}@example.com", "Un", email_verified=False)
        shared_idp.add(person)
        with httpx.Client(base_url=site, verify=TLS, trust_env=False, timeout=20) as browser:
            if sign_in is come_back_from_google:
                come_back_from_google(browser, person.sub)
            else:
                come_back_from_apple(browser, apple_as(person.sub))
            assert who_is_here(browser)["emails"] == {person.email: False}


def test_cancelling_either_way_signs_nobody_in(browser: httpx.Client) -> None:
    answer = browser.get(cancel_at_google(leave_for(browser, "google")))
    assert answer.headers["location"].endswith("/login/cancelled/")
    # allauth has no word for Apple's own error code, so this one is not called a cancellation.
    assert "Login Failure" in come_back_from_apple(browser, cancel_at_apple).text
    assert who_is_here(browser) == {"signed_in": False}


@pytest.mark.parametrize(
    "oddity",
    [
        Oddity.EXPIRED_ID_TOKEN,
        Oddity.WRONG_AUDIENCE,
        Oddity.WRONG_ISSUER,
        Oddity.TOKEN_ERROR,
    ],
)
def test_allauth_refuses_what_is_odd(
    browser: httpx.Client, shared_idp: OpenIdStandIn, oddity: Oddity
) -> None:
    with shared_idp.google.oddly(oddity), shared_idp.apple.oddly(oddity):
        answers = [
            come_back_from_google(browser, ALICE),
            come_back_from_apple(browser, apple_as(ALICE)),
        ]
    assert ["Login Failure" in answer.text for answer in answers] == [True, True]
    assert who_is_here(browser) == {"signed_in": False}


def test_allauth_refuses_apple_with_a_wrong_signature(
    browser: httpx.Client, shared_idp: OpenIdStandIn
) -> None:
    with shared_idp.apple.oddly(Oddity.WRONG_SIGNATURE):
        assert "Login Failure" in come_back_from_apple(browser, apple_as(ALICE)).text
    assert who_is_here(browser) == {"signed_in": False}


def test_allauth_trusts_google_whatever_the_signature_since_it_asked_itself(
    browser: httpx.Client, shared_idp: OpenIdStandIn
) -> None:
    with shared_idp.google.oddly(Oddity.WRONG_SIGNATURE):
        come_back_from_google(browser, ALICE)
    assert who_is_here(browser)["signed_in"]


def test_allauth_gives_up_on_a_slow_provider(
    browser: httpx.Client, shared_idp: OpenIdStandIn
) -> None:
    with shared_idp.google.oddly(Oddity.SLOW):
        assert "Login Failure" in come_back_from_google(browser, ALICE).text
    assert who_is_here(browser) == {"signed_in": False}


def test_the_settings_reach_every_address_that_allauth_uses(tmp_path: Path) -> None:
    script = (
        "import json, sys; from pathlib import Path; from pkgutil import resolve_name\n"
        "from tests.stand_ins.openid import allauth_attributes, allauth_site\n"
        "allauth_site.prepare('http://there', Path(sys.argv[1]))\n"
        "print(json.dumps({name: resolve_name(name) for name in allauth_attributes('')}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout) == allauth_attributes("http://there")
