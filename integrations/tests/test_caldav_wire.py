"""What other servers than Radicale do: redirects, odd answers, refusals. On loopback."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from integrations.base import Link
from integrations.sources.caldav import CalDav
from integrations.sources.caldav.server import Server, is_same_site
from integrations.sources.caldav.wire import read_multistatus
from integrations.tests.test_caldav_source import AT
from oo.lib.http import (
    ApiError,
    RateLimited,
    Refused,
    TooLarge,
    Unauthorized,
    Unexpected,
    Unreachable,
)
from oo.lib.tests.loopback import Handler, Loopback, serving

ROOT = '<d:multistatus xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav">{}</d:multistatus>'
ONE = (
    "<d:response><d:href>{}</d:href><d:propstat><d:prop>{}</d:prop>"
    "<d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>"
)
PRINCIPAL = "<d:current-user-principal><d:href>/me/</d:href></d:current-user-principal>"
HOME = "<c:calendar-home-set><d:href>/home/</d:href></c:calendar-home-set>"
LIST = (
    "<d:resourcetype><d:collection/><c:calendar/></d:resourcetype><d:displayname>A</d:displayname>"
)


def multistatus(*answers: tuple[str, str]) -> bytes:
    return ROOT.format("".join(ONE.format(*each) for each in answers)).encode()


def _with_body(handler: Handler) -> None:
    length = int(handler.headers["Content-Length"])
    handler.said = handler.rfile.read(length)  # type: ignore[attr-defined]
    handler.do_GET()


@pytest.fixture
def site(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Any], Loopback]]:
    """Serves what a test wants said, at an address that this installation may reach."""
    for method in ("PROPFIND", "REPORT", "PUT"):
        monkeypatch.setattr(Handler, f"do_{method}", _with_body, raising=False)
    open_sites = []

    def start(say: Any) -> Loopback:
        context = serving(say)
        server = context.__enter__()
        open_sites.append(context)
        settings.OO_PRIVATE_HOSTS_ALLOWED |= server.door
        return server

    yield start
    for context in open_sites:
        context.__exit__(None, None, None)


def credentials(server: Loopback) -> dict[str, str]:
    return {"url": server.url, "name": "alice", "password": "secret"}


def identify(server: Loopback) -> str:
    return CalDav().identify(credentials(server), "").account


def pages(**told: Any) -> Callable[[Handler], None]:
    """What is said at each path, without its slashes; 404 elsewhere."""

    def say(handler: Handler) -> None:
        name = handler.path.strip("/").translate(str.maketrans("/", "_", ".-"))
        answer = told.get(name)
        if answer is None:
            return handler.reply(404)
        if isinstance(answer, bytes):
            return handler.reply(207, answer)
        status, where = answer
        return handler.reply(status, Location=where)

    return say


def test_nextcloud_is_found_where_it_says(site: Any) -> None:
    server = site(
        pages(
            wellknown_caldav=(301, "/remote.php/dav/"),
            remotephp_dav=multistatus(("/remote.php/dav/", PRINCIPAL)),
            me=multistatus(("/me/", HOME)),
        )
    )
    assert identify(server) == f"{server.url}me/"
    assert [path for path, _ in server.heard] == [
        "/",
        "/.well-known/caldav",
        "/remote.php/dav/",
        "/me/",
    ]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_a_private_address_is_refused(site: Any, settings: Any, status: int) -> None:
    other = site(pages())
    settings.OO_PRIVATE_HOSTS_ALLOWED = frozenset()
    for place in (other.url, "http://169.254.169.254/", "http://localhost/", "file:///etc/passwd"):
        server = site(lambda handler, place=place: handler.reply(status, Location=place))
        with pytest.raises(Refused):
            identify(server)
    assert other.connections == 0


@pytest.mark.parametrize(
    "where", ["https://10.0.0.1/", "127.0.0.1", "http://[::1]/", "a@b.example"]
)
def test_a_private_address_is_refused(where: str) -> None:
    given = {"url": where, "name": "alice", "password": "secret"}
    with pytest.raises(Refused):
        CalDav().identify(given, "")


def test_a_home_at_a_private_address_is_refused(site: Any) -> None:
    home = "<c:calendar-home-set><d:href>http://10.0.0.1/</d:href></c:calendar-home-set>"
    server = site(lambda handler: handler.reply(207, multistatus(("/", home))))
    with pytest.raises(Refused):
        identify(server)


def test_a_circle_of_redirects_ends(site: Any) -> None:
    server = site(lambda handler: handler.reply(302, Location="/again"))
    with pytest.raises(Unexpected):
        identify(server)
    assert len(server.heard) < 25


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (401, Unauthorized),
        (403, Unauthorized),
        (404, Unexpected),
        (429, RateLimited),
        (503, Unreachable),
    ],
)
def test_a_status_says_what_to_do(site: Any, status: int, error: type[ApiError]) -> None:
    with pytest.raises(error) as raised:
        identify(site(lambda handler: handler.reply(status)))
    assert raised.value.status == status


def test_a_wrong_password_is_asked_of_nobody_else(site: Any) -> None:
    server = site(lambda handler: handler.reply(401))
    with pytest.raises(Unauthorized):
        identify(server)
    assert len(server.heard) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"<html/>",
        b"\xff\xfe",
        ROOT.format("").encode(),
        b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        b'<!DOCTYPE a SYSTEM "http://127.0.0.1/"><a/>',
        b'<?xml version="1.0" encoding="none"?><a/>',
    ],
)
def test_what_is_no_answer_is_unexpected(site: Any, body: bytes) -> None:
    with pytest.raises(Unexpected):
        identify(site(lambda handler: handler.reply(207, body)))


def test_an_answer_that_breaks_off_changes_nothing(site: Any) -> None:
    whole = multistatus(("/home/a/", LIST))
    server = site(lambda handler: handler.reply(207, whole[:-30]))
    cursor = {"homes": [f"{server.url}home/"], "principal": f"{server.url}me/"}
    with pytest.raises(Unexpected):
        CalDav().pull(link(server, cursor), at=AT)


def link(server: Loopback, cursor: Any = None) -> Link:
    given = credentials(server)
    return Link(UUID(int=9), "a", given, cursor or {}, "", ZoneInfo("Europe/Berlin"), AT)


def test_a_list_that_may_not_be_read_hides_no_other(site: Any) -> None:
    task = "BEGIN:VCALENDAR\nBEGIN:VTODO\nUID:1\nSUMMARY:Milk\nEND:VTODO\nEND:VCALENDAR"
    data = f"<c:calendar-data>{task}</c:calendar-data>"

    def say(handler: Handler) -> None:
        if handler.command == "PROPFIND":
            return handler.reply(207, multistatus(("/home/a/", LIST), ("/home/b/", LIST)))
        if handler.path == "/home/a/":
            return handler.reply(403)
        is_todos = b"VTODO" in handler.said  # type: ignore[attr-defined]
        return handler.reply(207, multistatus(*[("/home/b/1.ics", data)] * is_todos))

    server = site(say)
    cursor = {"homes": [f"{server.url}home/"], "principal": f"{server.url}me/"}
    pull = CalDav().pull(link(server, cursor), at=AT)
    assert [(t.external_id, t.title) for t in pull.tasks] == [(f"{server.url}home/b/1.ics", "Milk")]
    # Neither token nor tag: it is read again, and that is not "nothing new".
    assert not CalDav().pull(link(server, pull.cursor), at=AT).not_modified


TASK = "BEGIN:VCALENDAR\nBEGIN:VTODO\nUID:1\nSUMMARY:Milk\nEND:VTODO\nEND:VCALENDAR"
WHOLE = ONE.format("/home/a/1.ics", f"<c:calendar-data>{TASK}</c:calendar-data>")
STATED = "<d:response><d:href>{}</d:href><d:status>HTTP/1.1 {} No</d:status></d:response>"
LACKING = (
    "<d:response><d:href>{}</d:href><d:propstat><d:prop>{}</d:prop>"
    "<d:status>HTTP/1.1 {} No</d:status></d:propstat></d:response>"
)
FILE, TEXT = "/home/a/2.ics", "<c:calendar-data/>"


def pulled(site: Any, listed: str, filed: str = "") -> list[str]:
    """Titles, where the list of calendars and the files of each are told so."""

    def say(handler: Handler) -> None:
        is_todos = b"VTODO" in getattr(handler, "said", b"")
        told = listed if handler.command == "PROPFIND" else filed * is_todos
        handler.reply(207, ROOT.format(told).encode())

    server = site(say)
    cursor = {"homes": [f"{server.url}home/"], "principal": f"{server.url}me/"}
    return [t.title for t in CalDav().pull(link(server, cursor), at=AT).tasks]


@pytest.mark.parametrize(
    "other",
    [
        *(STATED.format(FILE, status) for status in (500, 503)),
        *(STATED.format("/home/a/", status) for status in (403, 507)),
        LACKING.format(FILE, "<d:getetag/>", 403),
        LACKING.format(FILE, TEXT, 500),
        ONE.format(FILE, TEXT),
        ONE.format(FILE, "<d:getetag>1</d:getetag>"),
    ],
)
def test_everything_but_one_is_not_everything(site: Any, other: str) -> None:
    with pytest.raises(Unreachable):
        pulled(site, ONE.format("/home/a/", LIST), WHOLE + other)


@pytest.mark.parametrize(
    "other",
    [STATED.format(FILE, 404), STATED.format(FILE, 410), LACKING.format(FILE, TEXT, 404)],
)
def test_what_went_while_everything_was_read_is_gone(site: Any, other: str) -> None:
    assert pulled(site, ONE.format("/home/a/", LIST), WHOLE + other) == ["Milk"]


@pytest.mark.parametrize(
    ("listed", "error"),
    [
        ("", Unexpected),
        (STATED.format("/home/", 404), Unexpected),
        (STATED.format("/home/", 403), Unreachable),
        (LACKING.format("/home/", "<d:resourcetype/>", 503), Unreachable),
        (ONE.format("/home/", LIST) + STATED.format("/home/b/", 503), Unreachable),
        (ONE.format("/home/", LIST) + LACKING.format("/home/b/", "<d:x/>", 500), Unreachable),
    ],
)
def test_a_list_of_calendars_with_a_hole_is_none(
    site: Any, listed: str, error: type[ApiError]
) -> None:
    with pytest.raises(error) as raised:
        pulled(site, listed)
    assert type(raised.value) is error


@pytest.mark.parametrize("other", [STATED.format(FILE, 403), LACKING.format(FILE, TEXT, 403)])
def test_what_may_not_be_read_hides_nothing_else(site: Any, other: str) -> None:
    assert pulled(site, ONE.format("/home/a/", LIST), WHOLE + other) == ["Milk"]


@pytest.mark.parametrize("status", [403, 500])
def test_a_home_that_keeps_its_tag_to_itself_tells_its_calendars(site: Any, status: int) -> None:
    tag = '<s:getctag xmlns:s="http://calendarserver.org/ns/"/>'
    home = (
        "<d:response><d:href>/home/</d:href><d:propstat><d:prop><d:resourcetype/></d:prop>"
        f"<d:status>HTTP/1.1 200 OK</d:status></d:propstat><d:propstat><d:prop>{tag}</d:prop>"
        f"<d:status>HTTP/1.1 {status} No</d:status></d:propstat></d:response>"
    )
    assert pulled(site, home + ONE.format("/home/a/", LIST), WHOLE) == ["Milk"]


def test_a_home_without_calendars_has_none(site: Any) -> None:
    home = ONE.format("/home", "<d:resourcetype><d:collection/></d:resourcetype>")
    hidden = LACKING.format("/home/inbox/", "<d:resourcetype/>", 403)
    assert pulled(site, home + hidden) == []


def test_a_list_that_may_not_be_written_does_not_end_the_connection(site: Any) -> None:
    task = b"BEGIN:VCALENDAR\nBEGIN:VTODO\nUID:1\nSUMMARY:Milk\nEND:VTODO\nEND:VCALENDAR"

    def say(handler: Handler) -> None:
        if handler.command == "PUT":
            return handler.reply(403)
        return handler.reply(200, task, ETag='"1"')

    server = site(say)
    with pytest.raises(Unexpected) as raised:
        CalDav().complete(link(server), f"{server.url}a.ics", key=UUID(int=1))
    assert raised.value.status == 403


def test_too_many_lists_are_too_large(site: Any) -> None:
    many = multistatus(*[(f"/home/{n}/", LIST) for n in range(101)])
    server = site(lambda handler: handler.reply(207, many))
    cursor = {"homes": [f"{server.url}home/"], "principal": f"{server.url}me/"}
    with pytest.raises(TooLarge):
        CalDav().pull(link(server, cursor), at=AT)


def test_controls_in_a_text_do_not_hide_it() -> None:
    (answer,) = read_multistatus(
        multistatus(("/a", "<d:displayname>A\x0b\x00B</d:displayname>"))
    ).answers
    assert answer.text("{DAV:}displayname") == "AB"


@pytest.mark.parametrize(
    ("typed", "told", "may"),
    [
        ("caldav.icloud.com", "p42-caldav.icloud.com", True),
        ("fastmail.com", "caldav.fastmail.com", True),
        ("cloud.example.org", "example.org", True),
        ("Cloud.Example.org", "cloud.example.org", True),
        ("cloud.example.org", "example.com", False),
        ("cloud.example.org", "badexample.org", False),
        ("example.org", "other.org", False),
        ("example.co.uk", "other.co.uk", False),
        ("192.168.1.2", "9.168.1.2", False),
        ("localhost", "evil.localhost.example", False),
    ],
)
def test_where_the_password_may_go(typed: str, told: str, may: bool) -> None:
    assert is_same_site(typed, told) is may


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("caldav.icloud.com", "https://caldav.icloud.com"),
        ("http://cloud.example.org/dav?x=1#y", "https://cloud.example.org/dav"),
        ("http://cloud.example.org:80/", "https://cloud.example.org/"),
        ("https://cloud.example.org:8443/dav/", "https://cloud.example.org:8443/dav/"),
    ],
)
def test_a_password_goes_over_tls(typed: str, asked: str) -> None:
    assert Server({"url": typed, "name": "a", "password": "b"}).address == asked
