"""What oO understood is shown beside the tip, and one tap says that it is not so."""

from __future__ import annotations

import html
from collections.abc import Iterator
from datetime import UTC
from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts.models import User
from agents.models import Correction, Reading
from agents.understanding.loading import load_understood
from integrations.models import Task
from tests.clock import NOON
from tests.factories import give_tip, make_task, signed_in
from tips.models import Tip, TipSchedule

HTMX = {"HX-Request": "true"}
WORDS = "f" * 32


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with time_machine.travel(NOON.astimezone(UTC), tick=False):
        yield


@pytest.fixture
def tip(alice: User) -> Tip:
    return give_tip(alice, "Ring the council (Mon–Fri 9–16)", words_digest=WORDS)


def why(client: Client, tip: Tip) -> str:
    return html.unescape(client.get(f"/tip/{tip.pk}/why", headers=HTMX).content.decode())


def tell(client: Client, tip: Tip, **fields: str) -> Any:
    return client.post(f"/tip/{tip.pk}/understood", {"kind": "task", **fields}, headers=HTMX)


def test_why_says_what_was_understood_and_from_which_words(alice_client: Client, tip: Tip) -> None:
    page = why(alice_client, tip)
    assert "Possible Mon to Fri 9 a.m. to 4 p.m." in page
    assert ">Mon–Fri 9–16</q>" in page


def test_not_so_is_kept_and_decided_anew(alice: User, alice_client: Client, tip: Tip) -> None:
    before = TipSchedule.objects.get(user=alice).revision
    page = html.unescape(tell(alice_client, tip, not_so="hours").content.decode())
    assert "<s>Possible Mon to Fri 9 a.m. to 4 p.m.</s>" in page
    assert load_understood([alice.pk])[alice.pk].of_task(WORDS).hours is None
    assert TipSchedule.objects.get(user=alice).revision > before


def test_it_can_be_taken_back(alice: User, alice_client: Client, tip: Tip) -> None:
    tell(alice_client, tip, not_so="hours")
    tell(alice_client, tip, not_so="hours")
    assert Correction.objects.count() == 1
    page = tell(alice_client, tip, is_so="hours").content.decode()
    assert "<s>" not in page
    assert load_understood([alice.pk])[alice.pk].of_task(WORDS).hours is not None


def test_it_survives_a_new_reading_of_the_same_words(
    alice: User, alice_client: Client, tip: Tip
) -> None:
    tell(alice_client, tip, not_so="hours")
    Reading.objects.all().delete()
    Task.objects.filter(user=alice).delete()
    give_tip(alice, "Ring the council (Mon–Fri 9–16)", words_digest=WORDS)
    assert Reading.objects.exists()
    assert load_understood([alice.pk])[alice.pk].of_task(WORDS).hours is None


def test_without_javascript_the_page_comes_back(alice_client: Client, tip: Tip) -> None:
    answer = alice_client.post(
        f"/tip/{tip.pk}/understood", {"kind": "task", "not_so": "hours"}, follow=True
    )
    assert "<s>" in answer.content.decode()


@pytest.mark.parametrize(
    "fields",
    [{"not_so": "nonsense"}, {}, {"kind": "person", "not_so": "hours"}, {"not_so": "kind"}],
)
def test_what_is_no_trait_is_refused(
    alice_client: Client, tip: Tip, fields: dict[str, str]
) -> None:
    assert tell(alice_client, tip, **fields).status_code == 400
    assert not Correction.objects.exists()


def test_somebody_elses_tip_is_not_there(bob: User, tip: Tip) -> None:
    assert tell(signed_in(bob), tip, not_so="hours").status_code == 404
    assert not Correction.objects.exists()


def say(client: Client, **fields: str) -> Any:
    return client.post(f"/settings/mind/understood/task/{WORDS}", fields)


def test_why_leads_to_where_it_can_be_said_and_shows_it_as_the_persons(
    alice_client: Client, tip: Tip
) -> None:
    assert f'href="/settings/mind/understood/task/{WORDS}"' in why(alice_client, tip)
    assert say(alice_client, trait="waits", value="Anna").status_code == 302
    page = why(alice_client, tip)
    assert "Anna waits for it" in page
    assert "You said so." in page
    assert 'name="is_so" value="waits"' in page
    assert "Anna" not in tell(alice_client, tip, is_so="waits").content.decode()
    assert not Correction.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_what_is_said_is_decided_anew(alice: User, alice_client: Client, tip: Tip) -> None:
    before = TipSchedule.objects.get(user=alice).revision
    say(alice_client, trait="hours", door="shop")
    assert TipSchedule.objects.get(user=alice).revision > before


def test_what_does_not_fit_decides_nothing(alice: User, alice_client: Client, tip: Tip) -> None:
    before = TipSchedule.objects.get(user=alice).revision
    assert say(alice_client, trait="hours", door="moon").status_code == 422
    assert TipSchedule.objects.get(user=alice).revision == before


def test_of_somebody_elses_tip_nothing_can_be_said(bob: User, tip: Tip) -> None:
    assert say(signed_in(bob), trait="waits", value="Anna").status_code == 404
    assert not Correction.objects.exists()


def test_words_of_a_row_are_shown_as_text(alice: User, alice_client: Client) -> None:
    hostile = "<b>x</b> by 5 pm <img src=x onerror=alert(1)>"
    tip = give_tip(alice, hostile, words_digest="e" * 32)
    page = alice_client.get(f"/tip/{tip.pk}/why", headers=HTMX).content.decode()
    assert "<img" not in page
    assert "<b>" not in page


def test_what_was_never_read_shows_nothing(alice: User, alice_client: Client) -> None:
    make_task(alice, "Water plants", due_in=5)
    tip = give_tip(alice, "Pay rent")
    assert "understood" not in why(alice_client, tip)
