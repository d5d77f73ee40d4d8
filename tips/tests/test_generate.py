"""POST /api/v1/generate: what could be said, for a program of the person's own."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.api_tokens.tokens import make_token
from accounts.models import User
from tests.clock import NOON
from tests.factories import make_task
from tips.api import TipCandidateSerializer
from tips.base import TipCandidate
from tips.make.generating import generate
from tips.models import Tip, TipDecision

pytestmark = pytest.mark.django_db
URL = "/api/v1/generate"


def ask(user: User, scopes: list[str], **body: Any) -> Any:
    _token, secret = make_token(
        user.pk, name="mine", scopes=scopes, expires_at=None, at=timezone.now()
    )
    return Client().post(
        URL, body, content_type="application/json", headers={"Authorization": f"Bearer {secret}"}
    )


def test_the_best_come_first_and_nothing_is_shown(alice: User, bob: User) -> None:
    make_task(alice, "Water the plants", due_in=None)
    make_task(alice, "Pay the rent", priority=4)
    make_task(alice, "Ask the council", due_in=None)
    make_task(bob, "Not hers")
    found = generate(alice.pk, 2, at=NOON)
    assert [c.content for c in found] == ["Pay the rent", "Water the plants"]
    assert found[0].detail == "Due today · Marked urgent"
    assert not Tip.objects.exists()
    assert not TipDecision.objects.exists()


def test_what_cannot_be_done_now_is_left_out(alice: User) -> None:
    make_task(alice, "Pay the rent")
    assert generate(alice.pk, 8, at=NOON.replace(hour=3)) == []


def test_a_program_gets_them_as_json(alice: User) -> None:
    make_task(alice, "Pay the rent")
    answer = ask(alice, ["tip:read"], n=8)
    assert answer.status_code == 200
    assert isinstance(answer.json(), list)


@pytest.mark.parametrize("n", [0, 9, "many"])
def test_a_number_that_does_not_fit(alice: User, n: Any) -> None:
    assert ask(alice, ["tip:read"], n=n).status_code == 400


def test_only_with_the_scope(alice: User) -> None:
    assert ask(alice, ["tip:react"]).status_code == 403
    assert Client().post(URL).status_code == 401


def test_the_schema_of_the_api_is_that_of_the_log() -> None:
    assert set(TipCandidateSerializer().fields) == {f.name for f in fields(TipCandidate)}
