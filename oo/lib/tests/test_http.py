from __future__ import annotations

import logging
import pickle
import tomllib
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from oo.lib.http import (
    Api,
    ApiError,
    NotReached,
    RateLimited,
    Refused,
    Unauthorized,
    Unexpected,
    Unreachable,
    fetch_public,
    web_address,
)
from oo.lib.tests.loopback import Handler, Loopback, serving
from oo.lib.version import VERSION

TOKEN, QUERY, FORM, BODY = "tok-en", "que-ry", "fo-rm", "bo-dy"


def api(*answers: httpx.Response | Exception, **options: Any) -> Api:
    queue = iter(answers)

    def answer(_request: httpx.Request) -> httpx.Response:
        found = next(queue)
        if isinstance(found, Exception):
            raise found
        return found

    transport = httpx.MockTransport(answer)
    return Api("todoist", "https://t.test/api/", TOKEN, transport=transport, **options)


@pytest.fixture
def echo() -> Iterator[Loopback]:
    with serving(lambda request: request.reply(200, b'{"ok": true}')) as server:
        yield server


def test_it_sends_token_params_form_json_and_headers() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"id": 7})

    with Api("t", "https://t.test/v1", TOKEN, transport=httpx.MockTransport(answer)) as client:
        assert client.get("tasks", params={"cursor": "a b"}) == {"id": 7}
        client.post("token", form={"grant_type": "refresh_token"}, headers={"X-Request-Id": "1"})
        client.post("tasks", json={"content": "é"})

    assert str(seen[0].url) == "https://t.test/v1/tasks?cursor=a+b"
    assert seen[0].headers["authorization"] == f"Bearer {TOKEN}"
    assert (seen[1].content, seen[1].headers["x-request-id"]) == (b"grant_type=refresh_token", "1")
    assert seen[2].content == '{"content":"é"}'.encode()


def test_an_empty_answer_is_none() -> None:
    assert api(httpx.Response(204)).post("tasks/1/close") is None


def test_other_methods_give_status_headers_and_body() -> None:
    answer = api(httpx.Response(200, text="hi", headers={"ETag": '"1"'})).send("DELETE", "tasks/1")
    assert (answer.status, answer.headers["etag"], answer.body) == (200, '"1"', b"hi")


@pytest.mark.parametrize(
    "path",
    [
        "https://evil.test/",
        "//evil.test/x",
        "http://t.test/api/x",
        "https://t.test:8443/api/x",
        "../admin",
        "tasks/../../admin",
        "tasks/..%2f..%2fadmin",
        "tasks/%2e%2e/%2e%2e/admin",
        "tasks?cursor=1",
        "tasks#1",
    ],
)
def test_a_path_cannot_carry_the_token_away(path: str) -> None:
    with pytest.raises(Unexpected, match="path leaves the API"):
        api(httpx.Response(200)).get(path)


def test_the_environments_proxy_and_netrc_are_not_used(
    echo: Loopback, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login alice password netrc-secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")
    with Api("echo", echo.url) as client:
        assert client.get("x") == {"ok": True}
    fetch_public(echo.url, allow_private=echo.door)
    assert all("Authorization" not in headers for _path, headers in echo.heard)


def test_it_says_who_asks_to_servers_that_refuse_whoever_does_not(settings: Any) -> None:
    settings.OO_BASE_URL = "https://oo.example.com"

    def choosy(request: Handler) -> None:
        agent = request.headers.get("User-Agent", "")
        is_unknown = not agent or agent.startswith("python-httpx")
        request.reply(403 if is_unknown else 200, b"{}")

    with serving(choosy) as server:
        with Api("choosy", server.url) as client:
            assert client.get("x") == {}
        assert fetch_public(server.url, allow_private=server.door).status == 200
        with pytest.raises(Unauthorized):
            fetch_public(server.url, allow_private=server.door, headers={"User-Agent": ""})
    said = [headers["User-Agent"] for _path, headers in server.heard]
    assert said == [f"oO/{VERSION} (+https://oo.example.com)"] * 2 + [""]


def test_the_version_that_is_said_is_that_of_the_project() -> None:
    project = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text())
    assert project["project"]["version"] == VERSION


# What failures are called


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, Unexpected),
        (401, Unauthorized),
        (403, Unauthorized),
        (404, Unexpected),
        (408, Unreachable),
        (418, Unexpected),
        (429, RateLimited),
        (500, Unreachable),
        (503, Unreachable),
        (302, Unexpected),
    ],
)
def test_it_names_the_failure(status: int, error: type[ApiError]) -> None:
    with pytest.raises(error, match=f"todoist: {status}") as caught:
        api(httpx.Response(status, headers={"Location": "/x"})).get("tasks")
    assert type(caught.value) is error
    assert caught.value.status == status


