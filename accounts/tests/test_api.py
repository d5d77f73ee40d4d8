from __future__ import annotations

import io
from typing import Any
from zipfile import ZipFile

import pytest
from django.test import Client
from django.utils import translation
from django.utils.translation import get_language
from drf_spectacular.generators import SchemaGenerator

from accounts.api_tokens.throttle import CallsThrottle
from accounts.api_tokens.tokens import SCOPES, HasScope, make_token
from accounts.models import Consent, Profile, User
from accounts.privacy import consents
from accounts.privacy.catalogue import OWN, all_kinds
from oo.api import SchemaView
from tests.clock import NOON

ME = "/api/v1/me"
CONSENTS = "/api/v1/consents"
EXPORT = "/api/v1/export"
ROUTES = [("get", ME), ("patch", ME), ("get", CONSENTS), ("post", CONSENTS), ("get", EXPORT)]
NOW = {"key": "tasks", "wording": OWN["tasks"].version}


def patch(client: Client, **changes: Any) -> Any:
    return client.patch(ME, changes, "application/json")


@pytest.mark.parametrize(("method", "url"), [*ROUTES, ("delete", f"{CONSENTS}/tasks")])
def test_a_visitor_gets_401(client: Client, db: None, method: str, url: str) -> None:
    response = getattr(client, method)(url)
    assert response.status_code == 401
    assert response.json()["errors"][0]["code"] == "not_authenticated"


@pytest.mark.parametrize(("method", "url"), [*ROUTES, ("delete", f"{CONSENTS}/tasks")])
def test_a_token_without_any_scope_gets_403(alice: User, method: str, url: str) -> None:
    _token, secret = make_token(alice.pk, name="t", scopes=[], expires_at=None, at=NOON)
    headers = {"Authorization": f"Bearer {secret}"}
    assert getattr(Client(), method)(url, headers=headers).status_code == 403


@pytest.mark.parametrize("url", [ME, CONSENTS, EXPORT])
def test_other_methods_get_405(alice_client: Client, url: str) -> None:
    response = alice_client.put(url)
    assert response.status_code == 405
    assert response.json()["errors"][0]["code"] == "method_not_allowed"


