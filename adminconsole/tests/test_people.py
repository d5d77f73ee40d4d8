"""The list of people and the page of one: who is there, what is masked, and what is revealed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, timedelta
from html import unescape
from uuid import uuid4

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Consent, User
from adminconsole.looking.revealing import KEY
from adminconsole.pages.people import finding
from adminconsole.tests.people import (
    HOSTILE,
    LIST,
    NEVER,
    PROJECT,
    REVEALED,
    TITLE,
    assert_audited,
    audited,
    client_of,
    do,
    infer,
    page_of,
    told_by,
    write_all,
)
from agents.base import Snippet
from agents.looking.codec import dump
from agents.models import AgentOutput, Belief, LookSchedule, ModelCall
from integrations.models import Connection
from tests.clock import NOON
from tests.factories import give_tip, make_connection, make_person, signed_in
from tips.models import Interruption, Tip

pytestmark = pytest.mark.django_db
KINDS = ["viewer", "operator", "privacy officer", "superuser"]


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON.astimezone(UTC), tick=False) as coordinates:
        yield coordinates


@pytest.fixture
def officer() -> Client:
    return client_of("privacy officer")


def read(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def listed(client: Client, asked: str = "") -> list[str]:
    answer = client.get(f"{LIST}{asked}")
    assert answer.status_code == 200
    return [row.person.email for row in answer.context["found"].rows]


def test_an_address_stands_as_it_is(alice: User) -> None:
    page = read(client_of("viewer"), page_of(alice))
    assert alice.email in page
    assert alice.email.capitalize() not in page


# What is masked


@pytest.mark.parametrize("kind", KINDS)
def test_no_word_of_theirs_is_shown_before_it_is_revealed(alice: User, kind: str) -> None:
    write_all(alice)
    client = client_of(kind)
    for address in (LIST, f"{LIST}?q=alice", page_of(alice)):
        page = read(client, address)
        assert alice.email in page
        for words in (*REVEALED, *NEVER):
            assert words not in page, (address, words)


@pytest.mark.parametrize("kind", KINDS)
def test_only_whoever_may_reveal_has_the_button(alice: User, kind: str) -> None:
    has_button = "/console/people/do/reveal/" in read(client_of(kind), page_of(alice))
    assert has_button == (kind in ("privacy officer", "superuser"))


@pytest.mark.parametrize("kind", ["viewer", "operator"])
def test_whoever_may_not_reveal_is_refused(alice: User, kind: str) -> None:
    write_all(alice)
    client = client_of(kind)
    assert do(client, "reveal", alice).status_code == 403
    assert TITLE not in read(client, page_of(alice))
    assert audited("reveal") == []


def test_revealed_is_what_they_wrote_and_it_is_on_record(alice: User, officer: Client) -> None:
    write_all(alice)
    assert "ten minutes" in told_by(do(officer, "reveal", alice))
    answer = officer.get(page_of(alice))
    page = unescape(answer.content.decode())
    assert all(words in page for words in REVEALED)
    assert not any(words in page for words in NEVER), "nobody needs these to understand a tip"
    assert "no-store" in answer["Cache-Control"]
    assert "/console/people/do/reveal/" not in page
    assert_audited("reveal", alice)


def test_revealed_is_one_person_alone(alice: User, officer: Client) -> None:
    charlotte = make_person("charlotte")
    write_all(alice)
    write_all(charlotte, "Water the fern")
    do(officer, "reveal", alice)
    assert "Water the fern" not in read(officer, page_of(charlotte))
    assert TITLE not in read(officer, LIST)
    do(officer, "reveal", charlotte)
    assert "Water the fern" in read(officer, page_of(charlotte))
    assert TITLE not in read(officer, page_of(alice)), "one at a time"


def test_revealed_is_for_this_session_alone(alice: User, officer: Client) -> None:
    write_all(alice)
    do(officer, "reveal", alice)
    assert TITLE not in read(signed_in(User.objects.get(email__startswith="bob")), page_of(alice))


def test_after_ten_minutes_it_is_masked_again(
    alice: User, officer: Client, clock: time_machine.Traveller
) -> None:
    write_all(alice)
    do(officer, "reveal", alice)
    clock.shift(timedelta(minutes=9, seconds=59))
    assert TITLE in read(officer, page_of(alice))
    clock.shift(timedelta(seconds=1))
    assert TITLE not in read(officer, page_of(alice))


def test_whoever_may_reveal_no_more_reads_no_more(alice: User, officer: Client) -> None:
    write_all(alice)
    do(officer, "reveal", alice)
    bob = User.objects.get(email__startswith="bob")
    bob.groups.set([Group.objects.get(name="viewer")])
    assert TITLE not in read(officer, page_of(alice))


def test_the_session_names_nobody(alice: User, officer: Client) -> None:
    do(officer, "reveal", alice)
    kept = str(officer.session[KEY])
    assert alice.email not in kept
    assert str(alice.pk) not in kept


def test_without_a_reason_nothing_is_revealed(alice: User, officer: Client) -> None:
    write_all(alice)
    assert "Say why" in told_by(do(officer, "reveal", alice, why="  "))
    assert TITLE not in read(officer, page_of(alice))
    assert KEY not in officer.session


def test_what_is_revealed_is_text(alice: User, officer: Client) -> None:
    write_all(alice)
    Tip.objects.update(content=HOSTILE, detail=HOSTILE)
    Belief.objects.update(value={"names": [HOSTILE]})
    AgentOutput.objects.update(snippet=dump(Snippet(text=HOSTILE)))
    alice.profile.role = HOSTILE[:80]
    alice.profile.save()
    do(officer, "reveal", alice)
    page = officer.get(page_of(alice)).content.decode()
    assert HOSTILE not in page
    assert page.count("&lt;script&gt;alert(1)") == 5
    assert "<img src=x" not in page


# One person


def test_a_page_says_how_it_stands_with_them(alice: User) -> None:
    tip = write_all(alice)
    Tip.objects.filter(pk=tip.pk).update(
        state="answered", shown_at=NOON, answered_at=NOON, ended_at=NOON, reaction="done", reward=1
    )
    Consent.objects.create(
        user=alice, key="tasks", wording="2026-11-22", granted_at=NOON, granted_by="connect"
    )
    for outcome in ("used", "refused"):
        ModelCall.objects.create(
            user=alice, at=NOON, purpose="words", alias="a", prompt="p", outcome=outcome,
            tokens_in=3, tokens_out=4,
        )  # fmt: skip
    answer = client_of("viewer").get(page_of(alice))
    page = unescape(answer.content.decode())
    for words in ("Europe/Berlin", "Your tasks", "quiet hours", "Your areas of life", "30 %"):
        assert words in page
    done = answer.context["answers_chart"].lines[0]
    assert (str(done.title), sum(done.values), done.values[-1]) == ("done", 1, 1)
    assert [figure.text for figure in answer.context["calls"]] == ["2", "50 %", "0", "14", "0.00"]


def test_a_page_says_of_a_notification_that_it_reached_nobody(alice: User) -> None:
    write_all(alice)
    viewer, words = client_of("viewer"), "worth it, but it reached nobody"
    asked = Interruption.objects.filter(user=alice)
    for spoken in (True, False):
        asked.update(spoken=spoken, why="worth_it")
        assert (words in read(viewer, page_of(alice))) is not spoken


def test_an_inference_says_whose_word_it_is(alice: User) -> None:
    infer(alice)
    infer(alice, inference="momentum", value={"a_day": 2}, said={"a_day": 3})
    infer(alice, inference="overdue-task", value={"days": 2}, is_denied=True)
    answer = client_of("viewer").get(page_of(alice))
    states = {row.belief.inference: str(row.state) for row in answer.context["inferences"]}
    assert states == {
        "focus-area": "inferred",
        "momentum": "in their own word",
        "overdue-task": "not so, they say",
    }


def test_what_no_inference_says_any_more_is_no_failure(alice: User, officer: Client) -> None:
    infer(alice, inference="left-the-house")
    infer(alice, value={"names": 7})
    do(officer, "reveal", alice)
    assert "left-the-house" in read(officer, page_of(alice))


@pytest.mark.parametrize("kind", KINDS)
def test_whoever_has_left_has_no_page(charlie: User, kind: str) -> None:
    client = client_of(kind)
    assert client.get(page_of(charlie)).status_code == 404
    assert client.get(page_of(uuid4())).status_code == 404
    assert client.get(f"{LIST}nonsense/").status_code == 404


def test_a_page_is_for_staff(alice: User, alice_client: Client, client: Client) -> None:
    assert alice_client.get(page_of(alice), follow=True).status_code == 403
    assert client.get(page_of(alice), follow=True).redirect_chain[-1][0].startswith("/sign-in/")
    outsider = make_person("nobodys", is_staff=True)
    assert signed_in(outsider).get(page_of(alice)).status_code == 403
    assert client_of("viewer").post(page_of(alice)).status_code == 405


# The list


def test_a_person_is_found_by_address_or_key_or_how_it_begins(alice: User) -> None:
    client, key = client_of("viewer"), str(alice.pk)
    for text in (alice.email, alice.email.upper(), "alic", key, key[:6], key[:13], f" {key} "):
        assert alice.email in listed(client, f"?q={text}"), text
    assert listed(client, "?q=lice@") == []
    assert listed(client, f"?q={uuid4()}") == []


@pytest.mark.parametrize("text", ["%00", "%27%22;--", "a" * 5000, "%25", "_lice", "%5C", "0" * 33])
def test_a_search_may_be_anything(alice: User, text: str) -> None:
    assert listed(client_of("viewer"), f"?q={text}&state=x&before=y&after=%00") in (
        [],
        listed_all(),
    )


def listed_all() -> list[str]:
    rows = User.objects.filter(is_active=True).order_by("-date_joined", "-pk")
    return list(rows.values_list("email", flat=True))


def test_a_filter_shows_those_that_are_so_and_stays_in_the_address(charlie: User) -> None:
    people = {name: make_person(name) for name in ("newcomer", "silent", "broken", "busy", "gone")}
    for name in ("silent", "busy"):
        make_connection(people[name])
    make_connection(people["broken"], state=Connection.State.RECONNECT)
    make_connection(charlie, state=Connection.State.RECONNECT)
    Consent.objects.create(
        user=people["gone"], key="tasks", wording="w", granted_at=NOON, granted_by="connect"
    )
    LookSchedule.objects.create(user=people["busy"], active_at=NOON - timedelta(days=6))
    LookSchedule.objects.create(user=people["silent"], active_at=NOON - timedelta(days=8))
    tip = give_tip(people["busy"])
    Tip.objects.filter(pk=tip.pk).update(state="answered", answered_at=NOON, reaction="done")
    client = client_of("viewer", "staff")

    def names(state: str) -> set[str]:
        return {email.partition("@")[0] for email in listed(client, f"?state={state}")}

    assert names("") == {*people, "staff"}
    assert names("active") == {"busy"}
    assert names("never") == {"newcomer", "staff"}
    assert names("silent") == {"silent", "broken"}
    assert names("broken") == {"broken"}
    assert names("staff") == {"staff"}
    page = read(client, f"{LIST}?state=broken&q=bro")
    assert "?state=silent&q=bro" in page or "?q=bro&state=silent" in page
    assert '<input type="hidden" name="state" value="broken">' in page


def test_a_row_says_how_it_stands(alice: User) -> None:
    make_connection(alice)
    LookSchedule.objects.create(user=alice, active_at=NOON)
    for made in (NOON - timedelta(days=29), NOON - timedelta(days=1)):
        tip = give_tip(alice, f"Call {made.day}")
        Tip.objects.filter(pk=tip.pk).update(
            state="answered", made_at=made, shown_at=made, answered_at=made, reaction="done"
        )
    rows = client_of("viewer").get(f"{LIST}?q=alice").context["found"].rows
    assert [(row.answers, str(row.state), row.tone) for row in rows] == [(1, "active", "good")]
    assert rows[0].person.shown_at == NOON - timedelta(days=1)
    assert [(each.title, each.tone) for each in rows[0].sources] == [("Sample data", "good")]


def test_pages_go_down_and_up_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "A_PAGE", 3)
    client = client_of("viewer")
    for n in range(7):
        make_person(f"p{n}")
    User.objects.filter(email__in=["p1@example.com", "p2@example.com"]).update(date_joined=NOON)
    everybody, seen, asked, pages = listed_all(), [], "", []
    while True:
        found = client.get(f"{LIST}{asked}").context["found"]
        pages.append([row.person.email for row in found.rows])
        seen += pages[-1]
        if not found.older:
            break
        asked = f"?before={found.older}"
    assert seen == everybody
    assert [len(page) for page in pages] == [3, 3, 2]
    back = client.get(f"{LIST}?after={found.newer}").context["found"]
    assert [row.person.email for row in back.rows] == pages[1]
    first = client.get(f"{LIST}?after={back.newer}").context["found"]
    assert [row.person.email for row in first.rows] == pages[0]
    assert first.newer == ""


# What it costs


def cost(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


def test_neither_page_costs_more_for_more_rows(alice: User, officer: Client) -> None:
    write_all(alice)
    do(officer, "reveal", alice)
    read(officer, page_of(alice))  # with its message
    before = cost(officer, LIST), cost(officer, page_of(alice))
    for n in range(8):
        write_all(make_person(f"p{n}"))
        make_connection(alice, account=f"another {n}")
        tip = give_tip(alice, f"Call {n}", due_in=-n)
        Tip.objects.filter(pk=tip.pk).update(state="expired", ended_at=NOON)
    assert (cost(officer, LIST), cost(officer, page_of(alice))) == before
    assert before[0] <= 12
    assert before[1] <= 25


def test_the_list_counts_no_table(alice: User) -> None:
    client = client_of("viewer")
    with CaptureQueriesContext(connection) as queries:
        client.get(f"{LIST}?state=never&q=a")
    assert not any("COUNT(*)" in query["sql"].upper() for query in queries)


def test_no_word_is_made_that_is_not_shown(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    infer(alice)
    monkeypatch.setattr(
        "adminconsole.pages.people.person.said_in", lambda _belief: pytest.fail(PROJECT)
    )
    read(client_of("superuser"), page_of(alice))
