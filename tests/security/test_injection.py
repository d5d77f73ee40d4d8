"""Text from outside stays text: on every page, in the API, in files, and in headers."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from typing import Any
from zipfile import ZipFile

import pytest
from django.conf import settings as configured
from django.test import Client
from django.utils import timezone

from accounts.api_tokens.tokens import SCOPES, make_token
from accounts.models import User
from integrations.models import Connection, Task
from oo.wsgi import application
from tests.factories import make_event, make_task
from tests.security.html import Page
from tests.security.journey import PERSONAL_TOKEN, Journey, connect, sync_all
from tips.make.making import make_tip
from tips.models import Tip

API = "/api/v1"
# Each would make an element of this name if it were ever taken for markup.
HOSTILE = (
    "<x-evil>bold</x-evil>",
    "</title></script></textarea></style><x-evil>",
    "\"><x-evil onmouseover='alert(1)'>",
    "'><x-evil src=x onerror=alert(1)>",
    "{{ 20003048|add:191 }}{% now 'Y' %}{{ settings.SECRET_KEY }}",
    "${191*104729} #{191*104729} %(title)s {title} {0.__class__}",
    "\u202egnihton\u202c\u2066\u200b\ufeff<x-evil>",
    "--><!--<x-evil>-->",
    "&lt;x-evil&gt;&#60;x-evil&#62;",
    "javascript:alert(1)//<x-evil>",
    '=HYPERLINK("//elsewhere.example")\t\r\n<x-evil>',
    "<x-evil>" + "W" * 490,
)


def harmless(answer: Any, *, brings: Sequence[str] = ()) -> Page:
    """brings: the styles of the page's frame, which stand in it whoever wrote what"""
    page = Page(answer.content.decode())
    assert "x-evil" not in page.tags
    assert page.inline == list(brings)
    assert "20003239" not in "".join(page.text)
    assert configured.SECRET_KEY not in "".join(page.text)
    return page


@pytest.fixture(params=HOSTILE, ids=range(len(HOSTILE)))
def said(request: Any, alice: User) -> str:
    """Something hostile, wherever somebody else's words are kept."""
    text: str = request.param
    keep(alice, text)
    assert make_tip(alice.pk, at=timezone.now())
    return text


def keep(alice: User, text: str) -> None:
    now = timezone.now()
    task = make_task(alice, text, project=text[:200], labels=[text[:100]], changed_at=now)
    make_task(alice, f"{text} too"[:500], project=text[:200])
    make_event(alice, starts_in_min=90, title=text, location=text[:255])
    task.connection.label = text[:255]
    task.connection.synced_at = now
    task.connection.save()
    User.objects.filter(pk=alice.pk).update(name=text[:150])


def visible(text: str) -> str:
    return " ".join(text.split())


def test_no_page_takes_it_for_markup(said: str, alice_client: Client) -> None:
    tip = Tip.objects.get()
    card = harmless(alice_client.get("/"))
    assert visible(said)[:200] in visible("".join(card.text))
    htmx = {"HX-Request": "true"}
    for path in ("/", f"/tip/{tip.pk}/why", "/connect/"):
        harmless(alice_client.get(path, headers=htmx))
    for path in (f"/tip/{tip.pk}/why", "/settings/", "/connect/", "/settings/delete"):
        harmless(alice_client.get(path))
    harmless(alice_client.get(f"/connect/?disconnect={Connection.objects.get().pk}"))
    alice_client.post(f"/tip/{tip.pk}/answer", {"reaction": "dismiss"})
    harmless(alice_client.get("/"))


def test_forms_give_it_back_as_text(said: str, alice_client: Client) -> None:
    for path, data in {
        "/settings/": {"name": said, "role": said, "time_zone": said, "locale": said},
        "/settings/tokens": {"name": said, "scopes": said, "days": said},
        "/connect/calendar-url/": {"url": said},
        "/connect/todoist/": {"token": said},
    }.items():
        harmless(alice_client.post(path, data))


def test_the_api_and_the_export_give_it_back_as_it_is(said: str, alice_client: Client) -> None:
    answer = alice_client.get(f"{API}/tip")
    assert answer["Content-Type"] == "application/json"
    assert said[:100] in answer.json()["tip"]["content"]
    archive = alice_client.get(f"{API}/export").getvalue()
    with ZipFile(io.BytesIO(archive)) as files:
        found = {name: files.read(name).decode() for name in files.namelist()}
    assert all("\\" not in name and ".." not in name for name in found)
    texts = [json.dumps(json.loads(t), ensure_ascii=False) for n, t in found.items() if "json" in n]
    assert json.dumps(said, ensure_ascii=False) in "".join(texts)