def test_a_session_needs_the_csrf_token_to_write(alice: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(alice, backend="accounts.backend.PersonBackend")
    assert strict.get(ME).status_code == 200
    assert patch(strict, name="x").status_code == 403


def with_token(person: User) -> Client:
    """Who can do all that there is, without a session."""
    _token, secret = make_token(person.pk, name="t", scopes=[*SCOPES], expires_at=None, at=NOON)
    return Client(enforce_csrf_checks=True, headers={"Authorization": f"Bearer {secret}"})


def test_a_token_needs_no_csrf_token(alice: User) -> None:
    strict = with_token(alice)
    assert patch(strict, name="Ally").json()["name"] == "Ally"


def test_a_method_that_is_none_is_405_for_a_token_too(alice: User) -> None:
    assert with_token(alice).put("/api/v1/me").status_code == 405


def test_who_has_a_token_is_answered_in_their_own_language(alice: User, bob: User) -> None:
    Profile.objects.filter(pk=alice.pk).update(locale="de", time_zone="Asia/Tokyo")
    for person, language in ((alice, "de"), (bob, "en")):
        answer = with_token(person).get("/api/v1/consents", headers={"Accept-Language": "fr"})
        assert answer["Content-Language"] == language
        words = {each["key"]: each["words"] for each in answer.json()}
        with translation.override(language):
            assert words == {key: str(kind.words) for key, kind in all_kinds().items()}


def test_a_refusal_is_told_in_their_language_too(alice: User) -> None:
    Profile.objects.filter(pk=alice.pk).update(locale="de")
    _token, secret = make_token(alice.pk, name="t", scopes=[], expires_at=None, at=NOON)
    answer = Client().get(ME, headers={"Authorization": f"Bearer {secret}"})
    assert answer.status_code == 403
    with translation.override("de"):
        assert answer.json()["errors"][0]["detail"] == str(HasScope.message)


def test_the_schema_is_built_once_in_each_language(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SchemaView, "_kept", {})
    built: list[str | None] = []
    build = SchemaGenerator.get_schema

    def told(*args: Any, **more: Any) -> Any:
        built.append(get_language())
        return build(*args, **more)  # type: ignore[no-untyped-call]

    monkeypatch.setattr(SchemaGenerator, "get_schema", told)
    for query in ("", "?x=1", "?lang=de", "?lang=xx"):
        answer = client.get(f"/api/v1/schema{query}")
        assert answer.content.startswith(b"openapi: 3")
    assert client.get("/api/v1/schema", headers={"Accept-Language": "de"}).status_code == 200
    assert built == ["en", "de"]


def test_who_is_not_known_is_counted_by_where_they_come_from(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What they say of proxies is no matter."""
    monkeypatch.setattr(CallsThrottle, "THROTTLE_RATES", {"user": "2/min"})
    said = [
        client.get(f"/api/v1/schema?n={n}", headers={"X-Forwarded-For": f"192.0.2.{n}"}).status_code
        for n in range(4)
    ]
    assert said == [200, 200, 429, 429]


def test_me_is_what_the_settings_page_shows(alice: User, alice_client: Client) -> None:
    assert alice_client.get(ME).json() == {
        "id": str(alice.pk),
        "email": "alice@example.com",
        "name": "Alice",
        "role": "",
        "time_zone": "Europe/Berlin",
        "locale": "en",
        "clock": "",
        "dates": "",
        "single_keys": True,
        "joined_at": alice.date_joined.isoformat().replace("+00:00", "Z"),
    }


def test_me_changes_what_is_named_and_nothing_else(alice: User, alice_client: Client) -> None:
    body = patch(alice_client, time_zone="asia/tokyo", role="baker").json()
    assert (body["time_zone"], body["role"], body["name"]) == ("Asia/Tokyo", "baker", "Alice")


@pytest.mark.parametrize("way", ["api", "page"])
def test_name_and_role_are_one_line_that_reads_as_it_is_written(
    alice: User, alice_client: Client, way: str
) -> None:
    told = {"name": "Alice\n\u202eArden \u2066 ", "role": "ba\rker\u200f"}
    if way == "api":
        patch(alice_client, **told)
    else:
        alice_client.post("/settings/", {**told, "time_zone": "Asia/Tokyo", "locale": "en"})
    alice.refresh_from_db()
    alice.profile.refresh_from_db()
    assert (alice.name, alice.profile.role) == ("Alice Arden", "ba ker")


def test_formats_and_keys_change_too(alice: User, alice_client: Client) -> None:
    wanted = {"clock": "12", "dates": "ymd", "single_keys": False}
    assert patch(alice_client, **wanted).json().items() >= wanted.items()
    alice.profile.refresh_from_db()
    assert (alice.profile.clock, alice.profile.dates) == ("12", "ymd")
    assert not alice.profile.single_keys
    assert patch(alice_client, clock="").json()["clock"] == ""


@pytest.mark.parametrize("field", ["id", "email", "joined_at", "is_staff"])
def test_me_cannot_change_who_one_is(alice: User, alice_client: Client, field: str) -> None:
    before = alice_client.get(ME).json()
    assert patch(alice_client, **{field: "true"}).json() == before
    alice.refresh_from_db()
    assert not alice.is_staff


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("time_zone", "Mars/Olympus", "invalid"),
        ("time_zone", "", "blank"),
        ("time_zone", None, "null"),
        ("locale", "tlh", "invalid_choice"),
        ("clock", "13", "invalid_choice"),
        ("single_keys", "perhaps", "invalid"),
        ("name", "x" * 151, "max_length"),
        ("role", "\0", "null_characters_not_allowed"),
        ("name", ["x"], "invalid"),
    ],
)
def test_what_is_wrong_is_named_by_its_field(
    alice_client: Client, field: str, value: Any, code: str
) -> None:
    response = patch(alice_client, **{field: value})
    assert response.status_code == 400
    body = response.json()
    assert body["type"] == "validation_error"
    assert [(e["attr"], e["code"]) for e in body["errors"]] == [(field, code)]


@pytest.mark.parametrize("body", ["", "{", "[]", "null", '"text"'])
def test_a_body_that_is_no_object_is_400_or_changes_nothing(
    alice_client: Client, body: str
) -> None:
    before = alice_client.get(ME).json()
    response = alice_client.patch(ME, body, "application/json")
    assert response.status_code in (200, 400)
    assert alice_client.get(ME).json() == before


def test_consents_come_with_their_words(alice: User, alice_client: Client) -> None:
    consents.grant(alice.pk, "tasks", by="connect", at=NOON)
    found = {row["key"]: row for row in alice_client.get(CONSENTS).json()}
    assert set(found) == set(all_kinds()) > set(OWN)
    assert found["tasks"] == {
        "key": "tasks",
        "title": "Your tasks",
        "words": str(OWN["tasks"].words),
        "wording": OWN["tasks"].version,
        "withdrawable": True,
        "granted_at": "2026-05-05T10:00:00Z",
        "granted_wording": OWN["tasks"].version,
    }
    assert found["calendar"]["granted_at"] is None


def test_granting_is_201_and_again_200(alice: User, alice_client: Client) -> None:
    statuses = [alice_client.post(CONSENTS, NOW, "application/json").status_code for _ in "ab"]
    assert statuses == [201, 200]
    assert Consent.objects.get().granted_by == "api"


@pytest.mark.parametrize(
    ("wrong", "attr", "code"),
    [
        ({"wording": "1999-01-01"}, "wording", "outdated"),
        ({"key": "everything"}, "key", "invalid_choice"),
    ],
)
def test_only_the_words_of_now_can_be_agreed_to(
    alice_client: Client, wrong: dict[str, str], attr: str, code: str
) -> None:
    response = alice_client.post(CONSENTS, NOW | wrong, "application/json")
    assert response.status_code == 400
    error = response.json()["errors"][0]
    assert (error["attr"], error["code"]) == (attr, code)
    assert not Consent.objects.exists()


def test_withdrawing_is_204_and_again_404(alice: User, alice_client: Client) -> None:
    consents.grant(alice.pk, "tasks", by="connect", at=NOON)
    statuses = [alice_client.delete(f"{CONSENTS}/tasks").status_code for _ in "ab"]
    assert statuses == [204, 404]


@pytest.mark.parametrize(("key", "status"), [("terms", 403), ("nothing", 404)])
def test_what_cannot_be_withdrawn_is_said(alice_client: Client, key: str, status: int) -> None:
    assert alice_client.delete(f"{CONSENTS}/{key}").status_code == status


def test_bob_cannot_withdraw_alices_consent(alice: User, bob_client: Client) -> None:
    consents.grant(alice.pk, "tasks", by="connect", at=NOON)
    assert bob_client.delete(f"{CONSENTS}/tasks").status_code == 404
    assert Consent.objects.open(alice.pk).exists()


@pytest.mark.parametrize("accept", ["*/*", "application/zip", "application/json", "text/html"])
def test_the_export_is_the_zip_of_the_page(alice_client: Client, accept: str) -> None:
    response = alice_client.get(EXPORT, headers={"Accept": accept})
    assert response["Content-Type"] == "application/zip"
    with ZipFile(io.BytesIO(response.content)) as archive:
        assert "README.txt" in archive.namelist()
        assert "accounts/you.json" in archive.namelist()


def test_errors_of_the_export_are_json(client: Client, db: None) -> None:
    response = client.get(EXPORT, headers={"Accept": "application/zip"})
    assert (response.status_code, response["Content-Type"]) == (401, "application/json")


@pytest.fixture
def schema(db: None) -> Any:
    generator = SchemaGenerator()  # type: ignore[no-untyped-call]
    return generator.get_schema(request=None, public=True)  # type: ignore[no-untyped-call]


def test_the_schema_has_every_route_with_its_statuses(schema: Any) -> None:
    found = {
        (path, method): set(operation["responses"])
        for path, operations in schema["paths"].items()
        for method, operation in operations.items()
    }
    assert found[ME, "get"] >= {"200", "401", "403"}
    assert found[ME, "patch"] >= {"200", "400", "401", "403"}
    assert found[CONSENTS, "post"] >= {"200", "201", "400", "401", "403"}
    assert found[f"{CONSENTS}/{{key}}", "delete"] >= {"204", "401", "403", "404"}
    export = schema["paths"][EXPORT]["get"]["responses"]["200"]["content"]
    assert export == {"application/zip": {"schema": {"type": "string", "format": "binary"}}}


def test_the_schema_knows_personal_tokens(schema: Any) -> None:
    scheme = schema["components"]["securitySchemes"]["personalToken"]
    assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")
    assert {"personalToken": []} in schema["paths"][ME]["get"]["security"]


def test_nothing_about_tokens_can_be_had_over_the_api(schema: Any) -> None:
    assert not [path for path in schema["paths"] if "token" in path]
