"""manage.py make_staff: into a group, out of it, and out of the trouble of a lost passkey."""

from __future__ import annotations

from io import StringIO

import pytest
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from accounts.models import User
from adminconsole.audit.marks import mark_of
from adminconsole.models import AuditEntry, Passkey

pytestmark = pytest.mark.django_db


def said_by(*arguments: str) -> str:
    out = StringIO()
    call_command("make_staff", *arguments, stdout=out)
    return out.getvalue()


def rights(user: User) -> tuple[bool, bool, list[str]]:
    user.refresh_from_db()
    groups = user.groups.order_by("name").values_list("name", flat=True)
    return user.is_staff, user.is_superuser, list(groups)


def give_passkey(user: User) -> None:
    Passkey.objects.create(
        user=user, credential_id=str(user.pk), public_key="", name="x", added_at=timezone.now()
    )


def test_an_admin_unless_it_is_said_otherwise(alice: User) -> None:
    assert said_by("Alice@example.com") == "Alice@example.com is staff: admin.\n"
    assert rights(alice) == (True, True, [])


@pytest.mark.parametrize("group", ["viewer", "operator", "privacy-officer"])
def test_into_one_group_at_a_time(alice: User, group: str) -> None:
    own = Group.objects.create(name="an installation's own")
    alice.groups.add(own)
    said_by("alice@example.com")
    said_by("alice@example.com", "--group", "viewer")
    said_by("alice@example.com", "--group", group)
    assert rights(alice) == (True, False, sorted([own.name, group.replace("-", " ")]))


def test_out_again(alice: User, alice_client: Client) -> None:
    said_by("alice@example.com", "--group", "viewer")
    give_passkey(alice)
    assert said_by("alice@example.com", "--undo").endswith("no longer staff.\n")
    assert rights(alice) == (False, False, [])
    assert not Passkey.objects.exists()


def test_it_is_written_down(alice: User) -> None:
    said_by("alice@example.com", "--group", "operator")
    said_by("alice@example.com", "--undo")
    said_by("alice@example.com", "--reset-passkeys")
    entries = AuditEntry.objects.order_by("pk").values_list("staff", "action", "target")
    assert list(entries) == [
        (mark_of(alice.pk), "made staff", "operator"),
        (mark_of(alice.pk), "no longer staff", ""),
        (mark_of(alice.pk), "passkeys reset", "0 passkeys"),
    ]


def test_passkeys_that_are_lost_are_forgotten(alice: User, alice_client: Client, bob: User) -> None:
    said_by("alice@example.com", "--group", "viewer")
    for person in (alice, bob):
        give_passkey(person)
    said_by("alice@example.com", "--reset-passkeys")
    assert Passkey.objects.get().user == bob
    assert rights(alice) == (True, False, ["viewer"]), "nothing else has changed"
    assert alice_client.get("/settings/").status_code == 302, "signed out"


@pytest.mark.parametrize("email", ["nobody@example.com", "charlie@example.com"])
@pytest.mark.parametrize("more", [(), ("--undo",), ("--reset-passkeys",)])
def test_only_who_is_here_becomes_staff(charlie: User, email: str, more: tuple[str, ...]) -> None:
    with pytest.raises(CommandError, match="sign in first"):
        said_by(email, *more)
    assert not User.objects.filter(is_staff=True).exists()
    assert not AuditEntry.objects.exists()


def test_a_group_that_is_not_there(alice: User) -> None:
    with pytest.raises(CommandError, match="invalid choice"):
        said_by("alice@example.com", "--group", "owner")
