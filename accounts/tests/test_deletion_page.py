"""The page on which a person deletes their account, and the receipt to which it leads."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import DeletionReceipt, Session, User
from accounts.privacy import deletion
from accounts.profile.change import ProfileChange, change_profile
from accounts.tests.test_deletion import delete, furnish
from tests import leaving
from tests.clock import NOON
from tests.factories import make_task

PAGE = "/settings/delete"


def test_the_page_says_in_words_what_will_go(alice: User, alice_client: Client) -> None:
    make_task(alice)
    page = alice_client.get(PAGE).content.decode()
    words = {app: str(eraser.title) for app, eraser in deletion.erasers()}
    assert words["accounts"] in page
    assert words["integrations"] in page
    assert words["adminconsole"] not in page  # nothing there
    assert User.objects.filter(pk=alice.pk).exists()
    assert page.count("<button") == 1


def test_one_button_deletes_signs_out_and_shows_the_receipt(
    alice: User, alice_client: Client
) -> None:
    furnish(alice)
    receipt_id = uuid4()

    response = alice_client.post(PAGE, {"receipt": receipt_id}, follow=True)
    assert response.redirect_chain == [(f"/receipt/{receipt_id}", 302)]
    assert "is being deleted" in response.content.decode()
    assert not Session.objects.exists()
    leaving.work_off_departures(at=timezone.now())
    assert "Nothing is left." in alice_client.get(f"/receipt/{receipt_id}").content.decode()
    assert not User.objects.filter(email="alice@example.com").exists()
    assert not Session.objects.exists()
    assert alice_client.get("/settings/").status_code == 302


def test_the_receipt_is_dated_as_the_person_writes(alice: User, alice_client: Client) -> None:
    change_profile(alice.pk, ProfileChange(clock="24", dates="ymd"), at=NOON)
    address = alice_client.post(PAGE, {"receipt": uuid4()}).headers["Location"]
    leaving.work_off_departures(at=datetime(2026, 5, 4, 14, 30, tzinfo=UTC))
    assert "On 2026-05-04 at 14:30 UTC oO erased" in Client().get(address).content.decode()


def test_the_receipt_is_in_the_language_of_the_person(alice: User, alice_client: Client) -> None:
    """Not partly in that of a browser that asks for another."""
    change_profile(alice.pk, ProfileChange(locale="de"), at=NOON)
    address = alice_client.post(PAGE, {"receipt": uuid4()}).headers["Location"]
    waiting = Client().get(address)
    assert "Dein Konto wird gelöscht" in waiting.content.decode()
    leaving.work_off_departures(at=timezone.now())
    response = Client().get(address)
    assert "Dein Konto ist gelöscht" in response.content.decode()
    assert "Dein Konto</p>" in response.content.decode()
    assert response["Content-Language"] == "de"
    assert Client().get(f"{address}&language=tlh")["Content-Language"] == "en"


def test_a_second_press_keeps_the_language_while_it_is_under_way(
    alice: User, alice_client: Client
) -> None:
    change_profile(alice.pk, ProfileChange(locale="de"), at=NOON)
    form = {"receipt": uuid4()}
    first = alice_client.post(PAGE, form)
    assert alice_client.post(PAGE, form)["Location"] == first["Location"]


def test_a_second_press_ends_at_the_same_receipt(alice_client: Client) -> None:
    form = {"receipt": uuid4()}
    first = alice_client.post(PAGE, form)
    assert first.cookies["sessionid"].value == ""
    assert alice_client.post(PAGE, form)["Location"] == first["Location"]
    leaving.work_off_departures(at=timezone.now())
    assert alice_client.post(PAGE, form)["Location"] == first["Location"]
    assert DeletionReceipt.objects.count() == 1


def test_a_receipt_that_exists_cannot_be_written_over(alice: User, alice_client: Client) -> None:
    old = DeletionReceipt.objects.create(body={"receipt": {}}, made_at=timezone.now())

    response = alice_client.post(PAGE, {"receipt": old.pk})
    old.refresh_from_db()
    assert response.status_code == 200
    assert old.body == {"receipt": {}}
    assert User.objects.filter(pk=alice.pk).exists()


@pytest.mark.parametrize("whose", ["alice", "bob"])
def test_a_receipt_has_nobodys_key(
    alice: User, bob: User, alice_client: Client, whose: str
) -> None:
    key = {"alice": alice, "bob": bob}[whose].pk
    address = alice_client.post(PAGE, {"receipt": key})["Location"]
    assert str(key) not in address
    leaving.work_off_departures(at=timezone.now())
    delete(bob)
    assert Client().get(address).status_code == 200


def test_the_sessions_on_her_other_devices_end_at_once(alice: User, alice_client: Client) -> None:
    phone = Client()
    phone.force_login(alice, backend="accounts.backend.PersonBackend")
    alice_client.post(PAGE)
    assert phone.get("/settings/").status_code == 302


def test_a_visitor_deletes_nobody(client: Client, alice: User) -> None:
    for response in (client.get(PAGE), client.post(PAGE)):
        assert response["Location"] == f"/sign-in/?next={PAGE}"
    assert User.objects.filter(pk=alice.pk).exists()


def test_bob_deletes_himself_alone(alice: User, bob_client: Client) -> None:
    bob_client.post(PAGE, {"user": alice.pk})
    leaving.work_off_departures(at=timezone.now())
    assert [user.email for user in User.objects.all()] == ["alice@example.com"]


def test_without_a_csrf_token_nobody_is_deleted(alice: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(alice, backend="accounts.backend.PersonBackend")
    assert strict.post(PAGE).status_code == 403
    assert strict.put(PAGE).status_code in (403, 405)
    assert User.objects.filter(pk=alice.pk).exists()
