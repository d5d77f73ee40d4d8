from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template.loader import get_template
from django.test import Client
from django.urls import reverse

from accounts.models import Consent, User
from accounts.settings.sections import sections_for
from integrations import tasks
from integrations.connect import words
from integrations.models import Connection, Task
from integrations.sync import syncing
from integrations.tests.scripted import (
    MINUTE,
    Scripted,
    make_scripted_connection,
    make_scripted_task,
)
from oo.lib.http import Refused, TooLarge, Unauthorized, Unexpected, Unreachable
from tests.clock import NOON

PAGE = "/connect/"
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _at_noon(time_machine: Any) -> None:
    time_machine.move_to(NOON, tick=False)


@pytest.fixture(autouse=True)
def queued(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    found: list[Any] = []
    monkeypatch.setattr(tasks.sync_one, "apply_async", lambda args, **_more: found.append(args[0]))
    return found


def start(source: str) -> str:
    return reverse("integrations:start", args=[source])


def read(client: Client, path: str = PAGE, **more: Any) -> str:
    return client.get(path, **more).content.decode()


# ---- what is connected ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "Reading for the first time."),
        ({"state": "ok", "synced_at": NOON}, "Synced just now."),
        ({"state": "ok", "synced_at": NOON - 3 * MINUTE}, "Synced 3 minutes ago."),
        ({"state": "ok", "synced_at": NOON - MINUTE}, "Synced 1 minute ago."),
        ({"state": "ok", "synced_at": NOON - 59.8 * MINUTE}, "Synced 1 hour ago."),
        ({"state": "ok", "synced_at": NOON - 26 * HOUR}, "Synced 1 day ago."),
        ({"state": "ok", "synced_at": NOON - HOUR, "claimed_until": NOON + MINUTE}, "Reading now."),
        (
            {"state": "retrying", "last_error": "unreachable", "next_sync_at": NOON + 5 * MINUTE},
            "Scripted cannot be reached. Trying again in 5 minutes.",
        ),
        (
            {"state": "retrying", "last_error": "rate_limited", "next_sync_at": NOON},
            "Scripted asked oO to slow down. Trying again now.",
        ),
        (
            {"state": "retrying", "last_error": "new code"},
            "oO could not read what Scripted sent. Trying again in 1 hour.",
        ),
        ({"state": "reconnect"}, "Reconnect needed: Scripted does not let oO in any more."),
    ],
)
def test_the_state_of_a_connection_is_said_in_words(
    scripted: Scripted, alice: User, fields: dict[str, Any], said: str
) -> None:
    row = make_scripted_connection(alice, **({"next_sync_at": NOON + HOUR} | fields))
    assert words.describe(row, "Scripted", at=NOON) == said


def test_the_page_lists_my_connections_and_nobody_elses(
    connection: Connection, alice_client: Client, bob_client: Client
) -> None:
    assert "alice@scripted" in read(alice_client)
    assert "alice@scripted" not in read(bob_client)


def test_what_may_not_be_read_any_more_is_leaving_at_once(
    alice: User, alice_client: Client, connection: Connection
) -> None:
    Connection.objects.update(state="ok", synced_at=NOON, next_sync_at=NOON + HOUR)
    assert "Sync now" in read(alice_client)
    Consent.objects.withdraw(alice.pk, "tasks", at=NOON)
    page = read(alice_client)
    assert "Giving the access back." in page
    assert "Sync now" not in page
    assert "?disconnect=" not in page


def test_the_rows_ask_again_only_while_one_is_being_read(
    connection: Connection, alice_client: Client
) -> None:
    assert "every 2s" in read(alice_client)
    Connection.objects.update(state="ok", synced_at=NOON, next_sync_at=NOON + HOUR)
    assert "every 2s" not in read(alice_client)
    Connection.objects.update(state="reconnect", next_sync_at=NOON)
    assert "every 2s" not in read(alice_client)


def test_htmx_gets_the_rows_alone(connection: Connection, alice_client: Client) -> None:
    page = read(alice_client, headers={"HX-Request": "true"})
    assert page.lstrip().startswith('<ul id="connections"')
    assert "alice@scripted" in page
    assert "<html" not in page


def test_the_settings_page_shows_the_rows(
    connection: Connection, alice: User, django_assert_num_queries: Any
) -> None:
    def drawn() -> str:
        found = sections_for(alice)
        (section,) = (s for s in found if s.template.startswith("integrations/"))
        context = {"section": section.context, "csrf_token": "the-token"}
        return get_template(section.template).render(context)

    with django_assert_num_queries(2):
        page = drawn()
    assert "alice@scripted" in page
    assert "the-token" not in page  # it is being read: there is nothing to press
    Connection.objects.update(state="ok", synced_at=NOON, next_sync_at=NOON + HOUR)
    assert "the-token" in drawn()


