"""What somebody else wrote works from end to end, and no file of oO knows it."""

from __future__ import annotations

import html
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from accounts.models import Consent, User
from accounts.privacy import consents
from agents.models import Reading
from agents.understanding.correcting import deny
from agents.understanding.loading import load_understood
from integrations.complete.completing import complete_due
from integrations.models import Connection, Task
from integrations.registry import SOURCES
from integrations.sync.syncing import Outcome, sync
from tests.checking import check_connections
from tests.clock import BERLIN
from tests.factories import make_task
from tests.strangers.package import installed
from tips import conf
from tips.make.making import make_tip
from tips.models import Mute, Tip


@pytest.fixture(autouse=True)
def _morning() -> Iterator[None]:
    """Its policy has another mind from ten at night."""
    with time_machine.travel(timezone.now().astimezone(BERLIN).replace(hour=10)):
        yield


@pytest.fixture(autouse=True)
def _bookshelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with installed(tmp_path, monkeypatch):
        yield


@pytest.fixture
def connection(alice: User, alice_client: Client) -> Connection:
    """Alice gave her library card, and the first sync has been."""
    alice_client.post("/connect/bookshelf/", {"card": "1234"})
    check_connections()
    connection = Connection.objects.get(user=alice)
    assert sync(connection.pk, at=timezone.now()) is Outcome.SYNCED
    return connection


@pytest.fixture
def bookish(settings: Any) -> None:
    settings.OO_POLICY = "bookish"


def read(client: Client, path: str) -> str:
    return html.unescape(client.get(path).content.decode())


def test_nothing_is_amiss_with_it() -> None:
    call_command("check", fail_level="WARNING")


def test_it_is_offered_with_its_own_words(alice_client: Client) -> None:
    assert "The books that wait for you." in read(alice_client, "/connect/")
    page = read(alice_client, "/connect/bookshelf/")
    assert "Library card" in page
    assert "oO reads what you have not read." in page


def test_its_form_may_lead_to_where_people_say_yes_and_no_other_page_may(
    alice_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert form_action(alice_client) == []  # no app at the service, so nobody is sent there
    monkeypatch.setenv("SHELF_CLIENT_ID", "client-7")
    monkeypatch.setenv("SHELF_CLIENT_SECRET", "secret-7")
    assert form_action(alice_client) == ["https://shelf.example"]
    assert "shelf.example" not in str(alice_client.get("/connect/").headers)
    there = alice_client.post("/connect/bookshelf/", {"way": "oauth"}).headers["Location"]
    assert there.startswith("https://shelf.example/yes?client_id=client-7&")


def form_action(client: Client) -> list[str]:
    policy = client.get("/connect/bookshelf/").headers["Content-Security-Policy"]
    (targets,) = [d for d in policy.split("; ") if d.startswith("form-action ")]
    return [t for t in targets.split() if "shelf" in t]


def test_a_client_id_without_its_secret_is_told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHELF_CLIENT_ID", "client-7")
    with pytest.raises(CommandError, match="SHELF_CLIENT_SECRET is not"):
        call_command("check")


def test_what_it_reads_from_the_environment_can_be_listed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    call_command("source_settings")
    lines = capsys.readouterr().out
    assert "# What to read.\n# Unit: one word. Default: novel\n#SHELF_GENRE=novel\n" in lines
    assert "#SHELF_CLIENT_ID=\n" in lines


def test_a_setting_may_be_in_a_file_as_secrets_of_containers_are(
    connection: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert Task.objects.get().project == "novel"
    (tmp_path / "genre").write_text("poem")
    monkeypatch.setenv("SHELF_GENRE_FILE", str(tmp_path / "genre"))
    sync(connection.pk, at=timezone.now() + timedelta(hours=2))
    assert Task.objects.get().project == "poem"


def test_its_consent_is_given_shown_and_withdrawn(
    alice: User, alice_client: Client, connection: Connection
) -> None:
    assert Consent.objects.open(alice.pk).get(key="books").wording == "2026-05-01"
    assert "Your books" in read(alice_client, "/settings/")
    told = {c["key"]: c for c in alice_client.get("/api/v1/consents").json()}
    assert told["books"]["words"] == "oO reads what you have not read."
    consents.withdraw(alice.pk, "books", at=timezone.now())
    assert sync(connection.pk, at=timezone.now() + timedelta(hours=2)) is not Outcome.SYNCED


def test_from_its_row_to_done_and_to_its_silence(
    alice: User, alice_client: Client, connection: Connection, bookish: Any
) -> None:
    now = timezone.now()
    tip = make_tip(alice.pk, at=now)
    assert tip is not None
    assert (tip.content, tip.detail) == ("The Trial by Kafka", "Has not been read yet")
    assert "Has not been read yet" in read(alice_client, "/")
    alice_client.post(f"/tip/{tip.pk}/answer", {"reaction": "done"})
    later = timezone.now() + conf.UNDO_WINDOW + conf.UNDO_GRACE
    assert complete_due(at=later) == 1
    assert SOURCES["bookshelf"].returned == ["b1"]  # type: ignore[attr-defined]
    after = later + conf.REST_AFTER_ANSWER
    assert make_tip(alice.pk, at=after) is None
    assert Tip.objects.get().policy == "bookish"
    assert "You have read everything." in at(after, alice_client)


def test_what_its_reader_says_is_said_of_the_row_and_can_be_denied(
    alice: User, alice_client: Client, connection: Connection, bookish: Any
) -> None:
    tip = make_tip(alice.pk, at=timezone.now())
    assert tip is not None
    why = f"/tip/{tip.pk}/why"
    assert "Kafka waits for it" in read(alice_client, why)
    words = Task.objects.get().words_digest
    assert Reading.objects.get(reader="librarian").words == words
    deny(alice.pk, "task", words, "waits", at=timezone.now())
    assert load_understood([alice.pk])[alice.pk].of_task(words).waits is None


def test_a_row_at_which_its_reader_raises_is_read_by_the_others(
    alice: User, connection: Connection, bookish: Any, caplog: pytest.LogCaptureFixture
) -> None:
    make_task(alice, "Anna is waiting for the photos", words_digest="a" * 32)
    assert make_tip(alice.pk, at=timezone.now()) is not None
    assert load_understood([alice.pk])[alice.pk].of_task("a" * 32).waits is not None
    assert "reader librarian failed: LookupError" in caplog.text
    assert "photos" not in caplog.text


def test_its_advice_is_acknowledged_and_closes_nothing(
    alice: User, alice_client: Client, connection: Connection, bookish: Any
) -> None:
    night = timezone.now().astimezone(BERLIN).replace(hour=22) + timedelta(days=1)
    with time_machine.travel(night, tick=False):
        tip = make_tip(alice.pk, at=night)
        assert tip is not None
        assert (tip.content, tip.kind) == ("Read slowly tonight.", "advice")
        page = read(alice_client, "/")
        assert ">Got it<" in page
        assert ">Done<" not in page
        alice_client.post(f"/tip/{tip.pk}/answer", {"reaction": "done"})
    muted = Mute.objects.get()
    assert muted.until.astimezone(BERLIN).hour == 8
    assert complete_due(at=night + timedelta(hours=1)) == 0
    after = make_tip(alice.pk, at=night + conf.REST_AFTER_ANSWER)
    assert after is not None
    assert after.kind == "task"


def at(moment: Any, client: Client) -> str:
    with time_machine.travel(moment, tick=False):
        return read(client, "/")
