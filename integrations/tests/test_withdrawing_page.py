"""Withdrawing a consent asks first, and the page says what goes."""

from __future__ import annotations

from django.test import Client

from accounts.models import Consent, User
from accounts.privacy import consents
from integrations.models import Connection
from tests.clock import NOON
from tests.factories import make_connection, make_event, make_task

PAGE = "/settings/consents/calendar/withdraw"


def text(client: Client, path: str) -> str:
    return client.get(path, follow=True).content.decode()


def test_settings_lead_to_a_question_and_asking_changes_nothing(
    alice: User, alice_client: Client
) -> None:
    consents.grant(alice.pk, "calendar", by="connect", at=NOON)
    assert f'href="{PAGE}"' in text(alice_client, "/settings/")
    assert f'action="{PAGE}"' not in text(alice_client, "/settings/")
    assert alice_client.get(PAGE).status_code == alice_client.head(PAGE).status_code == 200
    assert Consent.objects.open(alice.pk).filter(key="calendar").exists()


def test_it_names_each_connection_that_ends_and_counts_what_goes(
    alice: User, bob: User, alice_client: Client
) -> None:
    consents.grant(alice.pk, "calendar", by="connect", at=NOON)
    ending = make_connection(alice, source="calendar-url", account="1", label="<Family>")
    staying = make_connection(alice, source="todoist", account="2", label="Work list")
    theirs = make_connection(bob, source="calendar-url", account="3", label="Bob's")
    for number in range(2):
        make_event(alice, connection=ending, starts_in_min=number)
    make_task(alice, connection=staying)
    make_event(bob, connection=theirs)
    page = text(alice_client, PAGE)
    assert "(&lt;Family&gt;) is disconnected, and oO forgets what it read there: 2 calendar" in page
    assert page.count("is disconnected") == 1
    assert "Work list" not in page
    assert "Bob" not in page


def test_what_is_there_for_tasks_and_calendar_ends_with_either(
    alice: User, alice_client: Client
) -> None:
    consents.grant(alice.pk, "calendar", by="connect", at=NOON)
    sample = make_connection(alice, label="Nora")
    make_task(alice, connection=sample)
    make_event(alice, connection=sample)
    assert "(Nora) is disconnected, and oO forgets what it read there: 1 task, 1 calendar" in text(
        alice_client, PAGE
    )


def test_the_button_of_the_page_withdraws_once(alice: User, alice_client: Client) -> None:
    consents.grant(alice.pk, "calendar", by="connect", at=NOON)
    assert "Withdrawn: Your calendar." in alice_client.post(PAGE, follow=True).content.decode()
    assert not Consent.objects.open(alice.pk).filter(key="calendar").exists()
    assert "Withdrawn" not in alice_client.post(PAGE, follow=True).content.decode()


def test_there_is_no_question_about_what_was_never_allowed(alice_client: Client) -> None:
    assert alice_client.get(PAGE).status_code == 302
    assert alice_client.get("/settings/consents/nothing/withdraw").status_code == 404


def test_the_question_is_for_who_is_signed_in(client: Client, db: None) -> None:
    assert client.get(PAGE)["Location"].startswith("/sign-in/")


def test_the_sample_says_what_is_agreed_to_before_the_click(alice_client: Client) -> None:
    page = text(alice_client, "/connect/")
    offer = page[page.index("<h2") : page.index("Try it<span")]
    assert "oO reads the tasks in the apps" in offer
    assert "oO reads the entries in the calendars" in offer
    assert "you agree to this" in offer
    assert "<details" not in offer
    assert not Connection.objects.exists()
