"""One tip in the console: what models were told about it is read by whoever revealed its person."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from html import unescape

import pytest
import time_machine
from django.test import Client

from accounts.models import User
from adminconsole.tests.people import HOSTILE, TITLE, client_of, do, write_all
from agents.models import ModelCall, PromptText, Transcript
from tests.clock import NOON
from tests.factories import give_tip, make_person
from tips.models import Tip

pytestmark = pytest.mark.django_db
BEGINNING, ANSWER = "Say it in one sentence.", "Ring Dr Okonkwo, she waits."


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON.astimezone(UTC), tick=False) as coordinates:
        yield coordinates


def ask_about(tip: Tip, answered: str = ANSWER, at: datetime = NOON, ms: int = 700) -> ModelCall:
    """As a worker that began at `at` has asked."""
    Tip.objects.filter(pk=tip.pk).update(polished_at=at, shown_at=at)
    call = ModelCall.objects.create(
        user_id=tip.user_id, at=at, purpose="words", alias="tip-generator", model="m", ms=ms,
        prompt="wording-1", outcome="used",
    )  # fmt: skip
    PromptText.objects.get_or_create(version="wording-1", text=BEGINNING, first_at=NOON)
    Transcript.objects.create(
        call=call, user_id=tip.user_id, at=at, asked=f"about {TITLE}", answered=answered,
        letters={"A": -0.1},
    )  # fmt: skip
    return call


def read(client: Client, tip: Tip) -> str:
    answer = client.get("/console/tips/", {"tip": str(tip.pk)})
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("kind", ["viewer", "operator", "privacy officer", "superuser"])
def test_what_models_were_told_is_masked(alice: User, kind: str) -> None:
    tip = write_all(alice)
    ask_about(tip)
    page = read(client_of(kind), tip)
    assert "wording-1" in page or "tip-generator" in page
    assert TITLE not in page
    assert ANSWER not in page
    assert BEGINNING not in page


def test_whoever_revealed_the_person_reads_it(alice: User) -> None:
    tip = write_all(alice)
    ask_about(tip)
    officer = client_of("privacy officer")
    do(officer, "reveal", alice)
    page = unescape(read(officer, tip))
    for words in (f"about {TITLE}", ANSWER, BEGINNING, "A -0.10", "700 ms"):
        assert words in page


def test_of_another_person_nothing_is_revealed(alice: User) -> None:
    tip, carol = write_all(alice), make_person("carol")
    ask_about(tip)
    officer = client_of("privacy officer")
    do(officer, "reveal", carol)
    assert ANSWER not in read(officer, tip)


def test_what_a_model_answered_stays_text(alice: User) -> None:
    tip = write_all(alice)
    ask_about(tip, HOSTILE)
    officer = client_of("privacy officer")
    do(officer, "reveal", alice)
    page = read(officer, tip)
    assert HOSTILE not in page
    assert HOSTILE in unescape(page)


def test_without_a_transcript_the_prompt_of_today_is_shown(alice: User) -> None:
    tip = write_all(alice)
    ask_about(tip)
    Transcript.objects.all().delete()
    officer = client_of("privacy officer")
    do(officer, "reveal", alice)
    page = read(officer, tip)
    assert "with the prompt of today" in page
    assert ANSWER not in page


def test_the_list_says_how_long_models_took(alice: User, ops_client: Client) -> None:
    tip, other = give_tip(alice, "Pay the rent"), give_tip(make_person("carol"), "Call Ada")
    ask_about(tip, ms=300)
    ask_about(tip, ms=450)
    Tip.objects.filter(pk=other.pk).update(shown_at=NOON)
    listed = ops_client.get("/console/tips/").context["tips"]
    assert {each.pk: ms for each, ms in listed} == {tip.pk: 750, other.pk: None}


def test_what_was_sent_of_a_person_leads_to_their_tips(alice: User) -> None:
    tip = write_all(alice)
    ask_about(tip)
    officer = client_of("privacy officer")
    address = f"/console/features/?person={alice.pk}"
    masked = officer.get(address).content.decode()
    assert f"?tip={tip.pk}" in masked
    assert TITLE not in masked
    do(officer, "reveal", alice)
    assert f"about {TITLE}" in unescape(officer.get(address).content.decode())
