"""For the tests of people: staff of each kind, and somebody whose words must not be seen."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from accounts.models import User
from adminconsole.audit.marks import mark_of
from adminconsole.models import AuditEntry
from agents.base import Snippet
from agents.looking.codec import dump
from agents.models import AgentOutput, Belief, Correction
from integrations.models import Connection
from notifier.models import Device
from tests.canaries import plant
from tests.clock import NOON
from tests.factories import give_tip, make_connection, make_person, signed_in
from tips.models import Interruption, Tip

LIST = "/console/people/"
# None of these may stand in a page before somebody said why they have to read them.
TITLE, PROJECT = "Ring Dr Okonkwo about the lump", "Divorce 2026"
SNIPPET, ROLE, LABEL, PLACE = "Three of Divorce are late", "Undertaker", "ida@secret.test", "12:34"
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>"
REVEALED = (TITLE, PROJECT, SNIPPET, ROLE)
NEVER = (LABEL, "Ida's telephone", "https://push.test/address")


def client_of(kind: str, name: str = "bob") -> Client:
    """kind: a group, or "superuser"."""
    staff = make_person(name, is_staff=True, is_superuser=kind == "superuser")
    if kind != "superuser":
        staff.groups.set([Group.objects.get(name=kind)])
    return signed_in(staff)


def page_of(person: User | UUID) -> str:
    return reverse("admin:person", args=[getattr(person, "pk", person)])


def do(
    client: Client, action: str, person: User | None, why: str = "She asked.", target: str = ""
) -> Any:
    given = {"person": person.pk if person else "", "why": why, "target": target}
    given["next"] = page_of(person) if person else LIST
    return client.post(reverse("admin:do", args=["people", action]), given)


def told_by(answer: Any) -> str:
    """The message on the page that an action leads back to."""
    assert answer.status_code == 302
    request = answer.wsgi_request
    return " ".join(str(message) for message in request._messages._queued_messages)


def audited(action: str) -> list[AuditEntry]:
    return list(AuditEntry.objects.filter(action=action))


def assert_audited(action: str, person: User, why: str = "She asked.") -> None:
    rows = audited(action)
    assert [(row.person, row.why) for row in rows] == [(mark_of(person.pk), why)]


def write_all(person: User, title: str = TITLE) -> Tip:
    """One of everything that the page of a person shows, with words; the tip is live."""
    person.profile.role = plant(ROLE)
    person.profile.save()
    connection = make_connection(person, label=plant(LABEL))
    task: dict[str, Any] = {"project": plant(PROJECT), "words_digest": "w"}
    tip = give_tip(person, title, connection=connection, **task)
    infer(person)
    Correction.objects.create(
        user=person, kind="task", words="w", trait="hours", value={"said": PROJECT}, made_at=NOON
    )
    AgentOutput.objects.create(
        user=person,
        agent="overdue-task",
        version=1,
        fingerprint="f",
        snippet=dump(Snippet(text=plant(SNIPPET))),
        made_at=NOON,
        expires_at=NOON + timedelta(hours=1),
    )
    Interruption.objects.create(
        user=person, tip=tip, at=NOON, spoken=False, why="quiet", probability=0.3, needed=0.5,
        features={},
    )  # fmt: skip
    Device.objects.create(
        user=person,
        channel="web-push",
        address=NEVER[2],
        digest=str(person.pk),
        name=NEVER[1],
        added_at=NOON,
    )
    return tip


def infer(person: User, **fields: Any) -> Belief:
    values: dict[str, Any] = {
        "inference": "focus-area", "version": 1, "value": {"names": [PROJECT]}, "confidence": 0.8,
        "evidence": 9, "made_at": NOON, "expires_at": NOON + timedelta(days=1),
    }  # fmt: skip
    return Belief.objects.create(user=person, **{**values, **fields})


def connection_of(person: User) -> Connection:
    return Connection.objects.get(user=person)
