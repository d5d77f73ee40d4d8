from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from oo.checks import (
    clouds_are_asked_from_where_their_keys_are,
    production_is_safe,
    what_is_read_is_kept_as_long,
)
from oo.settings.base import ROOT, Env, level


def complaints(settings: Any, url: str) -> list[str]:
    settings.OO_BASE_URL = url
    return [found.msg for found in production_is_safe() if found.id == "oo.E004"]


@pytest.mark.parametrize("url", ["https://oo.example.com", "https://oo.example.com:8443"])
def test_an_origin_is_a_base_url(settings: Any, url: str) -> None:
    assert complaints(settings, url) == []


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://oo.example.com",
        "oo.example.com",
        "https://",
        "https:///path",
        "https://oo.example.com/oo",
        "https://oo.example.com/",
        "https://oo.example.com?a=1",
        "https://oo.example.com#a",
        "https://me@oo.example.com",
        "https://oo.example.com ",
        "https://oo example.com",
        "https://oo.example.com:port",
        "https://[oo",
    ],
)
def test_what_more_or_less_than_an_origin_is_refused_in_a_sentence(settings: Any, url: str) -> None:
    [sentence] = complaints(settings, url)
    assert sentence.startswith("OO_BASE_URL ")


def test_spaces_around_what_is_set_are_nobodys_wish() -> None:
    env = Env()
    env.ENVIRON = {
        "ADDRESS": " https://oo.example.com ",
        "HOSTS": "a.example, b.example , ",
        "YES": "True ",
        "NUMBER": "5 ",
        "NOTHING": " ",
    }
    assert env.str("ADDRESS") == "https://oo.example.com"
    assert env.list("HOSTS") == ["a.example", "b.example"]
    assert env.bool("YES") is True
    assert env.int("NUMBER") == 5
    assert env.str("NOTHING") == ""


@pytest.mark.parametrize("cast", [bool, int, float, level])
def test_a_value_that_cannot_be_read_is_refused_by_name_and_not_repeated(cast: Any) -> None:
    env = Env()
    env.ENVIRON = {"OO_THING": "Ture"}
    with pytest.raises(ImproperlyConfigured, match=r"^OO_THING has a value") as refused:
        env.get_value("OO_THING", cast=cast)
    assert "Ture" not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "value"),
    [("True", True), ("on", True), ("1", True), ("False", False), ("no", False), ("0", False)],
)
def test_yes_and_no_are_read_in_the_usual_words(text: str, value: bool) -> None:
    env = Env()
    env.ENVIRON = {"OO_THING": text}
    assert env.bool("OO_THING") is value


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OO_DEBUG", "Ture"),
        ("OO_MODEL_PORT", "none"),
        ("OO_MODEL_TIMEOUT_S", "5x"),
        ("OO_LOG_LEVEL", "loud"),
        ("DATABASE_URL", "//oo:secret@localhost/oo"),
        ("DATABASE_URL", "postgress://oo:secret@localhost/oo"),
        ("DATABASE_URL", "postgres://oo:secret@localhost:port/oo"),
    ],
)
def test_a_command_says_which_setting_is_wrong_and_nothing_else(name: str, value: str) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "run", "--port", "0"],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "oo.settings.local", name: value},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(name)
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(("token", "is_safe"), [("", True), ("x" * 32, True), ("x" * 31, False)])
def test_a_token_of_those_who_watch_that_can_be_guessed_is_refused(
    settings: Any, token: str, is_safe: bool
) -> None:
    settings.OO_METRICS_TOKEN = token
    assert is_safe == ("oo.E010" not in {found.id for found in production_is_safe()})


@pytest.mark.parametrize("name", ["OO_EVENTS_KEPT_DAYS", "OO_HISTORY_KEPT_DAYS"])
def test_nothing_is_forgotten_that_is_still_read(settings: Any, name: str) -> None:
    assert what_is_read_is_kept_as_long() == []
    setattr(settings, name, 28)
    (error,) = what_is_read_is_kept_as_long()
    assert (error.id, error.msg.startswith(name)) == ("oo.E009", True)


CLOUD = """
model_list:
  - model_name: judge-openai
    litellm_params: {model: openai/large, api_key: os.environ/TEST_CLOUD_KEY}
    model_info: {cloud: openai}
"""


@pytest.mark.parametrize(
    ("proxy", "key", "file", "warned"),
    [
        ("http://litellm:4000", "sk-x", CLOUD, ["oo.W001"]),
        ("http://litellm:4000", "", CLOUD, []),
        ("", "sk-x", CLOUD, []),
        ("http://litellm:4000", "sk-x", "nonsense", []),
    ],
)
def test_a_key_of_a_cloud_that_a_proxy_does_not_hear_is_named(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    proxy: str, key: str, file: str, warned: list[str],
) -> None:  # fmt: skip
    settings.LITELLM_URL, settings.OO_LITELLM_FILE = proxy, tmp_path / "litellm.yaml"
    settings.OO_LITELLM_FILE.write_text(file)
    monkeypatch.setenv("TEST_CLOUD_KEY", key)
    found = clouds_are_asked_from_where_their_keys_are()
    assert [warning.id for warning in found] == warned