@pytest.mark.parametrize(
    ("status", "body", "error", "reason"),
    [
        (400, {"error": "invalid_grant"}, Unauthorized, "invalid_grant"),
        (400, {"error": "invalid_request"}, Unexpected, "invalid_request"),
        (403, {"error": {"errors": [{"reason": "rateLimitExceeded"}]}}, RateLimited, None),
        (403, {"error": {"errors": [{"reason": "forbidden"}]}}, Unauthorized, "forbidden"),
        (403, {"error_tag": "FORBIDDEN", "error": "a sentence"}, Unauthorized, "FORBIDDEN"),
        (403, {"error_tag": "FORBIDDEN", "error": "Forbidden"}, Unauthorized, "FORBIDDEN"),
        (400, {"error_tag": "T", "error": "invalid_grant"}, Unauthorized, "invalid_grant"),
        (400, {"error_tag": "INVALID_GRANT"}, Unauthorized, "INVALID_GRANT"),
        (404, {"error": "Title of alice's task"}, Unexpected, ""),
        (404, {"error": {"errors": ["odd"], "status": 5}}, Unexpected, ""),
        (404, ["odd"], Unexpected, ""),
    ],
)
def test_the_services_own_word_counts(
    status: int, body: Any, error: type[ApiError], reason: str | None
) -> None:
    with pytest.raises(ApiError) as caught:
        api(httpx.Response(status, json=body)).get("tasks")
    assert type(caught.value) is error
    assert caught.value.reason == ("rateLimitExceeded" if reason is None else reason)


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("headers", "body", "seconds"),
    [
        ({"Retry-After": "120"}, {}, 120.0),
        ({"Retry-After": " 0 "}, {}, 0.0),
        ({"Retry-After": "999999999999"}, {}, 86_400.0),
        (
            {
                "Date": "Tue, 05 May 2026 12:00:00 GMT",
                "Retry-After": "Tue, 05 May 2026 12:01:30 GMT",
            },
            {},
            90.0,
        ),
        ({"Retry-After": "Tue, 05 May 2020 12:00:00 GMT"}, {}, 0.0),
        ({}, {"error_extra": {"retry_after": 2.5}}, 2.5),
        ({"Retry-After": "7"}, {"error_extra": {"retry_after": 3}}, 7.0),
        ({}, {"error_extra": {"retry_after": -1}}, None),
        ({}, {"error_extra": {"retry_after": True}}, None),
        ({}, {"error_extra": "soon"}, None),
        ({}, {"error_extra": {"retry_after": 10**400}}, 86_400.0),
        ({"Retry-After": "soon"}, {}, None),
        ({"Retry-After": "²"}, {}, None),
        ({"Retry-After": "Tue, 99 May 2026 12:00:00 GMT"}, {}, None),
    ],
)
def test_it_knows_how_long_to_wait(
    status: int, headers: dict[str, str], body: Any, seconds: float | None
) -> None:
    encoded = [(name, value.encode()) for name, value in headers.items()]
    with pytest.raises(Unreachable) as caught:
        api(httpx.Response(status, headers=encoded, json=body)).get("tasks")  # type: ignore[arg-type]
    assert caught.value.retry_after_s == seconds


def test_a_date_without_their_clock_is_measured_by_ours() -> None:
    later = datetime.now(UTC) + timedelta(hours=1)
    text = later.strftime("%a, %d %b %Y %H:%M:%S GMT")
    with pytest.raises(RateLimited) as caught:
        api(httpx.Response(429, headers={"Retry-After": text})).get("tasks")
    assert 3500 < (caught.value.retry_after_s or 0) <= 3600


@pytest.mark.parametrize(
    "body",
    [b"<html>", b"{", b"\xff", b"[NaN]", b"[Infinity]", b"[" * 100_000, b"9" * 5000],
    ids=["html", "half", "not-text", "nan", "infinity", "deep", "long-number"],
)
def test_an_answer_that_is_not_json_is_unexpected(body: bytes) -> None:
    with pytest.raises(Unexpected, match="not JSON"):
        api(httpx.Response(200, content=body)).get("tasks")


@pytest.mark.parametrize("address", ["https://\ud800", "https://x\x00y"])
def test_what_is_no_address_is_an_error_of_ours(address: str) -> None:
    with pytest.raises(ApiError):
        Api("push", address, public_only=True)


def test_no_server_is_not_reached() -> None:
    with serving(lambda request: request.reply(200)) as server:
        url = server.url
    with Api("gone", url) as client, pytest.raises(NotReached, match="gone: ConnectError"):
        client.get("x")


