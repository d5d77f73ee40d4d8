from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, timedelta
from typing import Any

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client

from accounts.models import User
from integrations.complete import completions
from integrations.models import Completion, Connection
from tests.clock import NOON
from tests.factories import give_tip, make_connection, make_task
from tips.make.making import make_tip
from tips.models import Tip

HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON.astimezone(UTC), tick=False) as coordinates:
        yield coordinates


@pytest.fixture
def tip(alice: User) -> Tip:
    return give_tip(alice, "Pay rent")


def state(response: Any) -> str:
    assert isinstance(response, HttpResponse)
    assert response.status_code == 200
    text = response.content.decode()
    return text.split('data-state="')[1].split('"')[0]


def answer(client: Client, tip: Tip, reaction: str, **fields: str) -> Any:
    return client.post(f"/tip/{tip.pk}/answer", {"reaction": reaction, **fields}, headers=HTMX)


def test_who_is_signed_out_is_asked_to_sign_in(client: Client) -> None:
    response = client.get("/")
    assert response.status_code == 302
    assert response.headers["Location"].startswith("/sign-in/")


def test_the_ready_tip_is_on_the_page(alice_client: Client, tip: Tip) -> None:
    page = alice_client.get("/").content.decode()
    assert ">Pay rent</h1>" in page
    assert "Due today" in page


