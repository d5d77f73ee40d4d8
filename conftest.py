"""The cast: alice uses oO, bob is somebody else, charlie is gone. And no network but loopback."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any

import pytest
from django.test import Client


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


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    """Rate limits and throttles of one test are not those of the next."""
    from django.core.cache import cache

    cache.clear()


def person(name: str, **fields: Any) -> Any:
    from accounts.models import Profile, User

    user = User.objects.create_user(f"{name}@example.com", name=name.title(), **fields)
    profile, _ = Profile.objects.get_or_create(user=user)
    profile.time_zone, profile.zone_is_known = "Europe/Berlin", True
    profile.save()
    return User.objects.select_related("profile").get(pk=user.pk)


@pytest.fixture
def alice(db: None) -> Any:
    return person("alice")


@pytest.fixture
def bob(db: None) -> Any:
    return person("bob")


@pytest.fixture
def charlie(db: None) -> Any:
    return person("charlie", is_active=False)


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend="accounts.backend.PersonBackend")
    return client


@pytest.fixture
def alice_client(alice: Any) -> Client:
    return signed_in(alice)


@pytest.fixture
def bob_client(bob: Any) -> Client:
    return signed_in(bob)