def test_the_console_shows_it_as_text(alice: User, alice_client: Client) -> None:
    for text in HOSTILE:
        keep(alice, text)
        make_tip(alice.pk, at=timezone.now())
    User.objects.filter(pk=alice.pk).update(is_staff=True, is_superuser=True)
    frame = Page(alice_client.get("/console/docs/").content.decode()).inline
    assert frame == ["<style>"]
    for table in ("integrations/task", "integrations/calendarevent", "integrations/connection",
                  "tips/tip", "tips/tipdecision", "accounts/user"):  # fmt: skip
        found = alice_client.get(f"/console/{table}/", {"q": HOSTILE[2]}, follow=True)
        harmless(found, brings=frame)
        rows = harmless(alice_client.get(f"/console/{table}/"), brings=frame).links
        for link in [each for each in rows if each.endswith("/change/")][: len(HOSTILE)]:
            harmless(alice_client.get(link), brings=frame)


def test_what_a_source_sends_is_stored_or_left_out_and_never_breaks(journey: Journey) -> None:
    """Through the wire: characters that no database takes, and far too many of them."""
    account = journey.todoist.add_account("eve@example.net", personal_token=PERSONAL_TOKEN)
    long = "L" * 10_000
    for text in (*HOSTILE, "nul\x00in the middle", "\ud83d lone", long, "", " ", "\u0000"):
        name = text.encode("utf-8", "replace").decode()[:100] or "?"
        key = account.add_task("x", due="today", project=name.strip() or "p")
        account.force(key, content=text.encode("utf-8", "replace").decode(), labels=[name])
    journey.browser.sign_in("google", "alice-sub")
    connect(journey, "/connect/todoist/", {"token": PERSONAL_TOKEN})
    assert sync_all(journey) == ["synced"]
    titles = list(Task.objects.values_list("title", flat=True))
    assert len(titles) >= len(HOSTILE) + 2
    assert not [title for title in titles if "\x00" in title]
    user_id = Connection.objects.get().user_id
    assert make_tip(user_id, at=timezone.now())
    harmless(journey.get("/"))


# ---- addresses and headers ------------------------------------------------------------------

ELSEWHERE = (
    "https://elsewhere.example/",
    "//elsewhere.example/",
    "///elsewhere.example/",
    "/\\elsewhere.example/",
    "\\\\elsewhere.example/",
    "http:elsewhere.example",
    "https:///elsewhere.example",
    " //elsewhere.example",
    "\t//elsewhere.example",
    "/\t/elsewhere.example",
    "//elsewhere.example\\@testserver/",
    "javascript:alert(1)",
    "data:text/html,<x-evil>",
    "http://testserver@elsewhere.example/",
)


@pytest.mark.parametrize("target", ELSEWHERE)
def test_nobody_is_sent_to_another_site(target: str, alice: User, alice_client: Client) -> None:
    signed_in = alice_client.get("/sign-in/", {"next": target})
    demo = Client().post("/demo/", {"next": target})
    assert [a["Location"] for a in (signed_in, demo)] == ["/", "/"]
    page = harmless(Client().get("/sign-in/", {"next": target}))
    assert "elsewhere" not in "".join(page.links)


@pytest.mark.parametrize("target", ELSEWHERE[:4])
def test_a_provider_cannot_be_used_to_be_sent_to_another_site(
    target: str, journey: Journey
) -> None:
    assert journey.browser.sign_in("google", "alice-sub", next=target)["Location"] == "/"


@pytest.mark.parametrize(
    "path", ["/", "/settings/", "/connect/", f"{API}/me", "/receipt/x", "/sign-in/"]
)
def test_a_line_break_in_an_address_makes_no_header(path: str, alice_client: Client) -> None:
    answer = alice_client.get(f"{path}%0d%0aX-Evil:%201", {"next": "/\r\nX-Evil: 1"})
    assert answer.status_code in (301, 302, 400, 404)
    assert "X-Evil" not in answer.headers
    assert not any("\n" in value or "\r" in value for value in answer.headers.values())


def test_the_name_of_a_file_says_nothing_that_anybody_wrote(said: str, alice: User) -> None:
    client = Client()
    client.force_login(alice, backend="accounts.backend.PersonBackend")
    export = client.post("/settings/export")["Content-Disposition"]
    client.post("/settings/delete")
    assert "x-evil" not in export
    assert export.startswith('attachment; filename="oo-export-2')
    assert export.endswith('.zip"')
    assert export.count('"') == 2


