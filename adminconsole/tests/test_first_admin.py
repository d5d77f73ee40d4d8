"""Who signs in with the address of ADMIN_SEED_EMAIL is admin, while nobody is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from accounts.models import User
from accounts.tests.browser import Browser
from accounts.tests.conftest import idp as _idp
from adminconsole.audit.marks import mark_of
from adminconsole.models import AuditEntry
from tests.factories import make_person
from tests.stand_ins.openid import Oddity, OpenIdStandIn, Person

pytestmark = pytest.mark.django_db
BOTH = pytest.mark.parametrize("provider", ["google", "apple"])
idp = _idp


@pytest.fixture
def browser(idp: OpenIdStandIn, settings: Any) -> Browser:
    settings.ADMIN_SEED_EMAIL = "alice@example.com"
    return Browser()


def admins() -> list[str]:
    people = User.objects.filter(is_staff=True, is_superuser=True)
    return list(people.order_by("email").values_list("email", flat=True))


@BOTH
def test_they_come_and_are_admin(browser: Browser, provider: str) -> None:
    browser.sign_in(provider, "alice-sub")
    assert admins() == ["alice@example.com"]
    assert browser.get("/console/", follow=True).status_code == 200
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.staff) == ("made first admin", mark_of(User.objects.get().pk))


def test_who_was_here_before_becomes_it_at_the_next_sign_in(
    browser: Browser, settings: Any
) -> None:
    settings.ADMIN_SEED_EMAIL = ""
    browser.sign_in("google", "alice-sub")
    assert admins() == []
    settings.ADMIN_SEED_EMAIL = "alice@example.com"
    browser.sign_in("google", "alice-sub")
    assert admins() == ["alice@example.com"]


@BOTH
def test_an_address_that_the_provider_has_not_verified_makes_nobody_admin(
    browser: Browser, idp: OpenIdStandIn, settings: Any, provider: str
) -> None:
    settings.ADMIN_SEED_EMAIL = ""
    browser.sign_in(provider, "alice-sub")  # when it still was
    settings.ADMIN_SEED_EMAIL = "alice@example.com"
    with getattr(idp, provider).oddly(Oddity.UNVERIFIED_EMAIL):
        assert browser.sign_in(provider, "alice-sub").status_code == 302
    assert browser.who == "alice@example.com"
    assert admins() == []


def test_an_account_whose_address_is_another_one_by_now(
    browser: Browser, idp: OpenIdStandIn, settings: Any
) -> None:
    """What oO has on record does not count."""
    settings.ADMIN_SEED_EMAIL = ""
    dora = Person("dora-sub", "dora@example.com", "Dora Dell")
    idp.add(dora)
    browser.sign_in("google", "dora-sub")
    settings.ADMIN_SEED_EMAIL = "dora@example.com"
    idp.add(replace(dora, email="dell@example.com"))
    browser.sign_in("google", "dora-sub")
    assert browser.who == "dora@example.com"
    assert admins() == []


def test_nobody_else_becomes_it(browser: Browser) -> None:
    browser.sign_in("google", "bob-sub")
    browser.post("/demo/")
    assert admins() == []
    assert not AuditEntry.objects.exists()


def test_the_made_up_person_does_not(browser: Browser, settings: Any) -> None:
    settings.ADMIN_SEED_EMAIL = "demo@oo.invalid"
    browser.post("/demo/")
    assert browser.who == "demo@oo.invalid"
    assert admins() == []


def test_once_there_is_an_admin_it_is_over(browser: Browser) -> None:
    make_person("charlie", is_superuser=True, is_staff=True, is_active=False)
    browser.sign_in("google", "alice-sub")
    assert admins() == ["charlie@example.com"]
    assert not AuditEntry.objects.exists()
