"""Keys of the stand-in. None of them opens anything else."""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
from dataclasses import dataclass
from typing import Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID
from jwt.algorithms import RSAAlgorithm

TEST_ONLY_SEED = b"Apple client key of the sign-in stand-in: for tests only, known to all"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """An RSA key pair under the name that goes into the header of what it signs."""

    kid: str
    private: rsa.RSAPrivateKey

    def sign(self, claims: dict[str, Any]) -> str:
        return jwt.encode(claims, self.private, algorithm="RS256", headers={"kid": self.kid})

    def jwk(self) -> dict[str, Any]:
        public = RSAAlgorithm.to_jwk(self.private.public_key(), as_dict=True)
        return {
            "kty": public["kty"],
            "n": public["n"],
            "e": public["e"],
            "kid": self.kid,
            "use": "sig",
            "alg": "RS256",
        }

    def certificate_pem(self) -> str:
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sign-in stand-in")])
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self.private.public_key())
            .serial_number(1)
            .not_valid_before(dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
            .not_valid_after(dt.datetime(2120, 1, 1, tzinfo=dt.UTC))
            .sign(self.private, hashes.SHA256())
        )
        return certificate.public_bytes(serialization.Encoding.PEM).decode()


@functools.cache
def signing_key(owner: str) -> SigningKey:
    """One key for each owner, made once a process: making one takes about 0.1 s."""
    kid = hashlib.sha256(owner.encode()).hexdigest()[:40]
    return SigningKey(kid, rsa.generate_private_key(public_exponent=65537, key_size=2048))


@functools.cache
def apple_client_key() -> ec.EllipticCurvePrivateKey:
    """The .p8 key, the same in every process. It comes from a sentence rather than from a PEM
    block in the repository, which scanners for leaked keys would report for ever."""
    number = int.from_bytes(hashlib.sha256(TEST_ONLY_SEED).digest(), "big")
    return ec.derive_private_key(number, ec.SECP256R1())


@functools.cache
def apple_client_key_pem() -> str:
    """What Apple would let one download as AuthKey_<key id>.p8."""
    pem = apple_client_key().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return pem.decode()