# ---- bodies ---------------------------------------------------------------------------------


def token_headers(alice: User) -> dict[str, str]:
    _row, secret = make_token(
        alice.pk, name="t", scopes=[*SCOPES], expires_at=None, at=timezone.now()
    )
    return {"Authorization": f"Bearer {secret}"}


TOO_MUCH = configured.DATA_UPLOAD_MAX_MEMORY_SIZE + 1


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 10_000 + b"]" * 10_000,
        b'{"name":' * 10_000 + b"1" + b"}" * 10_000,
        b'{"name":"' + b"x" * TOO_MUCH + b'"}',
        b" " * TOO_MUCH,
        b'{"name": ' + b"9" * 100_000 + b"}",
        b'{"name": NaN}',
        b'{"name": "a\x00b"}',
        b'{"name": "a\\u0000b"}',
        b'{"name": "\\ud800"}',
        b'{"name": {"$gt": ""}}',
        b"\xff\xfe\x00",
        b"",
        b"null",
        b"name=x",
    ],
    ids=lambda body: repr(body[:24]),
)
def test_a_body_that_cannot_be_meant_is_a_400(body: bytes, alice: User) -> None:
    headers = token_headers(alice)
    for session in (False, True):
        client = Client()
        if session:
            client.force_login(alice, backend="accounts.backend.PersonBackend")
        for method, path in (("PATCH", "me"), ("POST", "consents")):
            answer = client.generic(
                method,
                f"{API}/{path}",
                body,
                "application/json",
                headers={} if session else headers,
            )
            # An empty change is a change of nothing.
            expected = {200, 400} if method == "PATCH" and body == b"" else {400}
            assert answer.status_code in expected
            assert answer["Content-Type"] == "application/json"
    alice.refresh_from_db()
    assert alice.name == "Alice"


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "multipart/form-data", "x", ""])
def test_only_json_is_read(kind: str, alice: User, client: Client) -> None:
    headers = token_headers(alice)
    answer = client.generic("PATCH", f"{API}/me", b'{"name":"x"}', kind, headers=headers)
    assert answer.status_code in (400, 415)
    assert answer.json()["type"] == "client_error"


@pytest.mark.parametrize("path", ["/settings/", "/connect/todoist/", "/settings/tokens"])
def test_a_form_that_is_too_large_is_refused(path: str, alice_client: Client) -> None:
    large = alice_client.post(path, {"name": "x" * TOO_MUCH})
    many = alice_client.post(path, {f"n{number}": "x" for number in range(2_000)})
    for answer in (large, many):
        assert answer.status_code in (302, 400, 413, 422)
    assert 400 in (large.status_code, many.status_code)


def test_a_file_that_is_too_large_is_refused_in_words(alice_client: Client) -> None:
    file = io.BytesIO(b"BEGIN:VCALENDAR\r\n" + b"X" * (TOO_MUCH + 5))
    file.name = "a.ics"
    answer = alice_client.post("/connect/calendar-file/", {"file": file})
    assert answer.status_code in (400, 413, 422)
    assert Connection.objects.count() == 0


CODECS = ("rot13", "base64", "zlib", "idna", "undefined", "utf-7", "utf-32", "unicode_escape")
MULTIPART = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n--x--\r\n'


def status_of(content_type: str) -> int:
    """What the very application that the server calls says to a form of this type."""
    said: list[str] = []

    def start(status: str, headers: Any, exc_info: Any = None, /) -> Any:
        said.append(status)

    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/demo/",
        "QUERY_STRING": "a=b",
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "CONTENT_TYPE": content_type,
        "CONTENT_LENGTH": str(len(MULTIPART)),
        "wsgi.input": io.BytesIO(MULTIPART),
        "wsgi.url_scheme": "http",
    }
    list(application(environ, start))
    return int(said[0][:3])


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data; boundary=x"])
def test_the_name_of_a_codec_breaks_nothing(codec: str, kind: str, db: None) -> None:
    for charset in (f"charset={codec}", f'charset="{codec}"', f"charset*=utf-8''{codec}"):
        assert status_of(f"{kind}; {charset}") == 403  # no CSRF token


def test_an_address_of_the_api_that_is_none_is_said_in_json(client: Client, db: None) -> None:
    for path in ("nothing", "consents/a/b", "tip/1/shown", "me/", "%00", "..%2f..%2fetc"):
        for method in ("get", "post", "put", "delete", "options"):
            answer = getattr(client, method)(f"{API}/{path}")
            assert (answer.status_code, answer["Content-Type"]) == (404, "application/json")
            assert answer.json()["errors"][0]["code"] == "not_found"
