"""A process of Django's that does what it is told: a line of JSON in, a line out.

python -m tests.bench.jobs <module with JOBS>
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from typing import Any


class Worker:
    """`module`: its JOBS are what can be asked for, by name."""

    def __init__(self, env: Mapping[str, str], module: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.jobs", module],
            env=dict(env),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def tell(self, job: str, *arguments: Any) -> None:
        assert self._process.stdin
        self._process.stdin.write(json.dumps([job, *arguments]) + "\n")
        self._process.stdin.flush()

    def hear(self) -> Any:
        """Raises JSONDecodeError when it has died; it has said why."""
        assert self._process.stdout
        return json.loads(self._process.stdout.readline())

    def ask(self, job: str, *arguments: Any) -> Any:
        self.tell(job, *arguments)
        return self.hear()

    def end(self) -> None:
        self._process.kill()
        self._process.communicate()


@contextmanager
def worker(env: Mapping[str, str], module: str) -> Iterator[Worker]:
    process = Worker(env, module)
    try:
        yield process
    finally:
        process.end()


def main(name: str) -> None:
    import django

    django.setup()
    jobs = import_module(name).JOBS
    for line in sys.stdin:
        job, *arguments = json.loads(line)
        sys.stdout.write(json.dumps(jobs[job](*arguments)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
