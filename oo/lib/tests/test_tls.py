from __future__ import annotations

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from oo.lib.http import (
    Refused,
    Unreachable,
    fetch_public,
)
from oo.lib.tests.loopback import Loopback, serving


@pytest.fixture
def echo() -> Iterator[Loopback]:
    with serving(lambda request: request.reply(200, b'{"ok": true}')) as server:
        yield server


class Certificate:
    """For calendar.test, signed by itself."""

    def __init__(self, folder: Path) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "calendar.test")])
        now = datetime.now(UTC)
        cert = (
            x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName("calendar.test")]), False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
            .sign(key, hashes.SHA256())
        )
        form = serialization.Encoding.PEM
        self.path, plain = folder / "both.pem", serialization.NoEncryption()
        self.path.write_bytes(
            key.private_bytes(form, serialization.PrivateFormat.PKCS8, plain)
            + cert.public_bytes(form)
        )
        self.asked_for: list[str | None] = []

    def server(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.path)
        context.sni_callback = lambda _socket, name, _context: self.asked_for.append(name)
        return context

    def client(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.path))


@pytest.fixture
def certificate(tmp_path: Path) -> Certificate:
    return Certificate(tmp_path)


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
