from __future__ import annotations

import socket
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from oo.lib.http import Refused, Unreachable, fetch_public
from oo.lib.http.addresses import Resolver, is_public, plain_host, resolve_public
from oo.lib.tests.loopback import Loopback, serving

PUBLIC = "93.184.216.34"

TABLES = Path(__file__).parent / "addresses"
PRIVATE_ADDRESSES = (TABLES / "private.txt").read_text().split()
PUBLIC_ADDRESSES = (TABLES / "public.txt").read_text().split()
# How this machine can be spelt in a URL, by the C library, by browsers, or by a careless reader.
SPELLINGS = (TABLES / "spellings.txt").read_text().split()

_connects: list[Any] = []
_listening = False


def _audit(event: str, args: tuple[Any, ...]) -> None:
    if _listening and event == "socket.connect":
        _connects.append(args[1])


sys.addaudithook(_audit)


@pytest.fixture
def connects() -> Iterator[list[Any]]:
    """Every address that any socket of this process tries to connect to."""
    global _listening
    _connects.clear()
    _listening = True
    yield _connects
    _listening = False


@pytest.fixture
def inner() -> Iterator[Loopback]:
    """A service of the inner network, which nobody outside may reach."""
    with serving(lambda request: request.reply(200, b"inner")) as server:
        yield server


def answering(*answers: Sequence[str]) -> Resolver:
    """A name server of somebody's own: the first answer first, the last one ever after."""
    left = list(answers)

    def resolve(host: str, port: int, **_kwargs: Any) -> list[tuple[Any, ...]]:
        found = left.pop(0) if len(left) > 1 else left[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port)) for ip in found]

    return resolve


def like_libc(host: str, port: int, **kwargs: Any) -> Any:
    """Reads numbers as the C library does, in all their spellings; any name is this machine."""
    try:
        return socket.getaddrinfo(host, port, flags=socket.AI_NUMERICHOST, **kwargs)
    except OSError:
        return socket.getaddrinfo("127.0.0.1", port, **kwargs)


@pytest.mark.parametrize("ip", PRIVATE_ADDRESSES)
def test_a_private_address_is_not_public(ip: str) -> None:
    assert not is_public(ip)


@pytest.mark.parametrize("ip", PUBLIC_ADDRESSES)
def test_a_public_address_is_public(ip: str) -> None:
    assert is_public(ip)


@pytest.mark.parametrize("ip", PRIVATE_ADDRESSES)
def test_a_name_that_leads_to_a_private_address_is_not_connected_to(
    ip: str, connects: list[Any]
) -> None:
    with pytest.raises(Refused):
        fetch_public("http://calendar.test/", resolver=answering([ip]))
    assert connects == []


@pytest.mark.parametrize("ip", PRIVATE_ADDRESSES)
def test_one_private_answer_among_public_ones_refuses_them_all(ip: str) -> None:
    for answers in ([PUBLIC, ip], [ip, PUBLIC]):
        with pytest.raises(Refused):
            resolve_public("calendar.test", 443, answering(answers))


@pytest.mark.parametrize("host", SPELLINGS)
def test_no_spelling_of_this_machine_is_connected_to(
    host: str, inner: Loopback, connects: list[Any]
) -> None:
    with pytest.raises(Refused):
        fetch_public(f"http://{host}:{inner.port}/", resolver=like_libc)
    assert connects == []
    assert inner.connections == 0


def test_the_inner_service_would_have_answered(inner: Loopback, connects: list[Any]) -> None:
    found = fetch_public(inner.url, allow_private=inner.door, resolver=like_libc)

    assert found.body == b"inner"
    assert (inner.connections, connects) == (1, [("127.0.0.1", inner.port)])


def test_a_permit_is_for_one_port_and_one_spelling(inner: Loopback, connects: list[Any]) -> None:
    for door in (f"127.0.0.1:{inner.port + 1}", "127.0.0.1", f"localhost:{inner.port}", "*"):
        with pytest.raises(Refused):
            fetch_public(inner.url, allow_private=frozenset({door}), resolver=like_libc)
    assert connects == []


@pytest.mark.parametrize("path", ["http://{0}/", "//{0}/", "HTTP://{0}", "http://a@{0}/"])
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0x7f.1", "[::1]", "2130706433"])
def test_a_redirect_into_the_inner_network_is_refused(
    path: str, host: str, inner: Loopback
) -> None:
    target = path.format(f"{host}:{inner.port}")
    with (
        serving(lambda request: request.reply(302, Location=target)) as outer,
        pytest.raises(Refused),
    ):
        fetch_public(outer.url, allow_private=outer.door, resolver=like_libc)
    assert outer.connections == 1
    assert inner.connections == 0