def test_a_server_that_hangs_up_is_unreachable() -> None:
    def hang_up(request: Handler) -> None:
        request.close_connection = True

    with (
        serving(hang_up) as server,
        Api("rude", server.url) as client,
        pytest.raises(Unreachable),
    ):
        client.get("x")


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(401, text=TOKEN + BODY),
        httpx.Response(429, json={"error": f"{BODY} of alice"}),
        httpx.Response(200, text=BODY),
        httpx.Response(200, text=BODY, headers={"Content-Encoding": BODY}),
        httpx.ConnectError(TOKEN + QUERY),
        httpx.LocalProtocolError(f"Illegal header value b'Bearer {TOKEN}'"),
        httpx.InvalidURL(QUERY),
        UnicodeEncodeError("ascii", TOKEN, 0, 1, TOKEN),
    ],
)
def test_no_secret_is_in_a_traceback(answer: httpx.Response | Exception) -> None:
    with pytest.raises(ApiError) as caught:
        api(answer).post("tasks", params={"q": QUERY}, form={"f": FORM})
    told = "".join(traceback.format_exception(caught.value))
    assert not any(secret in told for secret in (TOKEN, QUERY, FORM, BODY))


def test_no_secret_is_in_the_log(echo: Loopback, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    fetch_public(f"{echo.url}?key={QUERY}", allow_private=echo.door)
    with Api("echo", echo.url, TOKEN) as client:
        client.get("x", params={"q": QUERY})
    assert not any(secret in caplog.text for secret in (TOKEN, QUERY))


def test_an_answer_shows_nothing_of_itself(echo: Loopback) -> None:
    found = fetch_public(f"{echo.url}?key={QUERY}", allow_private=echo.door)
    assert repr(found) == "Fetched(status=200)"


def test_an_error_survives_the_way_through_a_task_queue() -> None:
    error = RateLimited("todoist", "429", status=429, reason="SLOW", retry_after_s=3.0)
    copy = pickle.loads(pickle.dumps(error))
    assert (str(copy), copy.status, copy.reason, copy.retry_after_s) == (
        "todoist: 429",
        429,
        "SLOW",
        3.0,
    )


# Where to


def test_an_api_for_an_address_that_was_typed_refuses_a_private_one(echo: Loopback) -> None:
    with Api("push", echo.url, public_only=True) as client, pytest.raises(Refused, match="push"):
        client.post("x")
    assert echo.connections == 0
    with Api("push", echo.url, public_only=True, allow_private=echo.door) as client:
        assert client.post("x") == {"ok": True}


def test_pages_of_an_api_share_a_connection(echo: Loopback) -> None:
    with Api("echo", echo.url) as client:
        assert [client.get("x") for _ in range(3)] == [{"ok": True}] * 3
    assert echo.connections == 1


def test_a_redirect_is_an_answer_for_who_asks_for_it() -> None:
    with api(httpx.Response(301, headers={"Location": "https://e.test/"})) as client:
        found = client.send("PROPFIND", "a", redirects=True)
    assert (found.status, found.headers["location"]) == (301, "https://e.test/")


def test_it_sends_a_user_name_with_a_password_and_a_body_of_bytes(echo: Loopback) -> None:
    def say(handler: Handler) -> None:
        handler.reply(200, handler.rfile.read(int(handler.headers["Content-Length"])))

    echo.answer = say
    with Api("t", echo.url, basic=("alice", "pass:word é")) as client:
        assert client.send("POST", "a", content=b"<a/>").body == b"<a/>"
    assert echo.heard[-1][1]["Authorization"] == "Basic YWxpY2U6cGFzczp3b3JkIMOp"


@pytest.mark.parametrize(
    ("address", "base", "whole"),
    [
        ("https://A.test#x", "", "https://a.test"),
        ("../b", "https://a.test/c/d/", "https://a.test/c/b"),
        ("/b%20c", "https://a.test:443/", "https://a.test/b%20c"),
        ("//c.test/", "https://a.test/", "https://c.test/"),
    ],
)
def test_an_address_as_seen_from_another(address: str, base: str, whole: str) -> None:
    assert web_address("t", address, base) == whole


@pytest.mark.parametrize("address", ["a", "ftp://a.test", "https://u:p@a.test", "http://a.test:25"])
def test_what_is_no_address_of_the_web_is_refused(address: str) -> None:
    with pytest.raises(Refused):
        web_address("t", address)


def test_an_api_does_not_follow_a_redirect() -> None:
    with (
        serving(lambda request: request.reply(302, Location="/y")) as server,
        Api("moved", server.url, TOKEN) as client,
        pytest.raises(Unexpected, match="302"),
    ):
        client.get("x")
    assert [path for path, _ in server.heard] == ["/x"]
