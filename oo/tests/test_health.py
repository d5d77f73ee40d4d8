from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as configured
from django.db import InterfaceError, OperationalError, connection
from django.test import Client

SIGNED_IN = {"sessionid": "0" * 32}
# Asked of a process of its own: what the tests' own database is must not matter here.
ASK = """
import django; django.setup()
from django.test import Client
client = Client(raise_request_exception=False, HTTP_HOST="localhost")
client.cookies.load({"sessionid": "0" * 32})
answer = client.get("/readyz")
print(answer.status_code, answer.headers["Content-Type"], answer.content.decode())
"""
NOT_READY = '503 application/json {"ready": false, "database": false}'


@pytest.mark.django_db
def test_with_a_database_it_is_ready_and_as_closed_as_any_page(client: Client) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"ready": True, "database": True})
    assert answer["X-Frame-Options"] == "DENY"
    assert "no-store" in answer["Cache-Control"]
    assert client.post("/readyz").status_code == 405


@pytest.mark.parametrize("error", [OperationalError, InterfaceError, OSError])
@pytest.mark.parametrize("cookies", [{}, SIGNED_IN])
def test_whoever_asks_and_however_the_database_fails_is_told_in_json(
    error: type[Exception], cookies: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_args: Any) -> Any:
        raise error("gone")

    monkeypatch.setattr(connection, "cursor", fails)
    client = Client(raise_request_exception=False)
    client.cookies.load(cookies)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"ready": False, "database": False})
    assert client.get("/healthz").json() == {"up": True}


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:////nowhere/oo.sqlite3",
        "sqlite:///{folder}/made-when-asked.sqlite3",
        "sqlite:///{folder}/no-database",
        "postgres://oo@127.0.0.1:1/oo",
    ],
)
def test_without_a_database_it_is_not_ready(url: str, tmp_path: Path) -> None:
    (tmp_path / "no-database").write_text("a text " * 1000)
    env = os.environ | {
        "DATABASE_URL": url.format(folder=tmp_path),
        "DJANGO_SETTINGS_MODULE": "oo.settings.base",
        "OO_SECRET_KEY": "x" * 60,
    }
    asked = subprocess.run(
        [sys.executable, "-c", ASK],
        cwd=configured.ROOT,
        env=env,
        capture_output=True,
        text=True,
    )
    assert asked.stdout.strip().splitlines()[-1:] == [NOT_READY], asked.stderr
