"""`manage.py run` as a person has it: a copy of oO in a folder of an awkward name, real processes.

Whatever a test starts is gone when it ends: who works in that folder is looked for.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import CommandError

from oo.management.commands.run import hold, refuse_taken_port
from tests.home import SOON_S, Home, copy_to, install
from tests.servers import free_port

# It brings its own database: once is enough.
pytestmark = [pytest.mark.slow, pytest.mark.postgres]


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_to(tmp_path_factory.mktemp("a home") / "my oO + 100%25 #1?")


@pytest.fixture
def home(copied: Path) -> Iterator[Home]:
    made = Home(copied)
    yield made
    made.clear()


def test_it_starts_in_any_folder_and_starts_anew_whoever_crashes(home: Home) -> None:
    run = home.start()
    home.until_up()
    assert (home.folder / "var" / "oo.sqlite3").stat().st_size
    home.until(lambda: len(home.children(run)) == 3)
    before = home.children(run)
    for child in before.values():
        child.kill()
    home.until(
        lambda: len(now := home.children(run)) == 3 and not {*now.values()} & {*before.values()}
    )
    home.until(lambda: b"true" in fetch_or_nothing(home, "/readyz"))
    assert_stops(home, run, signal.SIGTERM)


def fetch_or_nothing(home: Home, path: str) -> bytes:
    try:
        return home.fetch(path)
    except OSError:
        return b""


@pytest.mark.parametrize("after_s", [0, 0.5, 1, 2])
def test_ctrl_c_ends_all_of_it_soon_and_without_a_traceback(home: Home, after_s: float) -> None:
    run = home.start()
    time.sleep(after_s)
    assert_stops(home, run, signal.SIGINT)
    assert "Traceback" not in home.said() or after_s == 0  # Python itself was starting


@pytest.mark.parametrize("after_children_s", [0, 0.3, 1])
def test_who_is_asked_to_end_while_it_starts_ends_soon(home: Home, after_children_s: float) -> None:
    run = home.start()
    home.until(lambda: home.children(run))
    time.sleep(after_children_s)
    assert_stops(home, run, signal.SIGINT)


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
def test_a_closed_terminal_and_a_polite_end_leave_nobody(
    home: Home, number: signal.Signals
) -> None:
    run = home.start()
    home.until_up()
    assert_stops(home, run, number)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_make_run_hears_what_its_terminal_says_to_everybody(
    home: Home, number: signal.Signals
) -> None:
    if not (home.folder / "Makefile").exists():
        install(home.folder)
    run = home.start("make", "run", f"PORT={home.port}")
    home.until_up()
    os.killpg(run.pid, number)
    run.wait(SOON_S)
    home.until(lambda: not home.everybody(), within_s=SOON_S)
    assert "Traceback" not in home.said()


def assert_stops(home: Home, run: subprocess.Popen[bytes], number: signal.Signals) -> None:
    run.send_signal(number)
    try:
        run.wait(SOON_S)
    except subprocess.TimeoutExpired:
        pytest.fail(f"{home.said()}\nStill here:\n{home.who_is_left()}")
    home.until(lambda: not home.everybody(), within_s=2)


def test_a_taken_port_is_told_with_another(home: Home) -> None:
    with socket.create_server(("127.0.0.1", home.port)):
        assert home.start().wait(SOON_S) == 2
    assert f"Port {home.port} is taken. Try: make run PORT={home.port + 1}" in home.said()


@pytest.mark.parametrize("host", ["192.0.2.7", "localhos"])
def test_a_place_that_is_none_of_this_machine_is_told_as_such(host: str) -> None:
    with pytest.raises(CommandError, match=f"oO cannot listen on {host}, port 8000: "):
        refuse_taken_port(host, 8000)


def test_a_folder_in_which_nothing_can_be_kept_is_told(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file, where a folder should be")
    with pytest.raises(CommandError, match=f"oO cannot keep its data in {tmp_path}/var: File"):
        hold(tmp_path / "var", "http://localhost:8000")


def test_a_database_that_is_out_of_reach_is_told_without_its_password(home: Home) -> None:
    url = f"postgres://oo:open-sesame@127.0.0.1:{free_port()}/oo"
    assert home.start(DATABASE_URL=url).wait(SOON_S) == 2
    said = home.said()
    assert "oO cannot use its database: " in said
    assert "Connection refused" in said
    assert "open-sesame" not in said
    assert "Traceback" not in said


def test_a_second_run_on_one_folder_is_refused_also_beside_what_a_killed_one_left(
    home: Home,
) -> None:
    first = home.start()
    home.until_up()
    address, home.port = f"http://localhost:{home.port}", free_port()
    assert home.start().wait(SOON_S) == 2
    assert f"oO runs on this folder already: {address}, process {first.pid}" in home.said()
    first.kill()
    first.wait()
    assert home.start().wait(SOON_S) == 2
    assert "oO runs on this folder already" in home.said()
    home.clear()
    last = home.start()
    home.until_up()
    assert_stops(home, last, signal.SIGINT)


def test_without_debug_the_pages_have_their_style_sheets(home: Home) -> None:
    run = home.start(OO_DEBUG="False")
    home.until_up()
    page = home.fetch("/sign-in/").decode()
    sheet = page.partition('rel="stylesheet" href="')[2].partition('"')[0]
    assert b"{" in home.fetch(sheet)
    assert_stops(home, run, signal.SIGINT)
