from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from oo.lib.crypto import generate_key
from tests.production import compose
from tests.production.database import Place, fresh_database
from tests.production.rows import TOKEN

pytestmark = pytest.mark.postgres
KEY = generate_key()
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"


def run(command: list[str], env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=compose.ROOT,
        env={"LANG": "C.UTF-8", **env},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def script(name: str, env: Mapping[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    return run(["sh", str(compose.ROOT / "deploy" / name), *words], env)


def psql(place: Place, command: str) -> str:
    done = run(["psql", "-XAt", "-v", "ON_ERROR_STOP=1", "-c", command], place.env)
    assert done.returncode == 0, done.stderr
    return done.stdout


def count_rows(place: Place) -> dict[str, int]:
    tables = psql(place, TABLES).split()
    each = [f"SELECT '{table}', count(*) FROM {table}" for table in tables]
    lines = psql(place, " UNION ALL ".join(each)).splitlines()
    return {table: int(count) for table, count in (line.split("|") for line in lines)}


def rows(what: str, place: Place, *, key: str = KEY) -> subprocess.CompletedProcess[str]:
    env = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "oo.settings.production",
        "DATABASE_URL": place.url,
        "OO_BASE_URL": "https://oo.test",
        "OO_SECRET_KEY": "k" * 50,
        "OO_ENCRYPTION_KEYS": key,
    }
    return run([sys.executable, "-m", "tests.production.rows", what], env)


@dataclass(frozen=True, slots=True)
class Saved:
    place: Place
    folder: Path
    file: Path


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Saved]:
    """A database with a person in it, and its back-up."""
    folder = tmp_path_factory.mktemp("backups")
    with fresh_database() as place:
        written = rows("write", place)
        assert written.returncode == 0, written.stderr
        done = script("backup.sh", place.env, str(folder))
        assert done.returncode == 0, done.stderr
        yield Saved(place, folder, Path(done.stdout.strip()))


def empty_database(place: Place, name: str) -> Place:
    psql(place, f"CREATE DATABASE {name}")
    return replace(place, url=place.url.rsplit("/", 1)[0] + f"/{name}")


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_backup_is_a_file_with_its_time_that_only_its_owner_reads(saved: Saved) -> None:
    assert names(saved.folder) == {saved.file.name, f"{saved.file.name}.cksum"}
    assert re.fullmatch(r"oo-\d{8}T\d{6}Z\.dump", saved.file.name)
    assert saved.file.stat().st_mode & 0o777 == 0o600


def test_a_backup_holds_no_token_that_can_be_read(saved: Saved) -> None:
    plain = run(["pg_restore", "--file", "-", str(saved.file)], saved.place.env).stdout

    assert "alice@example.com" in plain
    assert TOKEN not in plain


def test_what_is_restored_is_what_was_saved_and_the_same_keys_open_it(saved: Saved) -> None:
    target = empty_database(saved.place, "restored")
    done = script("restore.sh", target.env, str(saved.file))

    assert done.returncode == 0, done.stderr
    counts = count_rows(target)
    assert counts == count_rows(saved.place)
    assert counts["integrations_connection"] == counts["events_eventrecord"] == 1
    assert rows("read", target).stdout == TOKEN
    assert "CryptoError" in rows("read", target, key=generate_key()).stderr


def test_a_database_that_is_not_empty_is_left_alone(saved: Saved) -> None:
    target = empty_database(saved.place, "in_use")
    psql(target, "CREATE TABLE notes AS SELECT 'keep me' AS note")
    done = script("restore.sh", target.env, str(saved.file))

    assert (done.returncode, "not empty" in done.stderr) == (3, True)
    assert psql(target, TABLES) == "notes\n"


def test_a_damaged_backup_restores_nothing_at_all(saved: Saved, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.dump"
    # So little is missing that pg_restore would not say a word.
    damaged.write_bytes(saved.file.read_bytes()[:-100])
    (tmp_path / "damaged.dump.cksum").write_text(Path(f"{saved.file}.cksum").read_text())
    target = empty_database(saved.place, "untouched")
    done = script("restore.sh", target.env, str(damaged))

    assert (done.returncode, "damaged" in done.stderr) == (4, True)
    assert psql(target, TABLES) == ""


def test_only_the_newest_are_kept_and_nothing_else_is_touched(saved: Saved, tmp_path: Path) -> None:
    older = ("oo-20250101T000000Z.dump", "oo-20250102T000000Z.dump")
    for name in (*older, f"{older[0]}.cksum", "notes.txt"):
        (tmp_path / name).write_text("")
    done = script("backup.sh", saved.place.env, str(tmp_path), "2")

    newest = Path(done.stdout.strip()).name
    assert names(tmp_path) == {newest, f"{newest}.cksum", older[1], "notes.txt"}


def test_a_backup_that_fails_says_so_removes_nothing_and_leaves_no_half_file(
    saved: Saved, tmp_path: Path
) -> None:
    (tmp_path / "oo-20250101T000000Z.dump").write_text("")
    done = script("backup.sh", {**saved.place.env, "PGDATABASE": "missing"}, str(tmp_path), "1")

    assert done.returncode != 0
    assert names(tmp_path) == {"oo-20250101T000000Z.dump"}


def test_without_pghost_the_postgres_of_compose_is_asked(saved: Saved, tmp_path: Path) -> None:
    """A stand-in for docker runs what it is told to inside the service here."""
    docker = tmp_path / "docker"
    docker.write_text(
        '#!/bin/sh\n[ "$1 $2 $3 $4" = "compose exec -T postgres" ] || exit 9\n'
        f'shift 4\nPGHOST={saved.place.env["PGHOST"]} exec "$@"\n'
    )
    docker.chmod(0o755)
    env = {**saved.place.env, "PATH": f"{tmp_path}{os.pathsep}{saved.place.env['PATH']}"}
    del env["PGHOST"]
    done = script("backup.sh", env, str(tmp_path / "backups"))
    target = empty_database(saved.place, "by_compose")
    restored = script("restore.sh", {**env, "PGDATABASE": "by_compose"}, done.stdout.strip())

    assert (done.returncode, restored.returncode) == (0, 0), done.stderr + restored.stderr
    assert count_rows(target) == count_rows(saved.place)
