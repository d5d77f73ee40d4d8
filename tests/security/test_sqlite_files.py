"""What lies on the disk of a laptop: for its owner alone, and nothing of who has left."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from oo.lib.sqlite_files import keep_private
from tests.concurrency.processes import ROOT
from tests.security.sqlite.leaving import ADDRESS


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


@pytest.fixture(autouse=True)
def _open_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def parts(database: Path) -> list[Path]:
    return sorted(database.parent.glob(f"{database.name}*"))


def held(database: Path) -> bytes:
    return b"".join(part.read_bytes() for part in parts(database))


def test_the_files_of_a_laptop_are_its_owners_and_hold_nobody_who_has_left(tmp_path: Path) -> None:
    database = tmp_path / "oo.sqlite3"
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.security.sqlite.leaving"],
        cwd=ROOT,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.security.sqlite.settings",
            "DATABASE_URL": f"sqlite:///{database}",
        },
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin
    assert process.stdout
    try:
        assert process.stdout.readline() == "there\n"
        assert {part.name: mode(part) for part in parts(database)} == {
            "oo.sqlite3": 0o600,
            "oo.sqlite3-shm": 0o600,
            "oo.sqlite3-wal": 0o600,
        }
        assert ADDRESS.encode() in held(database)
        process.stdin.write("leave\n")
        process.stdin.flush()
        assert process.stdout.readline() == "gone\n"
        # The process is still there: what is looked at is not what its last close tidies up.
        assert database.with_name("oo.sqlite3-wal").exists()
        assert ADDRESS.encode() not in held(database)
        assert b"stays1@example.com" in held(database)
    finally:
        process.kill()
        process.communicate()


def test_what_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    folder = tmp_path / "var"
    folder.mkdir(mode=0o755)
    files = [folder / name for name in ("oo.sqlite3", "oo.sqlite3-wal", "oo.sqlite3-shm")]
    for file in files:
        file.write_bytes(b"kept")
        file.chmod(0o644)
    keep_private(files[0], folder=folder)
    assert [mode(path) for path in (folder, *files)] == [0o700, 0o600, 0o600, 0o600]
    assert files[0].read_bytes() == b"kept"


def test_a_folder_that_is_not_oos_own_stays_as_it_is(tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir(mode=0o755)
    keep_private(theirs / "oo.sqlite3", folder=tmp_path / "var")
    assert (mode(theirs), mode(theirs / "oo.sqlite3")) == (0o755, 0o600)


def test_a_new_checkout_gets_a_closed_folder_and_an_empty_file(tmp_path: Path) -> None:
    keep_private(tmp_path / "var" / "oo.sqlite3", folder=tmp_path / "var")
    assert (mode(tmp_path / "var"), mode(tmp_path / "var" / "oo.sqlite3")) == (0o700, 0o600)


def test_a_folder_that_is_missing_is_left_to_who_named_it(tmp_path: Path) -> None:
    keep_private(tmp_path / "gone" / "oo.sqlite3", folder=tmp_path / "var")
    assert not (tmp_path / "gone").exists()
