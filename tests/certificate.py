"""A certificate that is signed by itself, for a server of loopback that speaks TLS."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

# Tests move the clock of Python; OpenSSL looks at another one.
LIFE = timedelta(days=3_650)


class Certificate:
    """For one host, a name or an address. `path` holds it with its key."""

    def __init__(self, folder: Path, host: str) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
        now = datetime.now(UTC)
        cert = (
            x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
            .not_valid_before(now - LIFE)
            .not_valid_after(now + LIFE)
            .add_extension(x509.SubjectAlternativeName([_alternative(host)]), False)
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


def _alternative(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)
