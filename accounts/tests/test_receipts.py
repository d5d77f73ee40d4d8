from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from accounts import tasks
from accounts.models import DeletionReceipt, Session
from accounts.privacy import receipts

STATEMENT: dict[str, Any] = {
    "version": 1,
    "deleted_at": "2026-05-05T12:00:00+00:00",
    "erased": [
        {"what": "Passkeys", "rows": {}},
        {"what": "Straße: names", "rows": {"tips.Tip": 3, "tips.Mute": 4}},
    ],
    "revoked": [{"provider": "google", "revoked": False, "note": "End it: myaccount.google.com"}],
    "check": {"tables": 30, "rows": 900, "erased": 0, "left": {}},
}


def changed(path: str, value: Any) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(json.dumps(receipts.sign(STATEMENT)))
    target, keys = body, path.split(".")
    for key in keys[:-1]:
        target = target[key]
    target[keys[-1]] = value
    return body


def test_what_was_signed_is_valid() -> None:
    assert receipts.is_valid(receipts.sign(STATEMENT))


def test_the_order_of_keys_does_not_matter() -> None:
    body = receipts.sign(dict(reversed(STATEMENT.items())))
    assert body["signature"] == receipts.sign(STATEMENT)["signature"]


@pytest.mark.parametrize(
    "forged",
    [
        changed("receipt.deleted_at", "2026-05-05T12:00:01+00:00"),
        changed("receipt.check.left", {"tips.Tip": 1}),
        changed("receipt.extra", 1),
        changed("signature", "x" * 43),
        changed("signature", ""),
        changed("note", "outside of the signature"),
        {"receipt": STATEMENT},
        {"receipt": "text", "signature": "text"},
        [],
        None,
    ],
)
def test_what_was_changed_or_made_up_is_invalid(forged: Any) -> None:
    assert not receipts.is_valid(forged)


def test_an_older_key_still_vouches_for_its_receipts(settings: Any) -> None:
    body = receipts.sign(STATEMENT)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "new" * 20, [settings.SECRET_KEY]
    assert receipts.is_valid(body)

    settings.SECRET_KEY_FALLBACKS = []
    assert not receipts.is_valid(body)


def verdict(file: Path) -> tuple[int, str]:
    out = StringIO()
    try:
        call_command("verify_receipt", str(file), stdout=out)
    except CommandError as error:
        return error.returncode, str(error)
    return 0, out.getvalue()


def test_the_command_says_valid_or_invalid_and_exits_so(tmp_path: Path) -> None:
    file = tmp_path / "receipt.json"
    file.write_text(json.dumps(receipts.sign(STATEMENT), indent=4))
    code, said = verdict(file)
    assert code == 0
    assert said.endswith(": valid\n")

    file.write_text(json.dumps(changed("receipt.version", 2)))
    assert verdict(file) == (1, f"{file}: invalid")


@pytest.mark.parametrize("text", ["", "no json", "[" * 100_000, "null"])
def test_a_file_that_is_no_receipt_is_invalid(tmp_path: Path, text: str) -> None:
    file = tmp_path / "other.json"
    file.write_text(text)
    assert verdict(file)[0] == 1


def test_a_file_that_is_not_there_is_another_exit_code(tmp_path: Path) -> None:
    assert verdict(tmp_path / "nothing.json")[0] == 2


@pytest.fixture
def receipt(db: None) -> DeletionReceipt:
    return DeletionReceipt.objects.create(body=receipts.sign(STATEMENT), made_at=timezone.now())


def test_anyone_with_the_link_reads_the_receipt(client: Client, receipt: DeletionReceipt) -> None:
    response = client.get(f"/receipt/{receipt.pk}")
    page = response.content.decode()
    assert response.status_code == 200
    assert "Nothing is left." in page
    assert "Straße" in page
    assert "7 entries" in page
    assert "tips." not in page  # the names of tables are in the file
    assert "Passkeys" not in page
    assert "myaccount.google.com" in page
    assert response["X-Robots-Tag"] == "noindex"
    assert "no-store" in response["Cache-Control"]


def test_the_file_is_what_the_command_verifies(
    client: Client, receipt: DeletionReceipt, tmp_path: Path
) -> None:
    response = client.get(f"/receipt/{receipt.pk}/file")
    file = tmp_path / "downloaded.json"
    file.write_bytes(response.content)
    assert "attachment" in response["Content-Disposition"]
    assert verdict(file)[0] == 0


@pytest.mark.parametrize(
    ("check", "says"),
    [
        (None, "did not finish"),
        ({"tables": 3, "rows": 9, "erased": 2, "left": {}}, "found 2 more rows and erased"),
        ({"tables": 3, "rows": 9, "erased": 0, "struck": 1, "left": {}}, "in 1 row that belongs"),
        ({"tables": 3, "rows": 9, "erased": 0, "left": {"tips.Tip": 1}}, "tips.Tip: 1"),
    ],
)
def test_the_page_is_honest_about_the_check(
    client: Client, receipt: DeletionReceipt, check: Any, says: str
) -> None:
    receipt.body = receipts.sign(STATEMENT | {"check": check})
    receipt.save()
    page = client.get(f"/receipt/{receipt.pk}").content.decode()
    assert says in page
    assert ("Nothing is left." in page) == bool(check and not check["left"])


@pytest.mark.parametrize("tail", ["", "/file"])
def test_receipts_are_read_and_not_guessed(
    client: Client, receipt: DeletionReceipt, tail: str
) -> None:
    assert client.get(f"/receipt/{uuid4()}{tail}").status_code == 404
    assert client.post(f"/receipt/{receipt.pk}{tail}").status_code == 405


def test_purging_forgets_old_receipts_and_dead_sessions(db: None) -> None:
    now = datetime.now(UTC)
    for days in (89, 91):
        DeletionReceipt.objects.create(body={}, made_at=now - timedelta(days=days))
    for key, hours in (("dead", -1), ("live", 1)):
        Session.objects.create(
            session_key=key, session_data="", expire_date=now + timedelta(hours=hours)
        )
    done = tasks.purge()
    assert (done["receipts"], done["sessions"]) == (1, 1)
    assert Session.objects.get().session_key == "live"
