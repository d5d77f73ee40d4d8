from __future__ import annotations

import io
import json
import re
from datetime import UTC, datetime, tzinfo
from typing import Any
from zipfile import ZipFile

import pytest
from allauth.socialaccount.models import SocialAccount
from django.db import connection
from django.test import Client

from accounts.api_tokens.tokens import make_token
from accounts.models import ProviderToken, Session, User
from accounts.privacy import consents, export
from accounts.privacy.deletion import erasers
from accounts.privacy.export import collect
from accounts.profile.change import ProfileChange, change_profile
from events.models import EventRecord
from tests.clock import NOON

PAGE = "/settings/export"


def unpacked(response: Any) -> dict[str, str]:
    data = response.content
    with ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_one_click_gives_a_zip_in_one_piece(alice_client: Client) -> None:
    """So that the server can take it at once: a reader who is slow keeps no thread."""
    response = alice_client.post(PAGE)
    assert not response.streaming
    assert response["Content-Type"] == "application/zip"
    assert re.fullmatch(
        r'attachment; filename="oo-export-\d{4}-\d\d-\d\d\.zip"', response["Content-Disposition"]
    )
    assert response["Cache-Control"] == "no-store"
    files = unpacked(response)
    assert {name.split("/")[0] for name in files} == {"README.txt", *dict(erasers())}


def test_the_readme_explains_every_folder_and_file(alice_client: Client) -> None:
    files = unpacked(alice_client.post(PAGE))
    readme = files.pop("README.txt")
    for app, eraser in erasers():
        assert f"{app}/  {eraser.title}" in readme
    for name in files:
        assert name.split("/")[1] in readme


def test_what_she_told_is_in_it_readable_in_her_own_letters(
    alice: User, alice_client: Client
) -> None:
    consents.grant(alice.pk, "tasks", by="connect", at=NOON)
    change_profile(alice.pk, ProfileChange(role="Bäckerin"), at=NOON)

    files = unpacked(alice_client.post(PAGE))
    you = json.loads(files["accounts/you.json"])
    assert (you["email"], you["time_zone"]) == ("alice@example.com", "Europe/Berlin")
    assert '  "role": "Bäckerin"' in files["accounts/you.json"]
    assert json.loads(files["accounts/consents.json"])[0]["granted_at"] == (
        "2026-05-05T10:00:00+00:00"
    )


def test_no_secret_is_in_it(alice: User, alice_client: Client) -> None:
    ProviderToken.objects.create(
        user=alice, provider="google", uid="1", kind="refresh_token", token="provider-secret"
    )
    token, secret = make_token(alice.pk, name="cli", scopes=["tip:read"], expires_at=None, at=NOON)
    SocialAccount.objects.create(
        user=alice, provider="google", uid="g", extra_data={"refresh_token": "extra-secret"}
    )
    text = "".join(unpacked(alice_client.post(PAGE)).values())
    session = Session.objects.get().session_key
    for hidden in ("provider-secret", "extra-secret", secret, token.digest, session):
        assert hidden not in text
    assert '"cli"' in text


def test_nothing_of_bob_is_in_it(bob: User, alice_client: Client) -> None:
    consents.grant(bob.pk, "tasks", by="connect", at=NOON)
    text = "".join(unpacked(alice_client.post(PAGE)).values())
    assert "bob" not in text.lower()
    assert str(bob.pk) not in text


def test_an_app_that_fails_is_an_error_and_not_half_a_file(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_self: Any, _user_id: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr("events.eraser.EventsEraser.export", broken)
    with pytest.raises(RuntimeError):
        collect(alice.pk, at=NOON)


@pytest.mark.django_db(transaction=True)
def test_nobody_waits_for_it_to_write(
    alice_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On SQLite a transaction is the only one that writes, whatever it does."""
    held: list[bool] = []

    def asked(_self: Any, _user_id: Any) -> dict[str, Any]:
        held.append(connection.in_atomic_block)
        return {}

    monkeypatch.setattr("events.eraser.EventsEraser.export", asked)
    assert alice_client.post(PAGE).status_code == 200
    assert held == [False]


def test_exporting_changes_nothing(alice: User, alice_client: Client) -> None:
    before = User.objects.filter(pk=alice.pk).values().get()
    first = unpacked(alice_client.post(PAGE))
    assert User.objects.filter(pk=alice.pk).values().get() == before
    again = unpacked(alice_client.post(PAGE))
    assert again.pop("events/events.json") != first.pop("events/events.json")  # its own record
    assert again == first


@pytest.mark.parametrize(("way", "path"), [("page", PAGE), ("api", "/api/v1/export")])
def test_that_it_was_exported_is_on_record(way: str, path: str, alice_client: Client) -> None:
    alice_client.post(path) if way == "page" else alice_client.get(path)
    assert EventRecord.objects.get(subject="accounts.data.exported").body == {"by": way}


def test_it_is_for_the_person_alone(client: Client, db: None) -> None:
    assert client.post(PAGE).status_code == 302


def test_it_is_a_post(alice_client: Client) -> None:
    assert alice_client.get(PAGE).status_code == 405


def test_its_days_are_hers(alice: User, alice_client: Client, time_machine: Any) -> None:
    change_profile(alice.pk, ProfileChange(time_zone="Pacific/Auckland"), at=NOON)
    time_machine.move_to(datetime(2026, 5, 5, 20, 0, tzinfo=UTC), tick=False)
    response = alice_client.post(PAGE)
    assert "oo-export-2026-05-06.zip" in response["Content-Disposition"]
    assert "on 2026-05-06." in unpacked(response)["README.txt"]


@pytest.mark.parametrize(
    ("method", "path", "status"), [("post", PAGE, 302), ("get", "/api/v1/export", 401)]
)
def test_beside_a_deletion_nothing_is_written_of_who_has_left(
    alice: User,
    alice_client: Client,
    monkeypatch: pytest.MonkeyPatch,
    method: str,
    path: str,
    status: int,
) -> None:
    """They press the button while the export has been let in already."""

    def beside(user_id: Any) -> tzinfo:
        User.objects.filter(pk=user_id).delete()
        return UTC

    monkeypatch.setattr(export, "zone_of", beside)
    answer = getattr(alice_client, method)(path)
    assert answer.status_code == status
    assert not EventRecord.objects.filter(subject="accounts.data.exported").exists()