def test_a_connection_whose_source_is_gone_is_still_shown(
    alice: User, alice_client: Client
) -> None:
    make_scripted_connection(alice, source="moon", state="reconnect")
    page = read(alice_client)
    assert "moon" in page
    assert ">Reconnect<" not in page


def test_disconnecting_asks_first_and_then_forgets(
    scripted: Scripted, connection: Connection, alice_client: Client
) -> None:
    make_scripted_task(connection)
    page = read(alice_client, f"{PAGE}?disconnect={connection.pk}")
    leave = reverse("integrations:disconnect", args=[connection.pk])
    assert f'action="{leave}"' in page
    assert alice_client.post(leave)["Location"] == PAGE
    assert not Task.objects.exists()  # at once
    assert scripted.script.revoked == []  # no page waits for it
    page = read(alice_client)
    assert "has forgotten" in page
    assert "Giving the access back." in page
    assert leave not in page
    syncing.sync(connection.pk, at=NOON)
    assert not Connection.objects.exists()
    assert len(scripted.script.revoked) == 1


def test_sync_now_makes_it_due_and_says_so(
    connection: Connection, alice_client: Client, queued: list[str]
) -> None:
    Connection.objects.update(state="ok", synced_at=NOON - HOUR, next_sync_at=NOON + HOUR)
    alice_client.post(reverse("integrations:sync", args=[connection.pk]))
    assert queued == [str(connection.pk)]
    assert "Reading now." in read(alice_client)


@pytest.mark.parametrize("name", ["sync", "disconnect"])
def test_bob_cannot_touch_alices_connection(
    name: str, connection: Connection, bob_client: Client, queued: list[str]
) -> None:
    assert bob_client.post(reverse(f"integrations:{name}", args=[connection.pk])).status_code == 404
    assert bob_client.post(reverse(f"integrations:{name}", args=[uuid4()])).status_code == 404
    assert Connection.objects.get().next_sync_at == connection.next_sync_at
    assert queued == []


def test_bob_is_not_asked_about_alices_connection(
    connection: Connection, bob_client: Client
) -> None:
    page = read(bob_client, f"{PAGE}?disconnect={connection.pk}")
    assert str(connection.pk) not in page