def test_the_page_with_a_ready_tip_takes_one_query_besides_the_session(
    alice_client: Client, tip: Tip, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(2):
        alice_client.get("/")
    with django_assert_num_queries(2):
        alice_client.get("/", headers=HTMX)


def test_htmx_gets_the_card_alone(alice_client: Client, tip: Tip) -> None:
    card = alice_client.get("/", headers=HTMX).content.decode()
    assert "<html" not in card
    assert card.strip().startswith("<article")


def test_looking_at_the_page_is_not_yet_showing_the_tip(alice_client: Client, tip: Tip) -> None:
    alice_client.get("/")
    tip.refresh_from_db()
    assert tip.state == Tip.State.READY
    assert alice_client.post(f"/tip/{tip.pk}/shown").status_code == 204
    tip.refresh_from_db()
    assert tip.state == Tip.State.SHOWN


def test_without_a_source_the_page_offers_to_connect_one(alice_client: Client) -> None:
    response = alice_client.get("/")
    assert state(response) == "connect"
    assert b'href="/connect/"' in response.content


def test_a_source_that_is_being_read_is_named(alice: User, alice_client: Client) -> None:
    make_connection(alice, state=Connection.State.NEW, synced_at=None)
    response = alice_client.get("/")
    assert state(response) == "reading"
    assert b"Sample data" in response.content


def test_with_no_tip_yet_the_card_asks_again_and_then_decides_by_itself(
    alice: User, alice_client: Client
) -> None:
    make_task(alice, "Pay rent")
    assert state(alice_client.get("/")) == "wait"
    assert state(alice_client.get("/?waited=1", headers=HTMX)) == "wait"
    assert state(alice_client.get("/?waited=2", headers=HTMX)) == "tip"


@pytest.mark.parametrize("waited", ["-1", "x", "9" * 30, "٣"])
def test_nonsense_in_the_address_is_no_error(
    waited: str, alice: User, alice_client: Client
) -> None:
    make_task(alice, "Pay rent")
    assert state(alice_client.get("/", {"waited": waited})) == "wait"


def test_when_nothing_needs_the_person_the_page_says_so(alice: User, alice_client: Client) -> None:
    make_task(alice, "Someday", due_in=None)
    make_tip(alice.pk, at=NOON)
    response = alice_client.get("/")
    assert state(response) == "rest"
    assert b"Nothing needs you now." in response.content


def test_an_answer_rests_and_offers_undo_and_one_more(alice_client: Client, tip: Tip) -> None:
    card = answer(alice_client, tip, "done").content.decode()
    assert 'data-state="answered"' in card
    assert 'data-undo-ms="8000"' in card
    assert 'action="/more"' in card


def test_a_reload_after_an_answer_still_rests(
    alice: User, alice_client: Client, tip: Tip, clock: time_machine.Traveller
) -> None:
    make_task(alice, "Water plants")
    answer(alice_client, tip, "snooze")
    clock.shift(5)
    page = alice_client.get("/").content.decode()
    assert 'data-state="answered"' in page
    assert 'data-undo-ms="3000"' in page


def test_one_more_brings_the_next(alice: User, alice_client: Client, tip: Tip) -> None:
    make_task(alice, "Water plants")
    answer(alice_client, tip, "snooze")
    assert b"Water plants" in alice_client.post("/more", headers=HTMX).content


def test_two_devices_one_wins_and_the_other_is_told(alice_client: Client, tip: Tip) -> None:
    answer(alice_client, tip, "done")
    second = answer(alice_client, tip, "dismiss").content.decode()
    assert "You had already answered this" in second
    tip.refresh_from_db()
    assert tip.reaction == "done"


def test_a_double_tap_is_one_answer_and_no_reproach(alice_client: Client, tip: Tip) -> None:
    answer(alice_client, tip, "done")
    second = answer(alice_client, tip, "done").content.decode()
    assert "You had already answered this" not in second
    assert Completion.objects.count() == 1


def test_undo_shows_the_tip_again(alice_client: Client, tip: Tip) -> None:
    answer(alice_client, tip, "done")
    assert state(alice_client.post(f"/tip/{tip.pk}/undo", headers=HTMX)) == "tip"


def test_undo_too_late_says_so(
    alice_client: Client, tip: Tip, clock: time_machine.Traveller
) -> None:
    answer(alice_client, tip, "done")
    clock.shift(60)
    card = alice_client.post(f"/tip/{tip.pk}/undo", headers=HTMX).content.decode()
    assert "It is too late to undo this" in card


def test_already_done_can_be_taken_back(
    alice_client: Client, tip: Tip, clock: time_machine.Traveller
) -> None:
    answer(alice_client, tip, "dismiss")
    clock.shift(60)
    card = alice_client.post(
        f"/tip/{tip.pk}/reason", {"reason": "already_done"}, headers=HTMX
    ).content.decode()
    assert 'data-undo-ms="8000"' in card
    assert state(alice_client.post(f"/tip/{tip.pk}/undo", headers=HTMX)) == "tip"


def test_without_javascript_the_second_device_is_told_too(alice_client: Client, tip: Tip) -> None:
    answer(alice_client, tip, "done")
    page = alice_client.post(f"/tip/{tip.pk}/answer", {"reaction": "dismiss"}, follow=True)
    assert "The first answer counts." in page.content.decode()


def test_without_javascript_a_late_undo_is_told_too(
    alice_client: Client, tip: Tip, clock: time_machine.Traveller
) -> None:
    answer(alice_client, tip, "done")
    clock.shift(60)
    page = alice_client.post(f"/tip/{tip.pk}/undo", follow=True)
    assert "It is too late to undo this. The answer stays." in page.content.decode()


def test_a_source_that_must_be_reconnected_is_told_beside_the_tip(
    alice: User, alice_client: Client, tip: Tip
) -> None:
    assert b"Reconnect it" not in alice_client.get("/").content
    make_connection(alice, source="calendar_url", state=Connection.State.RECONNECT)
    page = alice_client.get("/").content.decode()
    assert ">Pay rent</h1>" in page
    assert "One source is no longer connected. Reconnect it." in page


def test_not_this_may_say_why(alice_client: Client, tip: Tip) -> None:
    card = answer(alice_client, tip, "dismiss").content.decode()
    assert 'value="not_relevant"' in card
    card = alice_client.post(
        f"/tip/{tip.pk}/reason", {"reason": "not_relevant"}, headers=HTMX
    ).content.decode()
    assert "Noted: not relevant." in card
    tip.refresh_from_db()
    assert tip.reason == "not_relevant"


def test_why_names_the_row_how_fresh_it_is_and_the_runners_up(
    alice: User, alice_client: Client, clock: time_machine.Traveller
) -> None:
    make_task(alice, "Pay rent", priority=4, project="Home")
    make_task(alice, "Water plants")
    tip = make_tip(alice.pk, at=NOON)
    assert tip is not None
    clock.shift(180)
    panel = alice_client.get(f"/tip/{tip.pk}/why", headers=HTMX).content.decode()
    for words in ("Pay rent", "Home", "Sample data", "minutes ago", "Water plants"):
        assert words in panel


def test_answers_work_without_javascript(alice_client: Client, tip: Tip) -> None:
    response = alice_client.post(f"/tip/{tip.pk}/answer", {"reaction": "done"}, follow=True)
    assert response.redirect_chain == [("/", 302)]
    assert state(response) == "answered"


@pytest.mark.parametrize("fields", [{}, {"reaction": "shrug"}, {"reaction": "done\0"}])
def test_an_answer_that_is_none_is_refused(
    fields: dict[str, str], alice_client: Client, tip: Tip
) -> None:
    assert alice_client.post(f"/tip/{tip.pk}/answer", fields).status_code == 400
    tip.refresh_from_db()
    assert tip.state == Tip.State.READY


@pytest.mark.parametrize("moment", ["yesterday", "2026-13-45T99:00:00Z", "2026-05-05T12:00:00"])
def test_a_moment_that_is_none_does_not_cost_the_answer(
    moment: str, alice_client: Client, tip: Tip
) -> None:
    answer(alice_client, tip, "done", answered_at=moment)
    tip.refresh_from_db()
    assert tip.reaction == "done"


@pytest.mark.parametrize("path", ["shown", "answer", "reason", "undo", "why"])
def test_bob_cannot_touch_alices_tip(path: str, bob_client: Client, tip: Tip) -> None:
    send = bob_client.get if path == "why" else bob_client.post
    fields = {"reaction": "done", "reason": "wrong"}
    assert send(f"/tip/{tip.pk}/{path}", fields).status_code == 404
    tip.refresh_from_db()
    assert tip.state == Tip.State.READY


def test_a_hostile_title_stays_text(alice: User, alice_client: Client, settings: Any) -> None:
    settings.OO_POLICY = "deadline_first"  # good sense would not even say it
    make_task(alice, '<script>alert(1)</script><img src=x onerror=alert(1)> {{ 7|add:"7" }}')
    make_tip(alice.pk, at=NOON)
    page = alice_client.get("/").content.decode()
    assert "<script>alert" not in page
    assert "&lt;img src=x" in page


def test_a_closing_that_never_came_through_is_told(
    alice: User, alice_client: Client, tip: Tip
) -> None:
    answer(alice_client, tip, "done")
    Completion.objects.update(
        state=Completion.State.FAILED, finished_at=NOON + timedelta(days=3), attempts=9
    )
    page = alice_client.get("/").content.decode()
    assert "never confirmed" in page
    assert "Pay rent" in page
    key = str(Completion.objects.get().key)
    alice_client.post("/closing", {"key": key, "action": "dismiss"})
    assert "never confirmed" not in alice_client.get("/").content.decode()
    assert not completions.acknowledge_failure(alice.pk, Completion.objects.get().key, at=NOON)


def test_bob_cannot_retry_alices_closing(
    alice_client: Client, bob_client: Client, tip: Tip
) -> None:
    answer(alice_client, tip, "done")
    Completion.objects.update(state=Completion.State.FAILED, finished_at=NOON)
    key = str(Completion.objects.get().key)
    bob_client.post("/closing", {"key": key, "action": "retry"})
    assert Completion.objects.get().state == Completion.State.FAILED


def test_a_broker_that_is_away_costs_no_error(
    alice: User, alice_client: Client, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kombu.exceptions import OperationalError

    from tips import tasks

    def away(*args: object, **kwargs: object) -> None:
        raise OperationalError("no broker")

    monkeypatch.setattr(tasks.make_tip, "apply_async", away)
    make_task(alice, "Pay rent")
    assert state(alice_client.get("/")) == "wait"
    assert state(alice_client.get("/?waited=2")) == "tip"


def test_the_manifest_and_the_worker_are_served_at_the_root(client: Client) -> None:
    manifest = client.get("/manifest.webmanifest")
    assert manifest.json()["display"] == "standalone"
    worker = client.get("/sw.js")
    assert worker.headers["Content-Type"].startswith("text/javascript")
    assert client.get("/offline").status_code == 200


def test_pages_with_a_tip_are_never_kept_by_a_cache(alice_client: Client, tip: Tip) -> None:
    assert "no-store" in alice_client.get("/").headers["Cache-Control"]


def test_times_are_those_of_the_person(alice: User, alice_client: Client) -> None:
    make_task(alice, "Someday", due_in=None)
    make_tip(alice.pk, at=NOON)
    assert "2 p.m." in alice_client.get("/").content.decode()
