"""The description of the API: complete, typed in success and in failure; docs/api.md agrees."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any, cast

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from drf_spectacular.generators import SchemaGenerator

from accounts.api_tokens.tokens import SCOPES
from tests.security.test_csrf_and_origins import NEEDS

Json = dict[str, Any]
MANUAL = (Path(settings.ROOT) / "docs" / "api.md").read_text()
SECTION = re.compile(r"^### `([A-Z]+) (\S+)`\n(.*?)(?=^### |\Z)", re.MULTILINE | re.DOTALL)
SECTIONS = {(m.lower(), path): text for m, path, text in SECTION.findall(MANUAL)}
EXAMPLE = re.compile(r"```json\n(.*?)```", re.DOTALL)


def build() -> Json:
    made = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return cast("Json", json.loads(json.dumps(made)))


SCHEMA = build()
OPERATIONS = [
    pytest.param(method, path, operation, id=f"{method} {path}")
    for path, ways in SCHEMA["paths"].items()
    for method, operation in ways.items()
]
every_operation = pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS)


def follow(schema: Json) -> Json:
    while "$ref" in schema:
        schema = SCHEMA["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def mistakes(value: Any, schema: Json, where: str = "") -> list[str]:
    """What is wrong with an example: names, choices, and what is missing."""
    schema = follow(schema)
    if value is None:
        return [] if schema.get("nullable") else [f"{where} is null"]
    if "oneOf" in schema or "anyOf" in schema:
        ways = schema.get("oneOf") or schema["anyOf"]
        return min((mistakes(value, way, where) for way in ways), key=len)
    for part in schema.get("allOf", []):
        return mistakes(value, part, where)
    if isinstance(value, list):
        return [m for each in value for m in mistakes(each, schema["items"], f"{where}[]")]
    if isinstance(value, dict):
        known = schema.get("properties", {})
        missing = [f"{where}.{n} is missing" for n in schema.get("required", []) if n not in value]
        unknown = [f"{where}.{n} is unknown" for n in value if n not in known]
        inner = [mistakes(v, known[n], f"{where}.{n}") for n, v in value.items() if n in known]
        return [*missing, *unknown, *(each for found in inner for each in found)]
    wrong = "enum" in schema and value not in schema["enum"]
    return [f"{where} cannot be {value!r}"] if wrong else []


def test_the_description_is_made_without_a_warning() -> None:
    said = io.StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=said, stderr=said)
    assert "Warning" not in said.getvalue()
    assert "/api/v1/tip" in said.getvalue()


def test_anybody_may_read_the_description(client: Client, db: None) -> None:
    answer = client.get("/api/v1/schema", headers={"Accept": "application/json"})
    assert answer.status_code == 200
    assert answer.json()["paths"].keys() == SCHEMA["paths"].keys()


def test_every_operation_has_a_name_of_its_own() -> None:
    names = [param.values[2]["operationId"] for param in OPERATIONS]  # type: ignore[index]
    assert len(set(names)) == len(OPERATIONS) == len(NEEDS)


@every_operation
def test_success_and_failure_are_typed(method: str, path: str, operation: Json) -> None:
    answers = operation["responses"]
    expected = {"400", "401", "403", "405", "429"} | ({"404"} if "{" in path else set())
    assert expected <= set(answers)
    assert [status for status in answers if status.startswith("2")]
    assert operation.get("summary") or operation.get("description")
    for status, answer in answers.items():
        content = answer.get("content", {})
        assert bool(content) == (status != "204"), status
        for kind, body in content.items():
            assert body["schema"], kind
        if status[0] in "45":
            assert set(content) == {"application/json"}


@every_operation
def test_both_ways_in_are_documented(method: str, path: str, operation: Json) -> None:
    ways = {name for way in operation["security"] for name in way}
    assert ways == {"personalToken", "cookieAuth"}


def test_the_ways_in_are_what_they_are() -> None:
    ways = SCHEMA["components"]["securitySchemes"]
    assert (ways["personalToken"]["type"], ways["personalToken"]["scheme"]) == ("http", "bearer")
    cookie = ways["cookieAuth"]
    assert (cookie["in"], cookie["name"]) == ("cookie", settings.SESSION_COOKIE_NAME)


# ---- docs/api.md ----------------------------------------------------------------------------


def test_the_manual_has_every_operation_and_no_other() -> None:
    assert set(SECTIONS) == {(method, f"/api/v1{path}") for method, path in NEEDS}


@every_operation
def test_the_manual_names_the_scope(method: str, path: str, operation: Json) -> None:
    scope = NEEDS[method, path.removeprefix("/api/v1")]
    assert SECTIONS[method, path].strip().startswith(f"Scope `{scope}`.")


def test_the_manual_explains_every_scope_and_no_other() -> None:
    assert set(re.findall(r"^\| `([a-z:]+)` \|", MANUAL, re.MULTILINE)) == set(SCOPES)


@every_operation
def test_the_examples_of_the_manual_fit_the_description(
    method: str, path: str, operation: Json
) -> None:
    for text in EXAMPLE.findall(SECTIONS[method, path]):
        body = operation["responses"].get("200") if method == "get" else operation["requestBody"]
        assert mistakes(json.loads(text), body["content"]["application/json"]["schema"]) == []


def test_the_error_of_the_manual_is_one_that_there_is() -> None:
    error = json.loads(EXAMPLE.findall(MANUAL)[0])
    answer = SCHEMA["paths"]["/api/v1/me"]["patch"]["responses"]["400"]
    assert mistakes(error, answer["content"]["application/json"]["schema"]) == []


@pytest.mark.parametrize(
    ("example", "found"),
    [
        ({"reaction": "done"}, []),
        ({"reaction": "never"}, [".reaction cannot be 'never'"]),
        ({"reaction": "done", "why": 1}, [".why is unknown"]),
        ({}, [".reaction is missing"]),
    ],
)
def test_a_wrong_example_would_be_found(example: Json, found: list[str]) -> None:
    assert mistakes(example, SCHEMA["components"]["schemas"]["Reaction"]) == found
