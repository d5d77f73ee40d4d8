"""The real Caddy with deploy/Caddyfile, on ports of this machine and without TLS."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.production import compose
from tests.production.stack import HOST
from tests.servers import free_port


def caddyfile(web: int, front: int) -> str:
    """For a service at port `web`; nothing else of it differs."""
    text = (compose.ROOT / "deploy/Caddyfile").read_text()
    for there, here in (
        ("{$OO_HOST} {", f"http://{HOST}:{front} {{"),
        ("web:8000", f"127.0.0.1:{web}"),
        (":2020", f":{free_port()}"),
    ):
        assert there in text
        text = text.replace(there, here)
    return text


def start_caddy(config: Path) -> subprocess.Popen[bytes]:
    """Its log is caddy.log beside the configuration."""
    program = Path(sys.executable).with_name("caddy")
    command = [str(program if program.exists() else shutil.which("caddy")), "run", "--config"]
    with (config.parent / "caddy.log").open("ab") as log:
        return subprocess.Popen(
            [*command, str(config), "--adapter", "caddyfile"],
            env={"PATH": os.environ["PATH"], "HOME": str(config.parent)},
            stdout=log,
            stderr=log,
        )
