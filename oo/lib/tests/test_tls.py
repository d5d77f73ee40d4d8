from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from oo.lib.http import (
    Refused,
    Unreachable,
    fetch_public,
)
from oo.lib.tests.loopback import Loopback, serving
from tests.certificate import Certificate


@pytest.fixture
def echo() -> Iterator[Loopback]:
    with serving(lambda request: request.reply(200, b'{"ok": true}')) as server:
        yield server


@pytest.fixture
def certificate(tmp_path: Path) -> Certificate:
    return Certificate(tmp_path, "calendar.test")


def here(_host: str, port: int, **_kwargs: Any) -> Any:
    return [(0, 0, 0, "", ("127.0.0.1", port))]


def test_tls_and_host_use_the_name_though_the_connection_uses_the_address(
    certificate: Certificate,
) -> None:
    with serving(lambda request: request.reply(200, b"x"), certificate.server()) as server:
        found = fetch_public(
            f"https://calendar.test:{server.port}/",
            allow_private=frozenset({f"calendar.test:{server.port}"}),
            resolver=here,
            ssl_context=certificate.client(),
        )
    assert found.body == b"x"
    assert certificate.asked_for == ["calendar.test"]
    assert server.heard[0][1]["Host"] == f"calendar.test:{server.port}"


@pytest.mark.parametrize("host", ["other.test", "calendar.test"])
def test_a_certificate_of_somebody_else_is_not_taken(host: str, certificate: Certificate) -> None:
    trust = certificate.client() if host == "other.test" else None
    with (
        serving(lambda request: request.reply(200), certificate.server()) as server,
        pytest.raises(Unreachable),
    ):
        fetch_public(
            f"https://{host}:{server.port}/",
            allow_private=frozenset({f"{host}:{server.port}"}),
            resolver=here,
            ssl_context=trust,
        )
    assert server.heard == []


def test_a_step_from_https_down_to_http_is_refused(
    certificate: Certificate, echo: Loopback
) -> None:
    down = lambda request: request.reply(302, Location=echo.url)  # noqa: E731
    with serving(down, certificate.server()) as server, pytest.raises(Refused, match="https"):
        fetch_public(
            f"https://calendar.test:{server.port}/",
            allow_private=echo.door | {f"calendar.test:{server.port}"},
            resolver=here,
            ssl_context=certificate.client(),
        )
    assert echo.connections == 0