@pytest.mark.parametrize("path", [PAGE, "/connect/scripted/", "/connect/scripted/callback"])
def test_signed_out_visitors_sign_in_first(scripted: Scripted, client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign-in/")


@pytest.mark.parametrize("name", ["sync", "disconnect"])
def test_a_look_changes_nothing(name: str, connection: Connection, alice_client: Client) -> None:
    assert (
        alice_client.get(reverse(f"integrations:{name}", args=[connection.pk])).status_code == 405
    )


# ---- what can be connected ------------------------------------------------------------------


def test_a_first_visitor_is_welcomed_and_offered_the_sample_first(
    scripted: Scripted, alice_client: Client
) -> None:
    page = read(alice_client)
    assert "look around first" in page
    assert page.index("Scripted sample") < page.index("Scripted calendar")
    assert "reads the tasks in the apps" in page  # what the sample's button agrees to


def test_the_sample_takes_one_tap_and_leads_to_the_tip(
    scripted: Scripted, alice_client: Client
) -> None:
    answer = alice_client.post(start("scripted-sample"))
    assert answer["Location"] == reverse("tips:now")
    assert Connection.objects.get().source == "scripted-sample"
    page = read(alice_client)
    assert f'action="{start("scripted-sample")}"' not in page  # once is enough
    assert start("scripted-calendar") in page


def test_the_page_of_a_source_says_what_is_read(scripted: Scripted, alice_client: Client) -> None:
    page = read(alice_client, start("scripted"))
    assert "reads the tasks in the apps" in page
    assert "Continue to Scripted" in page
    assert 'type="password"' in page
    assert 'autocomplete="off"' in page


def work() -> None:
    """What the worker does with what was asked for."""
    for pk in Connection.objects.unknown().values_list("pk", flat=True):
        syncing.sync(pk, at=NOON)


def test_a_pasted_token_is_checked_by_a_worker_and_connects(
    scripted: Scripted, connection: Connection, alice_client: Client, queued: list[Any]
) -> None:
    answer = alice_client.post(start("scripted"), {"access_token": "pasted"})
    assert answer["Location"] == PAGE
    (asked,) = Connection.objects.unknown()
    assert queued == [str(asked.pk)]
    page = read(alice_client)
    assert "Asking Scripted." in page
    assert "every 2s" in page
    work()
    assert Connection.objects.get().read_credentials() == {"access_token": "pasted"}
    assert "Reading for the first time." in read(alice_client)


def test_the_first_connection_leads_to_the_tip_as_soon_as_it_is_one(
    scripted: Scripted, alice_client: Client
) -> None:
    alice_client.post(start("scripted"), {"access_token": "pasted"})
    htmx = {"HX-Request": "true"}
    assert "HX-Redirect" not in alice_client.get(PAGE, headers=htmx)
    work()
    assert alice_client.get(PAGE, headers=htmx)["HX-Redirect"] == reverse("tips:now")
    assert alice_client.get(PAGE).status_code == 200  # once


def test_without_javascript_it_leads_there_too(scripted: Scripted, alice_client: Client) -> None:
    alice_client.post(start("scripted"), {"access_token": "pasted"})
    work()
    assert alice_client.get(PAGE)["Location"] == reverse("tips:now")


TROUBLES = [
    (Unauthorized("x"), "did not accept this"),
    (Unreachable("x"), "Try again in a few minutes"),
    (Refused("x"), "does not read this address"),
    (TooLarge("x"), "larger than oO reads"),
    (Unexpected("x"), "cannot read this"),
    (Unexpected("x", status=404), "There is nothing here"),
    (ValueError("my-secret"), "cannot read this"),  # a plug-in that crashes
]


@pytest.mark.parametrize(("error", "said"), TROUBLES)
def test_what_went_wrong_is_said_and_the_secret_is_neither_echoed_nor_kept(
    scripted: Scripted, alice_client: Client, error: Exception, said: str
) -> None:
    scripted.script.refuses = error
    alice_client.post(start("scripted"), {"access_token": "my-secret"})
    work()
    page = read(alice_client)
    assert said in page
    assert "every 2s" not in page
    (refused,) = Connection.objects.all()
    again = f"{start('scripted')}?again={refused.pk}"
    assert again in page
    form = read(alice_client, again)
    assert said in form.split('role="alert"')[1]
    assert "my-secret" not in page + form
    assert refused.read_credentials() == {}


def test_another_try_takes_the_place_of_the_one_that_failed(
    scripted: Scripted, alice_client: Client
) -> None:
    scripted.script.refuses = Unauthorized("x")
    alice_client.post(start("scripted"), {"access_token": "wrong"})
    work()
    scripted.script.refuses = None
    alice_client.post(start("scripted"), {"access_token": "right"})
    assert Connection.objects.get().state == Connection.State.CHECKING
    work()
    assert Connection.objects.get().read_credentials() == {"access_token": "right"}


def test_bob_sees_nothing_of_what_alice_tried(
    scripted: Scripted, alice_client: Client, bob_client: Client
) -> None:
    scripted.script.refuses = Unauthorized("x")
    alice_client.post(start("scripted"), {"access_token": "wrong"})
    work()
    refused = Connection.objects.get()
    assert "did not accept" not in read(bob_client)
    for again in (refused.pk, "x", ""):
        assert "did not accept" not in read(bob_client, f"{start('scripted')}?again={again}")


def test_an_empty_field_says_what_to_do(scripted: Scripted, alice_client: Client) -> None:
    answer = alice_client.post(start("scripted"), {"access_token": " "})
    assert answer.status_code == 422
    assert "Paste it here." in answer.content.decode()


@pytest.mark.parametrize("content", ["Straße".encode(), "Straße".encode("latin-1")])
def test_a_file_is_read_as_text(scripted: Scripted, alice_client: Client, content: bytes) -> None:
    file = SimpleUploadedFile("my.ics", content)
    assert alice_client.post(start("scripted-calendar"), {"file": file}).status_code == 302
    assert Connection.objects.get().document == "Straße"


@pytest.mark.parametrize(("size", "status"), [(2 * 1024 * 1024, 302), (2 * 1024 * 1024 + 1, 422)])
def test_a_file_has_two_megabytes_at_most(
    scripted: Scripted, alice_client: Client, size: int, status: int
) -> None:
    file = SimpleUploadedFile("my.ics", b"x" * size)
    answer = alice_client.post(start("scripted-calendar"), {"file": file})
    assert answer.status_code == status
    assert Connection.objects.exists() == (status == 302)


def test_no_file_says_what_to_do(scripted: Scripted, alice_client: Client) -> None:
    assert "Choose a file." in alice_client.post(start("scripted-calendar")).content.decode()


def test_a_source_that_does_not_exist_is_not_found(
    scripted: Scripted, alice_client: Client
) -> None:
    assert alice_client.get(start("moon")).status_code == 404
    assert alice_client.post(start("moon")).status_code == 404


def test_a_connection_needs_the_token_of_the_form(scripted: Scripted, alice: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(alice, backend="accounts.backend.PersonBackend")
    assert strict.post(start("scripted-sample")).status_code == 403
    assert not Connection.objects.exists()


# ---- the page itself -----------------------------------------------------------------------------


def test_what_holds_tasks_alone_is_offered_before_calendars(alice_client: Client) -> None:
    page = read(alice_client)
    titles = ("Sample data", "Todoist", "CalDAV", "Calendar file")
    places = [page.index(f">{title}</p>") for title in titles]
    assert places == sorted(places)


def test_it_leads_to_the_settings_and_what_is_below_it_leads_to_it(alice_client: Client) -> None:
    assert 'class="page__up" href="/settings/"' in read(alice_client)
    assert f'class="page__up" href="{PAGE}"' in read(alice_client, start("caldav"))
