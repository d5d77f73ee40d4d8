"""Passkeys of staff: added, shown, and refused where anything about them is off."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import Session, User
from adminconsole.access import prove
from adminconsole.access.passkeys import MOST
from adminconsole.audit.marks import mark_of
from adminconsole.models import AuditEntry, Passkey
from adminconsole.pages import passkeys as passkeys_page
from adminconsole.tests.authenticator import PRESENT, Authenticator
from adminconsole.tests.conftest import HERE
from tests.factories import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("passkeys")]

PROVE, MINE = "/console/prove/", "/console/passkeys/"


def options(client: Client, at: str = PROVE) -> dict[str, Any]:
    told: dict[str, Any] = client.post(f"{at}options").json()
    return told


def add(client: Client, device: Authenticator, **more: str) -> Any:
    return client.post(f"{PROVE}answer", {"answer": device.add(options(client)), **more})


def show(client: Client, device: Authenticator) -> Any:
    return client.post(f"{PROVE}answer", {"answer": device.show(options(client))})


def is_in(client: Client) -> bool:
    return client.get(MINE).status_code == 200


def test_the_first_one_is_added_where_it_is_asked_for(
    ops: User, ops_client: Client, device: Authenticator
) -> None:
    assert not is_in(ops_client)
    assert add(ops_client, device, next=MINE).json() == {"go": MINE}
    assert is_in(ops_client)
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.staff) == ("first passkey", mark_of(ops.pk))


def test_another_session_shows_it_again(
    ops: User, ops_client: Client, device: Authenticator
) -> None:
    add(ops_client, device)
    other = signed_in(ops)
    assert not is_in(other)
    key = other.session.session_key
    assert show(other, device).json() == {"go": "/console/"}
    assert is_in(other)
    assert other.session.session_key != key, "whoever knew the session knows it no more"
    assert Passkey.objects.get().sign_count == 1


def test_a_second_one_is_not_added_by_the_way_of_the_first(
    ops: User, ops_client: Client, device: Authenticator
) -> None:
    late, begun = signed_in(ops), Authenticator(HERE)
    asked = options(late)
    add(ops_client, device)
    answer = late.post(f"{PROVE}answer", {"answer": begun.add(asked)})
    assert answer.status_code == 422
    assert not is_in(late)
    assert Passkey.objects.count() == 1


def origin(device: Authenticator) -> None:
    device.origin = "http://localhost:8001"


def host(device: Authenticator) -> None:
    device.origin = "http://evil.example"


def unverified(device: Authenticator) -> None:
    device.flags = PRESENT


def counts_back(device: Authenticator) -> None:
    device.count -= 1


def other_key(device: Authenticator) -> None:
    device.key = Authenticator(HERE).key


@pytest.mark.parametrize("spoil", [origin, host, unverified, counts_back, other_key])
def test_it_is_refused(
    ops: User, ops_client: Client, device: Authenticator, spoil: Callable[[Authenticator], None]
) -> None:
    add(ops_client, device)
    assert show(signed_in(ops), device).status_code == 200
    before = Passkey.objects.values().get()
    spoil(device)
    client = signed_in(ops)
    assert show(client, device).status_code == 422
    assert not is_in(client)
    assert Passkey.objects.values().get() == before


@pytest.mark.parametrize("spoil", [origin, host, unverified])
def test_it_is_not_even_added(
    ops_client: Client, device: Authenticator, spoil: Callable[[Authenticator], None]
) -> None:
    spoil(device)
    assert add(ops_client, device).status_code == 422
    assert not Passkey.objects.exists()


def test_an_answer_counts_once(ops: User, ops_client: Client, device: Authenticator) -> None:
    add(ops_client, device)
    answer = device.show(options(ops_client))
    assert ops_client.post(f"{PROVE}answer", {"answer": answer}).status_code == 200
    for client in (ops_client, signed_in(ops)):
        assert client.post(f"{PROVE}answer", {"answer": answer}).status_code == 422


def test_an_answer_of_another_session_does_not_count(
    ops: User, ops_client: Client, device: Authenticator
) -> None:
    add(ops_client, device)
    thief = signed_in(ops)
    options(thief)
    assert (
        thief.post(f"{PROVE}answer", {"answer": device.show(options(ops_client))}).status_code
        == 422
    )
    assert not is_in(thief)


def test_a_challenge_is_good_for_five_minutes(
    ops: User, ops_client: Client, device: Authenticator
) -> None:
    add(ops_client, device)
    client = signed_in(ops)
    for waits, status in ((timedelta(minutes=5), 422), (timedelta(minutes=4, seconds=59), 200)):
        with time_machine.travel(timezone.now(), tick=False) as clock:
            answer = device.show(options(client))
            clock.shift(waits)
            assert client.post(f"{PROVE}answer", {"answer": answer}).status_code == status


def test_a_challenge_for_adding_is_none_for_showing(
    ops: User, ops_client: Client, device: Authenticator
) -> None:
    add(ops_client, device)
    asked = options(ops_client, MINE)
    answer = ops_client.post(f"{PROVE}answer", {"answer": device.show(asked)})
    assert answer.status_code == 422


def test_that_of_somebody_else_opens_nothing(
    ops: User, ops_client: Client, alice: User, device: Authenticator
) -> None:
    add(ops_client, device)
    alice.is_staff = True
    alice.save()
    client, own = signed_in(alice), Authenticator(HERE)
    assert add(signed_in(alice), own).status_code == 200
    assert show(client, device).status_code == 422
    assert not is_in(client)


def test_it_is_of_one_person(
    ops: User, ops_client: Client, alice: User, device: Authenticator
) -> None:
    add(ops_client, device)
    alice.is_staff = True
    alice.save()
    assert add(signed_in(alice), device).status_code == 422
    assert Passkey.objects.get().user == ops


@pytest.mark.parametrize("answer", ["", "x", "{}", "[]", "null", '{"id": 1}', "\x00", "{" * 9999])
def test_what_is_no_answer_is_refused(
    ops: User, ops_client: Client, device: Authenticator, answer: str
) -> None:
    options(ops_client)
    assert ops_client.post(f"{PROVE}answer", {"answer": answer}).status_code == 422
    add(ops_client, device)
    options(ops_client)
    assert ops_client.post(f"{PROVE}answer", {"answer": answer}).status_code == 422


def test_who_is_no_staff_has_none(alice_client: Client, device: Authenticator) -> None:
    for way in ("options", "answer"):
        assert alice_client.post(f"{PROVE}{way}", follow=True).status_code == 403


def test_one_goes_back_to_pages_of_oo_alone(ops_client: Client, device: Authenticator) -> None:
    assert add(ops_client, device, next="https://evil.example/").json() == {"go": "/console/"}


# ---- the page -------------------------------------------------------------------------------


def put(client: Client, device: Authenticator, name: str) -> Any:
    answer = device.add(options(client, MINE))
    return client.post(f"{MINE}add", {"answer": answer, "name": name})


@pytest.fixture
def inside(ops_client: Client, device: Authenticator) -> Client:
    add(ops_client, device)
    return ops_client


def test_another_one_gets_a_name_and_another_name(ops: User, inside: Client) -> None:
    assert put(inside, Authenticator(HERE), "My\n phone").status_code == 200
    phone = Passkey.objects.get(name="My phone")
    inside.post(f"{MINE}{phone.pk}/rename", {"name": " <b>Old\x00 phone "})
    inside.post(f"{MINE}{phone.pk}/rename", {"name": " "})
    entry = AuditEntry.objects.get(action="renamed passkey")
    assert (entry.staff, entry.target) == (mark_of(ops.pk), f"passkey {phone.pk}")
    assert "&lt;b&gt;Old phone" in inside.get(MINE).content.decode()


def test_the_last_one_stays_while_one_is_asked_for(inside: Client, settings: Any) -> None:
    last = Passkey.objects.get()
    inside.post(f"{MINE}{last.pk}/remove")
    assert Passkey.objects.count() == 1
    assert "only passkey" in inside.get(MINE).content.decode()
    settings.OO_STAFF_PASSKEYS = False
    inside.post(f"{MINE}{last.pk}/remove")
    assert not Passkey.objects.exists()


def test_removing_one_ends_the_other_sessions(ops: User, inside: Client) -> None:
    put(inside, Authenticator(HERE), "Phone")
    signed_in(ops)
    inside.post(f"{MINE}{Passkey.objects.get(name='Phone').pk}/remove")
    assert Passkey.objects.count() == 1
    assert is_in(inside)
    assert Session.objects.filter(user=ops).count() == 1
    assert [e.action for e in AuditEntry.objects.order_by("pk")] == [
        "first passkey", "added passkey", "removed passkey",
    ]  # fmt: skip


@pytest.mark.parametrize("way", ["rename", "remove"])
def test_those_of_somebody_else_are_not_there(
    inside: Client, alice: User, device: Authenticator, way: str
) -> None:
    theirs = Passkey.objects.create(
        user=alice, credential_id="AAAA", public_key="", name="Hers", added_at=timezone.now()
    )
    assert inside.post(f"{MINE}{theirs.pk}/{way}", {"name": "Mine"}).status_code == 404
    assert Passkey.objects.get(pk=theirs.pk).name == "Hers"
    assert "Hers" not in inside.get(MINE).content.decode()


@pytest.mark.parametrize("way", ["options", "add"])
def test_adding_wants_a_recent_proof(inside: Client, way: str) -> None:
    with time_machine.travel(timezone.now() + timedelta(minutes=10)):
        answer = inside.post(f"{MINE}{way}")
    assert answer.status_code == 403
    assert answer.json() == {"go": "/console/prove/?next=%2Fconsole%2Fpasskeys%2F"}


@pytest.mark.parametrize("way", ["rename", "remove"])
def test_changing_one_wants_a_recent_proof(inside: Client, way: str) -> None:
    put(inside, Authenticator(HERE), "Phone")
    phone = Passkey.objects.get(name="Phone")
    with time_machine.travel(timezone.now() + timedelta(minutes=10)):
        answer = inside.post(f"{MINE}{phone.pk}/{way}", {"name": "Mine"})
    assert answer["Location"].startswith(PROVE)
    assert Passkey.objects.filter(name="Phone").count() == 1
    assert Passkey.objects.count() == 2


# ---- on record, or not done -----------------------------------------------------------------


@pytest.fixture
def no_record(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: Any, **_more: Any) -> None:
        raise RuntimeError

    for module in (passkeys_page, prove):
        monkeypatch.setattr(module, "record", broken)


@pytest.mark.parametrize("way", ["rename", "remove"])
def test_without_a_record_nothing_is_changed(
    ops: User, inside: Client, way: str, request: pytest.FixtureRequest
) -> None:
    put(inside, Authenticator(HERE), "Phone")
    signed_in(ops)
    before = list(Passkey.objects.order_by("pk").values())
    request.getfixturevalue("no_record")
    with pytest.raises(RuntimeError):
        inside.post(f"{MINE}{before[-1]['id']}/{way}", {"name": "Mine"})
    assert list(Passkey.objects.order_by("pk").values()) == before
    assert Session.objects.filter(user=ops).count() == 2


def test_without_a_record_none_is_added(
    inside: Client, ops: User, request: pytest.FixtureRequest
) -> None:
    request.getfixturevalue("no_record")
    with pytest.raises(RuntimeError):
        put(inside, Authenticator(HERE), "Phone")
    assert Passkey.objects.count() == 1


def test_without_a_record_there_is_no_first_one(
    ops_client: Client, device: Authenticator, no_record: None
) -> None:
    with pytest.raises(RuntimeError):
        add(ops_client, device)
    assert not Passkey.objects.exists()


def test_nobody_has_more_than_enough(ops: User, inside: Client) -> None:
    for _ in range(MOST - 1):
        put(inside, Authenticator(HERE), "One more")
    assert put(inside, Authenticator(HERE), "Too much").status_code == 422
    assert Passkey.objects.count() == MOST


def test_what_is_asked_of_the_browser(ops: User, inside: Client, device: Authenticator) -> None:
    asked, shown = options(inside, MINE), options(inside)
    assert asked["rp"]["id"] == shown["rpId"] == "localhost"
    assert asked["authenticatorSelection"]["userVerification"] == "required"
    assert shown["userVerification"] == "required"
    known = Passkey.objects.get().credential_id
    assert known == json.loads(device.show(shown))["id"]
    assert [each["id"] for each in asked["excludeCredentials"]] == [known]
    assert [each["id"] for each in shown["allowCredentials"]] == [known]
