"""What staff does is written down, and stays."""

from __future__ import annotations

import pytest
from django.db import Error, connection, transaction

from accounts.models import User
from adminconsole.audit.marks import mark_of, names_of_staff
from adminconsole.audit.recording import LONGEST_WHY, record
from adminconsole.models import AuditEntry
from tests.clock import NOON

pytestmark = pytest.mark.django_db


def test_it_says_who_what_about_whom_and_why(alice: User, bob: User) -> None:
    record(bob, "reveal", at=NOON, person=alice.pk, target="tip 7", why=" She  asked\nfor it ")
    row = AuditEntry.objects.get()
    assert (row.staff, row.person) == (mark_of(bob.pk), mark_of(alice.pk))
    assert (row.action, row.target, row.why) == ("reveal", "tip 7", "She asked for it")


def test_it_names_nobody_to_whoever_does_not_know_them(alice: User, bob: User) -> None:
    record(bob, "reveal", at=NOON, person=alice.pk, why="x" * 999)
    told = str(AuditEntry.objects.values())
    for person in (alice, bob):
        assert person.email not in told
        assert str(person.pk) not in told
        assert person.pk.hex not in told
    assert len(AuditEntry.objects.get().why) == LONGEST_WHY


def test_staff_is_known_by_name_while_they_are_staff(alice: User, bob: User) -> None:
    assert names_of_staff() == {}
    bob.is_staff = True
    bob.save()
    assert names_of_staff() == {mark_of(bob.pk): bob.email}


@pytest.mark.parametrize(
    "statement",
    [
        "update adminconsole_auditentry set why = ''",
        "delete from adminconsole_auditentry",
        "truncate adminconsole_auditentry",
    ],
)
def test_the_database_refuses_to_change_it(bob: User, statement: str) -> None:
    if connection.vendor != "postgresql":
        statement = statement.replace("truncate", "delete from")
    elif statement.startswith("truncate"):
        with connection.cursor() as cursor:  # it is off in tests, which empty all tables
            cursor.execute(
                "alter table adminconsole_auditentry enable trigger audit_is_not_emptied"
            )
    record(bob, "reveal", at=NOON)
    refused = pytest.raises(Error, match="only added")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert AuditEntry.objects.count() == 1
