"""The cast: alice uses oO, bob is somebody else, charlie is gone. And no network but loopback."""

from __future__ import annotations

import gc
import socket
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client, TransactionTestCase
from hypothesis import settings as examples

from accounts.models import User
from oo.lib import queue
from tests.canaries import forget, found_in, listening
from tests.emptying import empty
from tests.factories import make_person, signed_in

# The same examples in each run, so that a change and nothing else makes a test fail.
# --hypothesis-seed=<number> draws others.
examples.register_profile("same", derandomize=True, deadline=None)
examples.load_profile("same")

LONG = ("slow", "browser", "postgres")
BETWEEN = 2  # files that compute, after each that waits
DATABASE = frozenset({"db", "transactional_db", "django_db_reset_sequences", "live_server"})


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database-alone",
        action="store_true",
        help="leave out the tests that ask no database: they passed beside another one",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Files that take long wait for browsers, processes and clocks most of the time: between two of
    them come files that compute, those with many tests first. At the end nobody waits for another:
    what is marked as slow, minutes for a few tests, is begun before all others that wait.
    """
    long = {item.path for item in items if any(map(item.get_closest_marker, LONG))}
    counts = Counter(item.path for item in items)
    by_count = sorted(counts, key=lambda path: -counts[path])
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    waiting = sorted((path for path in by_count if path in long), key=lambda path: path not in slow)
    computing = [path for path in by_count if path not in long]
    turn: dict[Path, float] = {path: n * BETWEEN for n, path in enumerate(waiting)}
    turn |= {path: n + 0.5 for n, path in enumerate(computing)}
    items.sort(key=lambda item: turn[item.path])
    if config.getoption("--database-alone"):
        config.hook.pytest_deselected(items=[item for item in items if not asks_database(item)])
        items[:] = filter(asks_database, items)


def pytest_collection_finish() -> None:
    """What is imported by now stays: it is not looked through for garbage again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def asks_database(item: pytest.Item) -> bool:
    fixtures = getattr(item, "fixturenames", ())
    return item.get_closest_marker("django_db") is not None or not DATABASE.isdisjoint(fixtures)


@pytest.fixture(autouse=True, scope="session")
def _loopback_only() -> Iterator[None]:
    """A test that reaches for the outside fails, saying where to."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple) and not ip_address(address[0].split("%")[0]).is_loopback:
            raise AssertionError(f"a test tried to reach {address!r}")
        connect(self, address)

    patch = pytest.MonkeyPatch()
    patch.setattr(socket.socket, "connect", guarded)
    yield
    patch.undo()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Between tests all tables are emptied, the audit log too, which refuses it."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "alter table adminconsole_auditentry disable trigger audit_is_not_emptied"
            )


@pytest.fixture(autouse=True, scope="session")
def _emptied_soon() -> Iterator[None]:
    patch = pytest.MonkeyPatch()
    patch.setattr(TransactionTestCase, "_fixture_teardown", empty)
    yield
    patch.undo()


@pytest.fixture(autouse=True)
def _logs_hold_nothing_private() -> Iterator[None]:
    """What a test makes oO log must name nobody and open nothing."""
    forget()
    with listening() as lines:
        yield
        private = found_in(lines)
    forget()
    assert not private, "this was logged:\n" + "\n".join(private)


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    """Rate limits and throttles of one test are not those of the next."""
    cache.clear()


@pytest.fixture(autouse=True)
def _messages_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server loads oo.wsgi, after which messages are handed over in a thread: none does so in the
    middle of a test."""
    import_module("oo.wsgi")
    monkeypatch.setattr(queue, "_courier", None)


@pytest.fixture
def alice(db: None) -> User:
    return make_person("alice")


@pytest.fixture
def bob(db: None) -> User:
    return make_person("bob")


@pytest.fixture
def charlie(db: None) -> User:
    return make_person("charlie", is_active=False)


@pytest.fixture
def alice_client(alice: User) -> Client:
    return signed_in(alice)


@pytest.fixture
def bob_client(bob: User) -> Client:
    return signed_in(bob)
