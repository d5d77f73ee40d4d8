"""The part of `make check` that is Django's: migrations, templates, settings of each place. And
whether those who read events' messages by an older schema still can."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from oo.lib.crypto import generate_key

ROOT = Path(__file__).resolve().parent.parent


def production() -> dict[str, str]:
    """An environment that production settings accept, with secrets made for the occasion."""
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "oo.settings.production",
        "OO_SECRET_KEY": generate_key() + generate_key(),
        "OO_ENCRYPTION_KEYS": generate_key(),
        "OO_BASE_URL": "https://oo.example.com",
        "DATABASE_URL": "postgres://oo@localhost/oo",
        "REDIS_URL": "redis://localhost/0",
        "OO_OPERATOR_NAME": "Example",
        "OO_OPERATOR_CONTACT": "oo@example.com",
        "GOOGLE_CLIENT_ID": "check",
        "GOOGLE_CLIENT_SECRET": "check",
        "APPLE_CLIENT_ID": "com.example.oo",
        "APPLE_TEAM_ID": "TEAM",
        "APPLE_KEY_ID": "KEY",
        "APPLE_PRIVATE_KEY": pem,
    }


def main() -> int:
    test = {**os.environ, "DJANGO_SETTINGS_MODULE": "oo.settings.test"}
    steps = (
        (["makemigrations", "--check", "--dry-run"], test),
        (["check", "--fail-level", "WARNING"], test),
        (["compile_templates"], test),
        (["check", "--deploy", "--fail-level", "WARNING"], production()),
    )
    for arguments, env in steps:
        command = [sys.executable, "manage.py", *arguments]
        if code := subprocess.run(command, cwd=ROOT, env=env, check=False).returncode:
            sys.stderr.write(f"manage.py {' '.join(arguments)} failed\n")
            return code
    return check_wire_format()


def check_wire_format() -> int:
    """Compared with what was last released. Neither asks anybody outside."""
    buf = Path(sys.executable).parent / "buf"
    proto = "events/proto"
    steps = (["lint", proto], ["breaking", proto, "--against", f"{proto}/released.binpb"])
    for arguments in steps:
        if code := subprocess.run([str(buf), *arguments], cwd=ROOT, check=False).returncode:
            sys.stderr.write(f"buf {' '.join(arguments)} failed\n")
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main())
