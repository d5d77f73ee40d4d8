"""A form of what staff may do: who, why, once, on record."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.contrib.messages import get_messages
from django.test import Client
from django.utils import timezone

from accounts.models import User
from adminconsole.audit.marks import mark_of
from adminconsole.base import Action, Order, Permission, Refused
from adminconsole.models import AuditEntry
from adminconsole.pages.events import Events
from adminconsole.registry import PAGES

pytestmark = pytest.mark.django_db
URL = "/console/stream/do/poke/"


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[Order]:
    """What was asked of an action on the page of events; it refuses whatever is "wrong"."""
    orders: list[Order] = []

    def run(order: Order) -> str:
        if order.target == "wrong":
            raise Refused("It cannot be done, for a reason.")
        orders.append(order)
        return "It was poked."

    action = Action("poke", "Poke", "It is poked.", run, permission=Permission.ACT)
    monkeypatch.setattr(Events, "actions", property(lambda _page: (action,)))
    assert PAGES["stream"].actions == (action,)
    return orders


@pytest.fixture
def operator(bob: User, bob_client: Client) -> Client:
    bob.is_staff = True
    bob.save()
    bob.groups.set([Group.objects.get(name="operator")])
    return bob_client


def post(client: Client, **given: str) -> Any:
    values = {"why": "They asked for it", "target": "t1", "next": "/console/stream/?hours=1"}
    return client.post(URL, {**values, **given})


def said(answer: Any) -> list[str]:
    return [str(message) for message in get_messages(answer.wsgi_request)]


def test_it_is_done_and_on_record_with_who_and_why(
    operator: Client, bob: User, alice: User, done: list[Order]
) -> None:
    answer = post(operator, person=str(alice.pk))
    assert (answer.status_code, answer["Location"]) == (302, "/console/stream/?hours=1")
    assert said(answer) == ["It was poked."]
    (order,) = done
    assert (order.staff, order.person, order.target) == (bob, alice.pk, "t1")
    row = AuditEntry.objects.get(action="poke")
    assert (row.staff, row.person, row.why) == (mark_of(bob.pk), mark_of(alice.pk), order.why)


@pytest.mark.parametrize("why", ["", "   ", "\n\t"])
def test_without_a_reason_nothing_is_done(operator: Client, done: list[Order], why: str) -> None:
    assert said(post(operator, why=why)) == ["Say why. Nothing was done."]
    assert done == []
    assert not AuditEntry.objects.filter(action="poke").exists()


def test_what_is_refused_leaves_no_record_and_says_why(operator: Client, done: list[Order]) -> None:
    assert said(post(operator, target="wrong")) == ["It cannot be done, for a reason."]
    assert not AuditEntry.objects.filter(action="poke").exists()


def test_what_breaks_leaves_no_record(
    operator: Client, done: list[Order], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_order: Order) -> str:
        AuditEntry.objects.create(at=timezone.now(), staff="x", action="half", trace="")
        raise RuntimeError

    action = Action("poke", "Poke", "It is poked.", broken)
    monkeypatch.setattr(Events, "actions", property(lambda _page: (action,)))
    with pytest.raises(RuntimeError):
        post(operator)
    assert not AuditEntry.objects.filter(action__in=("poke", "half")).exists()


@pytest.mark.parametrize("group", ["viewer", None])
def test_whoever_may_only_look_does_nothing(
    bob: User, operator: Client, done: list[Order], group: str | None
) -> None:
    bob.groups.set(Group.objects.filter(name=group))
    assert post(operator).status_code == 403
    assert done == []


def test_a_stranger_does_nothing(alice_client: Client, client: Client, done: list[Order]) -> None:
    for visitor in (alice_client, client):
        assert post(visitor).status_code in (302, 403)
    assert done == []


@pytest.mark.parametrize("url", ["/console/stream/do/nothing/", "/console/nowhere/do/poke/"])
def test_what_there_is_not_is_not_found(operator: Client, done: list[Order], url: str) -> None:
    assert operator.post(url, {"why": "x"}).status_code == 404


def test_it_wants_a_form_of_ours(bob: User, operator: Client, done: list[Order]) -> None:
    assert operator.get(URL).status_code == 405
    forged = Client(enforce_csrf_checks=True)
    forged.force_login(bob, backend="accounts.backend.PersonBackend")
    assert post(forged).status_code == 403
    assert done == []


@pytest.mark.parametrize("person", ["x", "1", "00000000-0000-0000-0000-00000000000g"])
def test_a_person_who_is_none_is_not_found(
    operator: Client, done: list[Order], person: str
) -> None:
    assert post(operator, person=person).status_code == 404
    assert done == []


@pytest.mark.parametrize(
    "back", ["https://evil.example/", "//evil.example/console/", "/settings/", "javascript:1", ""]
)
def test_it_leads_back_into_the_console_alone(
    operator: Client, done: list[Order], back: str
) -> None:
    assert post(operator, next=back)["Location"] == "/console/"
