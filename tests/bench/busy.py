"""The page while others work: quiet, beside a sweep, and beside a model that does not answer.

Each is held against the bare floor under the same load: what takes a core takes it from both.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from tests.bench import page
from tests.bench.beside import PEOPLE
from tests.stand_ins.model import ModelStandIn, Turn, entry

ROUNDS, SECONDS = 5, 0.5  # short ones in turn: a load comes and goes
ANSWERS_AFTER_S, GIVES_UP_AFTER_S, SLACK_S = 60.0, 20.0, 2.0

Asked = Mapping[str, tuple[int, bytes]]


class Beside:
    """A process of tests.bench.beside."""

    def __init__(self, job: str, env: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.beside", job, page.EMAIL],
            env=dict(env),
            stdout=subprocess.PIPE,
            text=True,
        )

    def hear(self) -> Any:
        """Its next line. Raises JSONDecodeError when it has died; it has said why."""
        assert self._process.stdout
        return json.loads(self._process.stdout.readline())

    def rest(self) -> list[Any]:
        """What it has said that nobody has heard yet; its last, for then it is killed."""
        self._process.kill()
        assert self._process.stdout
        return [json.loads(line) for line in self._process.stdout if line.endswith("}\n")]

    def end(self) -> None:
        self._process.kill()
        self._process.communicate()


def run(env: Mapping[str, str]) -> bool:
    """False when the page misses its goal under any load, or a model is waited for too long."""
    with page.served(env) as asked:
        good = measure("quiet", asked)
        good &= beside_a_sweep(env, asked)
        return beside_a_model(env, asked) and good


def measure(load: str, asked: Asked) -> bool:
    print(f"-- {load}")
    return page.report(asked, rounds=ROUNDS, seconds=SECONDS)


def beside_a_sweep(env: Mapping[str, str], asked: Asked) -> bool:
    with working("sweep", env) as worker:
        worker.hear()
        worker.hear()  # one sweep is done, so that all is loaded
        good = measure(f"beside a sweep of {PEOPLE} people and the one of the page", asked)
        sweeps = worker.rest()
    if not sweeps or any(s["people"] != PEOPLE + 1 for s in sweeps):
        raise RuntimeError(f"this was no load: {sweeps}")
    print(f"{len(sweeps)} sweeps meanwhile, {sum(s['s'] for s in sweeps) / len(sweeps):.1f} s each")
    return good


def beside_a_model(env: Mapping[str, str], asked: Asked) -> bool:
    with ModelStandIn() as model, tempfile.TemporaryDirectory() as folder:
        model.play(Turn(delay_s=ANSWERS_AFTER_S))
        file = Path(folder) / "litellm.yaml"
        said = {
            "model_list": [entry(model, "words")],
            "router_settings": {"num_retries": 0},
        }
        file.write_text(yaml.safe_dump(said))
        more = {"OO_LITELLM_FILE": str(file), "OO_MODEL_TIMEOUT_S": str(GIVES_UP_AFTER_S)}
        with working("polish", {**env, **more}) as worker:
            worker.hear()
            wait_for_question(model)
            good = measure(f"beside a model that answers after {ANSWERS_AFTER_S:.0f} s", asked)
            waited = worker.hear()
    in_time = waited["s"] <= GIVES_UP_AFTER_S + SLACK_S
    met = in_time and waited["outcome"] == "too_slow" and waited["stands"]
    print(
        f"the worker gave up after {waited['s']:.1f} s ({waited['outcome']}), and the tip stands as"
        f" it was: {waited['stands']}   goal {GIVES_UP_AFTER_S:.0f} s   {'ok' if met else 'MISSED'}"
    )
    return good and met


def wait_for_question(model: ModelStandIn, *, timeout_s: float = 30) -> None:
    end = time.monotonic() + timeout_s
    while not model.requests:
        if time.monotonic() > end:
            raise RuntimeError("nobody asked the model")
        time.sleep(0.05)


@contextmanager
def working(job: str, env: Mapping[str, str]) -> Iterator[Beside]:
    worker = Beside(job, env)
    try:
        yield worker
    finally:
        worker.end()
