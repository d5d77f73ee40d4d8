"""`make test`: start what the tests need, run them on PostgreSQL and then on SQLite.

What is marked `alone` comes first, one after the other. The run on SQLite leaves out what asks no
database, and what is marked `browser` or `postgres`: those need PostgreSQL, or take long and do not
depend on the database. Arguments go to pytest, of all runs. A folder in which everything is so
marked, such as tests/browser, has nothing to run on SQLite: that is no failure.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from functools import partial

from tests import servers

NOTHING_TO_RUN = 5  # pytest's
# One more than cores: some wait for a browser, a process or a clock. A file stays with one of
# them; in which order they are begun, conftest.py says.
SPREAD = ("-n", "3", "--dist", "loadfile", "--no-loadscope-reorder")
database = partial(servers.postgres, outlives_power_cuts=False)


def main(arguments: list[str]) -> int:
    try:
        chromium = servers.chromium()
        with database() as database_url, servers.redis() as redis_url:
            env = {**os.environ, "OO_CHROMIUM": chromium, "OO_TEST_REDIS_URL": redis_url}
            env["DATABASE_URL"] = database_url
            failed = run("PostgreSQL, alone", ["-m", "alone"], env, arguments)
            failed = failed or run("PostgreSQL", [*SPREAD, "-m", "not alone"], env, arguments)
    except servers.Missing as missing:
        sys.stderr.write(f"{missing}\n")
        return 2
    if failed:
        return failed  # What failed is the last that is read, also where only the end is kept.
    fewer = [*SPREAD, "--database-alone", "-m", "not browser and not postgres"]
    return run("SQLite", fewer, {**os.environ, "DATABASE_URL": "sqlite://:memory:"}, arguments)


def run(name: str, options: list[str], env: dict[str, str], arguments: list[str]) -> int:
    began = time.monotonic()
    sys.stdout.write(f"\n== on {name}\n")
    sys.stdout.flush()
    command = [sys.executable, "-m", "pytest", *options, *arguments]
    code = subprocess.run(command, env=env, check=False).returncode
    sys.stdout.write(f"== on {name}: {time.monotonic() - began:.0f} s\n")
    return 0 if arguments and code == NOTHING_TO_RUN else code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
