from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest
from django.core.management import call_command

from integrations.registry import SOURCES
from notifier.registry import CHANNELS
from oo.lib.crypto import Keyring
from oo.lib.manifests import Setting
from tests.production import compose
from tests.production.compose import ROOT

PLACES = ("base", "local", "production")
ENTRY = re.compile(r"((?:^# .*\n)+)^#?([A-Z_]+)=(.*)$", re.MULTILINE)


def calls() -> list[tuple[str, ast.Call]]:
    """Every env.something("NAME", …) in the settings, with its name."""
    found = []
    for place in PLACES:
        for node in ast.walk(ast.parse((ROOT / f"oo/settings/{place}.py").read_text())):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            is_env = isinstance(node.func.value, ast.Name) and node.func.value.id == "env"
            if is_env and node.args and isinstance(node.args[0], ast.Constant):
                found.append((str(node.args[0].value), node))
    return found


def entries() -> dict[str, tuple[str, str]]:
    """Name to what is said of it and the value that stands there."""
    text = (ROOT / ".env.example").read_text()
    return {name: (words, value) for words, name, value in ENTRY.findall(text)}


OF_SOURCES = [setting for source in SOURCES for setting in source.manifest.all_settings()]
OF_CHANNELS = [setting for channel in CHANNELS for setting in channel.manifest.settings]
OF_PLUGINS = [*OF_SOURCES, *OF_CHANNELS]
READ = {name for name, _call in calls()} | {setting.name for setting in OF_PLUGINS}
SAID = entries()


def test_it_names_what_the_settings_and_compose_read_and_nothing_else() -> None:
    assert len(READ) > 20
    assert set(SAID) == READ | compose.variables()


@pytest.mark.parametrize("name", sorted(SAID))
def test_each_has_a_sentence_a_unit_and_a_default(name: str) -> None:
    words = SAID[name][0]

    assert re.search(r"^# [A-Z].*[.;]", words)
    assert "Unit: " in words
    assert "Default: " in words or "Required" in words


def literal_defaults() -> list[tuple[str, str]]:
    found = []
    for name, call in calls():
        for keyword in call.keywords:
            value = keyword.value.value if isinstance(keyword.value, ast.Constant) else ""
            if keyword.arg == "default" and value != "":
                found.append((name, str(value)))
    return found


@pytest.mark.parametrize(("name", "value"), literal_defaults())
def test_the_default_that_is_named_is_the_one_in_the_settings(name: str, value: str) -> None:
    defaults = SAID[name][0].replace("_", "").partition("Default: ")[2]

    assert value.replace("_", "") in defaults


@pytest.mark.parametrize("setting", OF_PLUGINS, ids=lambda setting: setting.name)
def test_what_plug_ins_read_is_said_as_their_manifests_say_it(setting: Setting) -> None:
    assert setting.env_lines() in (ROOT / ".env.example").read_text()


def test_the_command_prints_the_lines_of_every_source(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("source_settings")

    assert capsys.readouterr().out in (ROOT / ".env.example").read_text()


def test_nothing_secret_is_in_it_and_every_required_one_is_left_to_be_filled_in() -> None:
    live = re.findall(r"^([A-Z_]+)=(.*)$", (ROOT / ".env.example").read_text(), re.MULTILINE)

    assert live == [(name, "") for name in compose.FILLED_IN]


def new_env(file: Path, host: str = "oo.example.com") -> subprocess.CompletedProcess[str]:
    command = ["sh", str(ROOT / "deploy/new-env.sh"), host, str(file)]
    return subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)


def test_new_env_fills_in_all_but_who_runs_this(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    assert new_env(file).returncode == 0

    live = dict(re.findall(r"^([A-Z_]+)=(.*)$", file.read_text(), re.MULTILINE))
    with pytest.raises(compose.Unset, match=r"OO_OPERATOR_NAME: say in \.env who runs this oO"):
        compose.services(live)
    live |= {"OO_OPERATOR_NAME": "Example", "OO_OPERATOR_CONTACT": "oo@example.com"}
    assert compose.services(live)["caddy"]["environment"] == {"OO_HOST": "oo.example.com"}
    assert Keyring(live["OO_ENCRYPTION_KEYS"].split(","))
    assert len(live["OO_SECRET_KEY"]) >= 50
    assert re.fullmatch(r"[\w-]{40,}", live["POSTGRES_PASSWORD"])
    assert file.stat().st_mode & 0o777 == 0o600


def test_new_env_makes_other_secrets_each_time(tmp_path: Path) -> None:
    new_env(tmp_path / "a")
    new_env(tmp_path / "b")

    secrets = [
        line
        for name in ("a", "b")
        for line in (tmp_path / name).read_text().splitlines()
        if re.match(r"(OO_SECRET|OO_ENC|POSTGRES)", line)
    ]
    assert len(set(secrets)) == len(secrets) == 6


def test_new_env_never_overwrites_keys_that_are_in_use(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("OO_ENCRYPTION_KEYS=in-use\n")

    assert new_env(file).returncode == 1
    assert file.read_text() == "OO_ENCRYPTION_KEYS=in-use\n"


@pytest.mark.parametrize(
    "host", ["https://oo.example.com", "oo.example.com/", "oo.example.com:8443"]
)
def test_new_env_refuses_what_is_more_than_a_name(tmp_path: Path, host: str) -> None:
    done = new_env(tmp_path / ".env", host)
    assert (done.returncode, (tmp_path / ".env").exists()) == (2, False)
    assert "a name alone" in done.stderr
