from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings

from oo.lib.llm import aliases
from oo.management.commands import run
from oo.settings import base
from tests.production import compose
from tests.production.dockerfile import is_sent, stages
from tests.production.stack import STARTED

SERVICES = compose.services()
ONCE = {"migrate", "ollama-pull"}
LASTING = sorted(set(SERVICES) - ONCE)
MODELS = [name for name, service in SERVICES.items() if "ai" in service.get("profiles", [])]
OURS = (*STARTED, "migrate")
BESIDE = ["flower", "grafana", "mlflow", "notebook", "open-webui"]


def options(service: dict[str, Any]) -> dict[str, str]:
    """The flags of a command with what follows each."""
    words = service["command"]
    return dict(zip(words, [*words[1:], ""], strict=True))


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_runs_without_root_and_without_a_writable_disk(name: str) -> None:
    service = SERVICES[name]
    user = service.get("user") or stages()[service["build"]["target"]].all("USER")[-1]

    assert user.split(":")[0] not in {"0", "root", ""}
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]


@pytest.mark.parametrize("name", LASTING)
def test_every_lasting_service_is_watched_restarted_and_given_time_to_end(name: str) -> None:
    service = SERVICES[name]

    assert service["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}
    assert service["restart"] == "unless-stopped"
    assert service["stop_grace_period"].endswith("s")
    assert service["logging"]["options"]["max-size"]


@pytest.mark.parametrize("name", STARTED)
def test_nothing_starts_before_the_migration_has_succeeded(name: str) -> None:
    assert SERVICES[name]["depends_on"]["migrate"] == {
        "condition": "service_completed_successfully"
    }
    assert SERVICES["migrate"]["restart"] == "no"


def test_only_caddy_can_be_reached_from_outside() -> None:
    doors = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert doors.pop("caddy")[0] == "80:80"

    assert sorted(doors) == BESIDE
    for (door,) in doors.values():
        # By this machine alone, in the one network that is not cut off from it.
        assert re.fullmatch(r"127\.0\.0\.1:(\d+):\1", door)
    for name, service in SERVICES.items():
        assert ("desk" in service["networks"]) == (name in BESIDE), name


def test_tools_beside_have_no_way_out_and_each_reaches_what_it_needs() -> None:
    networks = compose.read()["networks"]

    assert networks["tools"] == {"internal": True}
    assert networks["desk"]["driver_opts"] == {
        "com.docker.network.bridge.enable_ip_masquerade": "false"
    }
    reach = {name: set(SERVICES[name]["networks"]) - {"tools", "desk"} for name in BESIDE}
    assert reach == {
        "flower": {"back"},
        "grafana": set(),
        "mlflow": set(),
        "notebook": {"reading"},
        "open-webui": {"models"},
    }
    assert SERVICES["prometheus"]["networks"] == ["tools"]
    assert [name for name in [*BESIDE, "prometheus"] if "env_file" in SERVICES[name]] == []


def test_a_tool_starts_with_its_profile_and_not_before() -> None:
    profiles = {name: SERVICES[name]["profiles"] for name in [*BESIDE, "prometheus"]}

    assert profiles == {
        "flower": ["flower"],
        "grafana": ["grafana"],
        "mlflow": ["mlflow"],
        "notebook": ["notebook"],
        "open-webui": ["webui"],
        "prometheus": ["grafana"],
    }
    # What a service waits for has to be started by the same profile, or by none.
    for service in SERVICES.values():
        for needed in service.get("depends_on", ()):
            others = set(SERVICES[needed].get("profiles", service.get("profiles", [])))
            assert set(service.get("profiles", [])) <= others


def test_prometheus_finds_oo_by_its_public_name_and_brings_the_token() -> None:
    (script,) = SERVICES["prometheus"]["command"]
    environment = SERVICES["prometheus"]["environment"]
    host = compose.FILLED_IN["OO_HOST"]
    (job,) = yaml.safe_load((compose.ROOT / "deploy/prometheus/prometheus.yml").read_text())[
        "scrape_configs"
    ]

    assert environment["OO_HOST"] == host
    assert SERVICES["caddy"]["networks"]["tools"] == {"aliases": [host]}
    assert f'"$OO_METRICS_TOKEN" > {job["authorization"]["credentials_file"]};' in script
    assert f'"$OO_HOST" > {job["file_sd_configs"][0]["files"][0]};' in script
    assert job["scheme"] == "https"


def test_what_prometheus_writes_for_itself_can_be_read_by_it(tmp_path: Path) -> None:
    (script,) = SERVICES["prometheus"]["command"]
    writing, _, _start = script.replace("/tmp/", f"{tmp_path}/").partition("exec ")
    env = {"PATH": os.environ["PATH"], "OO_HOST": "oo.test", "OO_METRICS_TOKEN": "a%st\\ok"}
    subprocess.run(["sh", "-c", writing], env=env, check=True, timeout=10)

    assert json.loads((tmp_path / "targets.json").read_text()) == [{"targets": ["oo.test"]}]
    assert (tmp_path / "token").read_text() == "a%st\\ok"
    assert (tmp_path / "token").stat().st_mode & 0o777 == 0o600


def test_the_notebook_does_not_start_without_a_token() -> None:
    *_sh, script = SERVICES["notebook"]["command"]
    done = subprocess.run(
        ["sh", "-c", script],
        env={"PATH": os.environ["PATH"], "OO_NOTEBOOK_TOKEN": ""},
        capture_output=True,
        text=True,
        timeout=10,
        check=False,
    )

    assert (done.returncode, done.stderr) == (1, "OO_NOTEBOOK_TOKEN is not set\n")


def test_every_file_that_is_handed_in_is_there_and_handed_to_somebody() -> None:
    configs = compose.read()["configs"]
    handed = {of["source"] for service in SERVICES.values() for of in service.get("configs", [])}

    assert handed == set(configs)
    assert [of["file"] for of in configs.values() if not (compose.ROOT / of["file"]).exists()] == []


def test_database_and_broker_stand_in_a_network_without_a_way_out() -> None:
    networks = compose.read()["networks"]

    assert networks["back"] == networks["reading"] == {"internal": True}
    assert SERVICES["redis"]["networks"] == ["back"]
    assert SERVICES["postgres"]["networks"] == ["back", "reading"]
    inside = [name for name, service in SERVICES.items() if "reading" in service["networks"]]
    assert inside == ["postgres", "notebook"]
    assert "back" not in SERVICES["caddy"]["networks"]


def test_models_start_when_they_are_asked_for_and_can_tell_nobody_what_they_heard() -> None:
    assert MODELS == ["ollama", "ollama-pull", "litellm"]
    assert compose.read()["networks"]["models"] == {"internal": True}
    assert {name: SERVICES[name]["networks"] for name in MODELS if name not in ONCE} == {
        name: ["models"] for name in LASTING if name in MODELS
    }
    assert "models" in SERVICES["thinker"]["networks"]
    assert "models" not in SERVICES["worker"]["networks"]
    assert [name for name in MODELS if "env_file" in SERVICES[name]] == []


def test_what_is_pulled_is_what_the_workers_ask_ollama_for() -> None:
    found = aliases.load(settings.OO_LITELLM_FILE, lambda _name: "x").deployments
    asked = {
        model
        for kind, _, model in (each.model.partition("/") for each in found)
        if kind.startswith("ollama")
    }
    (script,) = SERVICES["ollama-pull"]["command"]
    (pulled,) = re.findall(r"for model in ([^;]+);", script)

    assert set(pulled.split()) == asked


def test_the_proxy_has_the_file_and_the_variable_of_the_workers() -> None:
    proxy = SERVICES["litellm"]

    assert compose.read()["configs"]["litellm"] == {"file": "./litellm.yaml"}
    assert proxy["configs"] == [{"source": "litellm", "target": options(proxy)["--config"]}]
    assert "ollama:" in proxy["environment"]["OLLAMA_URL"]


def test_the_mirror_starts_when_it_is_asked_for_and_has_no_way_out() -> None:
    nats, relay = SERVICES["nats"], SERVICES["relay"]

    assert nats["profiles"] == relay["profiles"] == ["mirror"]
    assert nats["networks"] == relay["networks"] == ["back"]
    assert relay["depends_on"]["migrate"] == SERVICES["web"]["depends_on"]["migrate"]
    # The relay touches the file that the health check looks at.
    assert options(relay)["--pulse"] == relay["healthcheck"]["test"][-1]
    assert options(nats)["--config"] == "/etc/nats/nats.conf"
    assert "deploy/nats.conf /etc/nats/nats.conf" in stages()["nats"].all("COPY")


def test_nats_takes_its_configuration_and_keeps_its_streams_on_the_volume(tmp_path: Path) -> None:
    text = (compose.ROOT / "deploy/nats.conf").read_text()
    assert "nats:/var/lib/nats" in SERVICES["nats"]["volumes"]
    assert "store_dir: /var/lib/nats" in text
    here = tmp_path / "nats.conf"
    here.write_text(text.replace("/var/lib/nats", str(tmp_path)))

    program = Path(sys.executable).parent / "nats-server"
    subprocess.run([str(program), "-t", "-c", str(here)], check=True, timeout=20)


@pytest.mark.parametrize(("age_s", "code"), [(0, 0), (600, 1), (None, 1)])
def test_a_relay_without_a_pulse_is_not_well(
    age_s: float | None, code: int, tmp_path: Path
) -> None:
    pulse = tmp_path / "relay"
    if age_s is not None:
        pulse.touch()
        os.utime(pulse, times=(time.time() - age_s,) * 2)

    command = [sys.executable, "deploy/probe.py", "relay", str(pulse)]
    assert subprocess.run(command, cwd=compose.ROOT, check=False).returncode == code


@pytest.mark.parametrize("name", compose.FILLED_IN)
def test_what_must_be_set_stops_compose_when_it_is_not(name: str) -> None:
    with pytest.raises(compose.Unset, match=name):
        compose.read({**compose.FILLED_IN, name: ""})


def test_images_are_pinned_to_a_version() -> None:
    images = [s["image"] for s in SERVICES.values() if "build" not in s]
    images += [stage.base for stage in stages().values()]

    assert len(images) == 14
    major = r"[a-z]+:\d+(\.\d+)?-[a-z-]+"
    # What is not yet stable, or has been tampered with before: to the last number.
    exact = r"[a-z./-]+:v?\d+\.\d+\.\d+"
    assert all(re.fullmatch(f"{major}|{exact}", image) for image in images)


def test_web_runs_with_the_flags_that_a_laptop_uses() -> None:
    laptop = run.commands(host="0.0.0.0", port=8000, var="var")["web"]

    # A laptop asks its own Python for it, wherever its folder was moved.
    assert laptop[1] == "-m"
    assert SERVICES["web"]["command"] == laptop[2:]


def test_the_image_starts_and_checks_what_compose_does() -> None:
    app = stages()["app"]

    assert json.loads(app.the("CMD")) == SERVICES["web"]["command"]
    check = app.the("HEALTHCHECK").partition("CMD ")[2]
    assert json.loads(check) == SERVICES["web"]["healthcheck"]["test"][1:]
    assert app.the("EXPOSE") in SERVICES["web"]["command"]


def test_every_queue_that_a_task_is_sent_to_is_heard_and_who_asks_models_hears_no_other() -> None:
    heard = set(options(SERVICES["worker"])["--queues"].split(","))
    assert options(SERVICES["thinker"])["--queues"] == "llm"
    heard.add("llm")
    sent = {route["queue"] for route in base.CELERY_TASK_ROUTES.values()}

    assert (
        {*sent, base.CELERY_TASK_DEFAULT_QUEUE}
        <= heard
        == {
            "interactive",
            "sync",
            "sweep",
            "llm",
        }
    )


def test_what_must_outlast_a_container_is_on_a_volume() -> None:
    mounted = {v.split(":")[0] for s in SERVICES.values() for v in s.get("volumes", [])}

    assert mounted == set(compose.read()["volumes"])
    assert "beat:/var/lib/oo" in SERVICES["beat"]["volumes"]
    # Where version 18 of the image keeps its data; the older /data would be lost.
    assert SERVICES["postgres"]["volumes"] == ["postgres:/var/lib/postgresql"]
    assert options(SERVICES["redis"])["--appendonly"] == "yes"


def test_packages_are_installed_by_hash_and_none_is_for_development() -> None:
    packages = stages()["packages"]

    assert "--require-hashes" in packages.the("RUN", "pip install")
    assert packages.the("COPY") == "requirements.txt requirements-model.txt /"


def test_the_last_user_of_the_image_is_a_number_that_owns_the_volume() -> None:
    app = stages()["app"]

    assert app.the("USER") == "10001:10001"
    assert "--uid 10001" in app.the("RUN", "useradd")
    assert "/var/lib/oo" in app.the("RUN", "useradd")
    assert app.steps.index(("USER", "10001:10001")) > max(
        place for place, (word, _) in enumerate(app.steps) if word in {"RUN", "COPY"}
    )


def test_every_app_and_all_that_the_commands_name_is_in_the_image() -> None:
    apps = [name for name in settings.INSTALLED_APPS if (compose.ROOT / name).is_dir()]
    named = ["manage.py", "deploy/probe.py", "deploy/Caddyfile", "deploy/nats.conf"]
    named += ["requirements.txt", "requirements-model.txt", "litellm.yaml"]
    named += ["deploy/tools/flower.txt", "deploy/tools/notebook.txt"]
    needed = [*apps, "templates/base.html", "static/css", *named]

    assert len(apps) >= 6
    assert all((compose.ROOT / path).exists() for path in needed)
    assert [path for path in needed if not is_sent(path)] == []


@pytest.mark.parametrize(
    "path",
    [
        ".env",
        "var/secrets/secret-key",
        ".git/config",
        "tests/check.py",
        "tips/tests/x.py",
    ],
)
def test_neither_secrets_nor_tests_are_in_the_image(path: str) -> None:
    assert not is_sent(path)


def test_caddy_passes_to_the_port_on_which_web_listens() -> None:
    caddyfile = (compose.ROOT / "deploy/Caddyfile").read_text()

    assert f"reverse_proxy web:{options(SERVICES['web'])['--port']} " in caddyfile
    assert "\n{$OO_HOST} {" in caddyfile
    assert "OO_HOST" in SERVICES["caddy"]["environment"]


def test_caddy_takes_a_little_more_than_oo_so_that_oo_can_refuse_it_in_words() -> None:
    (limit,) = re.findall(r"max_size (\d+)MB", (compose.ROOT / "deploy/Caddyfile").read_text())

    assert int(limit) * 1_000_000 > base.DATA_UPLOAD_MAX_MEMORY_SIZE
