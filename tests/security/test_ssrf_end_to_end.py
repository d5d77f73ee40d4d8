"""An address that a person types leads to the public internet or nowhere, from form to wire.

`reached` hears every connection that this process tries to make, and lets only loopback through.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.privacy import consents
from integrations.models import CalendarEvent, Connection
from integrations.sources.todoist import AUTH_URL
from integrations.sync.syncing import Outcome, sync
from oo.lib import http
from oo.lib.tests.loopback import Handler, Loopback, serving
from tests.checking import check_connections

pytestmark = pytest.mark.postgres  # takes a while, and does not depend on the database

LISTS = Path(http.__file__).parents[1] / "tests" / "addresses"
FORM = "/connect/calendar-url/"
PUBLIC = "93.184.216.34"
ERROR = re.compile(r'<p class="field__error"[^>]*>(.*?)</p>', re.DOTALL)
WARNING = re.compile(r'<p class="notice notice--error" role="alert">(.*?)</p>', re.DOTALL)
CALM = re.compile(r"[a-zA-Z ,:;.-]+[.]")
CALENDAR = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nEND:VCALENDAR\r\n"


def words(name: str) -> list[str]:
    return (LISTS / f"{name}.txt").read_text().split()


def bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host and not host.startswith("[") else host


HOSTS = [*dict.fromkeys(map(bracketed, words("private") + words("spellings")))]
# Names, and what they resolve to; a list for each time that one is asked for.
NAMES = {
    "inside.example": [["10.0.0.5"]],
    "metadata.example": [["169.254.169.254"]],
    "loopback.example": [["127.0.0.1"]],
    "mapped.example": [["::ffff:127.0.0.1"]],
    "local6.example": [["fd00::1"]],
    "mixed.example": [[PUBLIC, "127.0.0.1"]],
    "mixed6.example": [["127.0.0.1", "2606:4700:4700::1111"]],
}


@pytest.fixture
def reached(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    found: list[str] = []
    connect = socket.socket.connect

    def heard(self: socket.socket, address: Any) -> None:
        if not isinstance(address, tuple):
            connect(self, address)
            return
        found.append(address[0])
        if address[0] != "127.0.0.1":
            raise ConnectionRefusedError
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", heard)
    return found


@pytest.fixture
def victim() -> Iterator[Loopback]:
    """Something on this machine that nobody may reach; it would even answer with a calendar."""
    with serving(lambda handler: handler.reply(200, CALENDAR)) as server:
        yield server


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[list[str]]]:
    """A resolver that says what a test wants; numbers are read as ever."""
    known = {name: [list(turn) for turn in turns] for name, turns in NAMES.items()}
    real = socket.getaddrinfo

    def resolver(host: str, port: int, **more: Any) -> Any:
        turns = known.get(host)
        if turns is None:
            return real(host, port, **more, flags=socket.AI_NUMERICHOST)
        turn = turns.pop(0) if len(turns) > 1 else turns[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in turn]

    defaults = http.fetch_public.__kwdefaults__
    assert defaults is not None
    monkeypatch.setitem(defaults, "resolver", resolver)
    return known


def refused(client: Client, url: str) -> None:
    """The person is told in a calm sentence, and nothing was kept but what they typed."""
    answer = client.post(FORM, {"url": url}, follow=True)
    check_connections()
    if answer.redirect_chain:
        (asked,) = Connection.objects.all()
        assert (asked.state, asked.account[:7]) == ("refused", "unknown"), url
        answer = client.get(FORM, {"again": str(asked.pk)})
    said = [*ERROR.findall(answer.content.decode()), *WARNING.findall(answer.content.decode())]
    assert len(said) == 1, url
    # One of our own sentences, the same whatever was found out about the address.
    assert CALM.fullmatch(said[0]), said
    assert not Connection.objects.exclude(state="refused").exists()


def test_there_are_more_than_fifty_forms() -> None:
    assert len(HOSTS) > 100


@pytest.mark.parametrize("host", HOSTS)
def test_a_private_address_is_not_connected_to(
    host: str, alice_client: Client, victim: Loopback, names: Any, reached: list[str]
) -> None:
    for scheme in ("http", "https", "webcal"):
        refused(alice_client, f"{scheme}://{host}:{victim.port}/a.ics")
    refused(alice_client, f"http://{host}/a.ics")
    assert reached == []
    assert victim.connections == 0


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_leads_inside_is_not_connected_to(
    name: str, alice_client: Client, victim: Loopback, names: Any, reached: list[str]
) -> None:
    for host in (name, name.upper(), f"{name}."):
        refused(alice_client, f"http://{host}:{victim.port}/a.ics")
    assert reached == []
    assert victim.connections == 0


def test_a_name_that_changes_its_mind_is_looked_up_once(
    alice_client: Client, victim: Loopback, names: dict[str, list[list[str]]], reached: list[str]
) -> None:
    names["rebinding.example"] = [[PUBLIC], ["127.0.0.1"]]
    refused(alice_client, f"http://rebinding.example:{victim.port}/a.ics")
    assert reached == [PUBLIC]
    assert victim.connections == 0


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "gopher://127.0.0.1:6379/_FLUSHALL",
        "ftp://127.0.0.1/a.ics",
        "dict://127.0.0.1:6379/info",
        "data:text/calendar,BEGIN:VCALENDAR",
        "javascript:alert(1)",
        "//127.0.0.1/a.ics",
        "http:///a.ics",
        "http://",
        "http://127.0.0.1",
        "http:\\\\127.0.0.1\\a.ics",
        "http://[::1",
        "http://127.0.0.1:22/",
        "http://public.example:6379:80/",
        "http://x\r\nHost: 127.0.0.1/",
        "unix:///var/run/docker.sock",
        "http+unix://%2Fvar%2Frun%2Fdocker.sock/info",
    ],
)
def test_what_is_no_public_web_address_is_not_connected_to(
    address: str, alice_client: Client, names: Any, reached: list[str]
) -> None:
    refused(alice_client, address)
    assert reached == []


# ---- by way of a server that may be asked ---------------------------------------------------


@pytest.fixture
def front(settings: Any) -> Iterator[Callable[[str], Loopback]]:
    """A server that is let through as if it were public, and sends on to where it is told."""
    there: list[str] = []

    def send_on(handler: Handler) -> None:
        handler.reply(302, Location=there[0])

    with serving(send_on) as server:
        settings.OO_PRIVATE_HOSTS_ALLOWED = server.door

        def leading_to(address: str) -> Loopback:
            there[:] = [address]
            return server

        yield leading_to


@pytest.mark.parametrize("host", [*HOSTS, *NAMES])
def test_a_redirect_into_a_private_address_is_not_followed(
    host: str,
    alice_client: Client,
    victim: Loopback,
    front: Callable[[str], Loopback],
    names: Any,
    reached: list[str],
) -> None:
    server = front(f"http://{host}:{victim.port}/a.ics".encode().decode("latin-1"))
    refused(alice_client, server.url)
    assert server.connections == 1
    assert victim.connections == 0
    assert set(reached) == {"127.0.0.1"}


def test_the_victim_could_have_been_reached(
    alice_client: Client, victim: Loopback, front: Callable[[str], Loopback], settings: Any
) -> None:
    server = front(f"{victim.url}a.ics")
    settings.OO_PRIVATE_HOSTS_ALLOWED = server.door | victim.door
    assert alice_client.post(FORM, {"url": server.url}).status_code == 302
    check_connections()
    assert victim.connections == 1
    assert Connection.objects.count() == 1


# ---- later, when nobody is looking ----------------------------------------------------------


def stored(alice: User, url: str) -> UUID:
    now = timezone.now()
    consents.grant(alice.pk, "calendar", by="connect", at=now)
    row = Connection(user=alice, source="calendar-url", account="x", label="x", state="ok")
    row.connected_at = row.next_sync_at = now
    row.write_credentials({"url": url})
    row.save()
    return row.pk


@pytest.mark.parametrize("name", NAMES)
def test_a_calendar_whose_name_leads_inside_one_day_is_not_read(
    name: str, alice: User, victim: Loopback, names: Any, reached: list[str]
) -> None:
    pk = stored(alice, f"http://{name}:{victim.port}/a.ics")
    assert sync(pk, at=timezone.now()) is Outcome.FAILED
    assert (reached, victim.connections) == ([], 0)
    assert Connection.objects.get(pk=pk).last_error == "refused"
    assert CalendarEvent.objects.count() == 0


def test_a_calendar_that_moves_inside_one_day_is_not_read(
    alice: User, victim: Loopback, front: Callable[[str], Loopback], names: Any
) -> None:
    pk = stored(alice, front(f"http://metadata.example:{victim.port}/latest").url)
    assert sync(pk, at=timezone.now()) is Outcome.FAILED
    assert victim.connections == 0


# ---- addresses that nobody may type ---------------------------------------------------------


def test_where_a_source_lives_is_said_by_the_settings_alone(
    alice_client: Client, victim: Loopback, settings: Any, reached: list[str]
) -> None:
    settings.TODOIST_CLIENT_ID = "client-1"
    wrong = {
        name: victim.url
        for name in ("base_url", "api_url", "authorize_url", "token_url", "redirect_uri", "next")
    }
    for data in (wrong | {"way": "oauth"}, {"way": "oauth"}):
        query = "&".join(f"{name}={value}" for name, value in wrong.items())
        answer = alice_client.post(
            f"/connect/todoist/?{query}", data, headers={"X-Forwarded-Host": "127.0.0.1"}
        )
        assert answer["Location"].startswith(f"{AUTH_URL.default}?client_id=client-1&")
        assert str(victim.port) not in answer["Location"]
    assert (reached, victim.connections) == ([], 0)
