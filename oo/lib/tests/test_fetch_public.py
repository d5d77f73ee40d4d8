from __future__ import annotations

from collections.abc import Iterator

import pytest

from oo.lib.http import (
    ApiError,
    Limits,
    Unauthorized,
    Unexpected,
    fetch_public,
)
from oo.lib.tests.loopback import Handler, Loopback, serving


@pytest.fixture
def echo() -> Iterator[Loopback]:
    with serving(lambda request: request.reply(200, b'{"ok": true}')) as server:
        yield server


def test_a_redirect_is_followed_and_told() -> None:
    def move(request: Handler) -> None:
        if request.path == "/":
            request.reply(301, Location="./new?a=1#part")
        else:
            request.reply(200, b"BEGIN:VCALENDAR")

    with serving(move) as server:
        found = fetch_public(server.url, allow_private=server.door)
    assert (found.status, found.body) == (200, b"BEGIN:VCALENDAR")
    assert found.url == f"{server.url}new?a=1"


@pytest.mark.parametrize(("limit", "error"), [(3, None), (2, Unexpected), (0, Unexpected)])
def test_redirects_are_counted(limit: int, error: type[ApiError] | None) -> None:
    def count(request: Handler) -> None:
        hop = int(request.path.strip("/") or 0)
        request.reply(302, Location=f"/{hop + 1}") if hop < 3 else request.reply(200)

    with serving(count) as server:
        if error is None:
            assert fetch_public(
                server.url, limits=Limits(max_redirects=limit), allow_private=server.door
            ).url.endswith("/3")
        else:
            with pytest.raises(error, match="too many redirects"):
                fetch_public(
                    server.url, limits=Limits(max_redirects=limit), allow_private=server.door
                )
        assert len(server.heard) == limit + 1


def test_an_authorization_does_not_go_to_another_origin(echo: Loopback) -> None:
    sent = {"Authorization": "Basic secret", "If-None-Match": '"1"'}
    with serving(lambda request: request.reply(302, Location=echo.url)) as first:
        fetch_public(first.url, headers=sent, allow_private=first.door | echo.door)
    assert first.heard[0][1]["Authorization"] == "Basic secret"
    assert "Authorization" not in echo.heard[0][1]
    assert echo.heard[0][1]["If-None-Match"] == '"1"'


def test_what_has_not_changed_comes_back_as_304() -> None:
    def conditional(request: Handler) -> None:
        known = request.headers["If-None-Match"] == '"1"'
        request.reply(304 if known else 200, b"" if known else b"x", ETag='"1"')

    with serving(conditional) as server:
        first = fetch_public(server.url, allow_private=server.door)
        again = fetch_public(
            server.url, headers={"If-None-Match": first.headers["etag"]}, allow_private=server.door
        )
    assert (first.status, first.body, again.status, again.body) == (200, b"x", 304, b"")


@pytest.mark.parametrize(("status", "error"), [(404, Unexpected), (401, Unauthorized), (300, None)])
def test_a_page_that_is_not_there_is_an_error(status: int, error: type[ApiError] | None) -> None:
    with (
        serving(lambda request: request.reply(status)) as server,
        pytest.raises(error or Unexpected) as caught,
    ):
        fetch_public(server.url, service="calendar", allow_private=server.door)
    assert (caught.value.service, caught.value.status) == ("calendar", status)
