"""What `make run` starts, with a model on this machine and without."""

from __future__ import annotations

import io
import os
import socket
import sys
from pathlib import Path
from typing import Any

import pytest

from oo.management.commands import run
from oo.model.catalogue import DEFAULT
from oo.model.serving import NotServed, serve, wait_until_up
from tests.servers import free_port

PLACES: dict[str, Any] = {"host": "127.0.0.1", "port": 8000, "var": "var"}


@pytest.fixture
def command(tmp_path: Path, settings: Any) -> run.Command:
    settings.OO_MODEL_FOLDER = tmp_path
    settings.OO_MODEL_PORT = free_port()
    return run.Command(stderr=io.StringIO())


@pytest.fixture
def fetched(tmp_path: Path) -> Path:
    """A file of the right size, with a hole instead of a model."""
    path = DEFAULT.path_in(tmp_path)
    path.touch()
    os.truncate(path, DEFAULT.size)
    return path


def test_without_a_file_no_model_is_served(command: run.Command) -> None:
    assert command.model_environment() == {}
    assert list(run.commands(**PLACES)) == ["web", "worker", "beat"]


def test_with_a_file_every_process_is_told_where_it_is_served(
    command: run.Command, fetched: Path, settings: Any
) -> None:
    address = f"http://127.0.0.1:{settings.OO_MODEL_PORT}/v1"

    assert command.model_environment() == {"LOCAL_MODEL_URL": address}
    commands = run.commands(serves=True, asks=True, **PLACES)
    assert commands["model"] == [sys.executable, "-m", "oo.model", "serve"]
    assert commands["thinker"][commands["thinker"].index("-Q") + 1] == "llm"
    assert "llm" not in commands["worker"][commands["worker"].index("-Q") + 1]


def test_half_a_file_is_none(command: run.Command, fetched: Path) -> None:
    os.truncate(fetched, DEFAULT.size - 1)

    assert command.model_environment() == {}


def test_a_server_of_ones_own_is_used_instead(
    command: run.Command, fetched: Path, settings: Any
) -> None:
    settings.LOCAL_MODEL_URL = "http://other.test/v1"

    assert command.model_environment() == {}


def test_who_else_listens_on_the_port_is_told_nothing(
    command: run.Command, fetched: Path, settings: Any
) -> None:
    with socket.create_server(("127.0.0.1", settings.OO_MODEL_PORT)):
        assert command.model_environment() == {}

    assert "OO_MODEL_PORT names another" in command.stderr.getvalue()


def test_without_the_package_there_is_no_server(
    command: run.Command, fetched: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("oo.model.serving.find_spec", lambda _name: None)
    monkeypatch.setitem(sys.modules, "xllamacpp", None)

    assert command.model_environment() == {}
    with pytest.raises(NotServed, match=r"requirements-model\.txt"):
        serve(DEFAULT, tmp_path, port=1, threads=1, when_up=print)


def test_what_is_not_fetched_is_not_served(tmp_path: Path) -> None:
    with pytest.raises(NotServed, match="Fetch it: make model"):
        serve(DEFAULT, tmp_path, port=1, threads=1, when_up=print)


def test_what_is_no_model_says_what_it_could_be(
    fetched: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(NotServed, match=r"OO_MODEL_PORT names another\. Is there enough memory"):
        serve(DEFAULT, tmp_path, port=free_port(), threads=1, when_up=print)


def test_a_server_that_does_not_come_up_is_not_waited_for_for_ever() -> None:
    with pytest.raises(NotServed, match=r"No model answered at .*/health within 0 s"):
        wait_until_up(f"http://127.0.0.1:{free_port()}/v1", within_s=0.2)