@pytest.mark.parametrize("target", ["file:///etc/passwd", "gopher://127.0.0.1/", "ftp://a.test/"])
def test_a_redirect_to_something_that_is_not_the_web_is_refused(target: str) -> None:
    with (
        serving(lambda request: request.reply(307, Location=target)) as outer,
        pytest.raises(Refused),
    ):
        fetch_public(outer.url, allow_private=outer.door)


@pytest.mark.parametrize(
    "host",
    ["134744072", "010.8.8.8", "8.8.2056", "0x08080808", "8.8.8.0x8", "a.test.8"],
)
def test_a_number_in_an_odd_spelling_is_refused_wherever_it_leads(host: str) -> None:
    with pytest.raises(Refused, match="not a host name"):
        plain_host(host)


@pytest.mark.parametrize("url", ["http://localhost/", "http://a.localhost./", "http://a:b@c.test/"])
def test_some_urls_are_refused_wherever_they_lead(url: str, connects: list[Any]) -> None:
    with pytest.raises(Refused):
        fetch_public(url, resolver=answering([PUBLIC]))
    assert connects == []


class Town:
    """Stands between us and the internet: PUBLIC leads to a stand-in."""

    def __init__(self, site: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
        self.called: list[str] = []
        dial = socket.create_connection

        def create_connection(address: tuple[str, int], *args: Any, **kwargs: Any) -> Any:
            self.called.append(address[0])
            port = site.port if address[0] == PUBLIC else address[1]
            return dial(("127.0.0.1", port), *args, **kwargs)

        monkeypatch.setattr(socket, "create_connection", create_connection)


def test_a_name_that_rebinds_between_check_and_connection_gains_nothing(
    inner: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(lambda request: request.reply(200, b"site")) as site:
        town = Town(site, monkeypatch)
        url = f"http://rebind.test:{inner.port}/"
        found = fetch_public(url, resolver=answering([PUBLIC], ["127.0.0.1"]))

    assert found.body == b"site"
    assert town.called == [PUBLIC]
    assert site.heard[0][1]["Host"] == f"rebind.test:{inner.port}"
    assert inner.connections == 0


def test_a_name_that_rebinds_between_two_hops_is_refused(
    inner: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    def again(request: Any) -> None:
        request.close_connection = True
        request.reply(302, Location="/again", Connection="close")

    with serving(again) as site:
        town = Town(site, monkeypatch)
        url = f"http://rebind.test:{inner.port}/"
        with pytest.raises(Refused):
            fetch_public(url, resolver=answering([PUBLIC], ["127.0.0.1"]))

    assert town.called == [PUBLIC]
    assert inner.connections == 0


@pytest.mark.parametrize("port", [0, 22, 25, 65_536, 70_000])
def test_a_port_that_is_not_the_webs_is_refused(port: int, connects: list[Any]) -> None:
    with pytest.raises(Refused):
        fetch_public(f"http://calendar.test:{port}/", resolver=answering([PUBLIC]))
    assert connects == []


@pytest.mark.parametrize("url", ["", "calendar", "webcal://a.test/", "http://[::1", "http://a b/"])
def test_what_is_no_web_address_is_refused(url: str) -> None:
    with pytest.raises(Refused):
        fetch_public(url, resolver=answering([PUBLIC]))


@pytest.mark.parametrize(
    ("host", "plain"),
    [
        ("Example.COM.", "example.com"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("ｅｘａｍｐｌｅ．com", "example.com"),
        ("a_b.example", "a_b.example"),
        ("[2606:4700::0:1111]", "2606:4700::1111"),
        ("8.8.8.8", "8.8.8.8"),
        ("3com.example", "3com.example"),
    ],
)
def test_a_host_has_one_spelling(host: str, plain: str) -> None:
    assert plain_host(host) == plain


def test_a_name_that_does_not_resolve_is_unreachable() -> None:
    def nowhere(*_args: Any, **_kwargs: Any) -> Any:
        raise socket.gaierror

    with pytest.raises(Unreachable, match="address: name does not resolve"):
        resolve_public("nowhere.test", 80, nowhere)
    with pytest.raises(Unreachable):
        resolve_public("nowhere.test", 80, answering([]))
