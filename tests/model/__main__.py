"""`python -m tests.model [key …]`: real models answer as oO asks them. Fetches what is missing.

Not among the tests that run each time: it downloads, and a model of a gigabyte takes a minute. The
answers are judged by their form; what the models know is measured elsewhere.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

from tests.servers import free_port

WITHIN_S = 120.0
TASK = (
    "You choose the one thing that somebody should do now. Examples:\n"
    "It is Monday 9:00. A: Call the tax office (opens 8-12). B: Put out the bins (Thursday). -> A\n"
    "It is Sunday 20:00. A: Buy stamps at the post office. B: Pack for the trip at 6. -> B\n"
)
MOMENT = "It is Friday 16:30. A: Pick up the parcel, the shop closes at 17. B: Water the plants."
LETTER = {
    "type": "object",
    "properties": {"letter": {"enum": ["A", "B"]}},
    "required": ["letter"],
    "additionalProperties": False,
}


def main(keys: list[str]) -> int:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    failed = [key for key in keys or ["smollm2-135m-instruct"] if not is_good(key)]
    return 1 if failed else 0


def is_good(key: str) -> bool:
    run("fetch", key).check_returncode()
    began = monotonic()
    with served(key) as address:
        say(f"{key}: up after {monotonic() - began:.1f} s")
        return all([seen(name, check) for name, check in checks(address).items()])


def checks(address: str) -> dict[str, Callable[[], None]]:
    """By name; each raises when the answer is not of the form that was asked for."""
    os.environ |= {"LOCAL_MODEL_URL": address, "OLLAMA_URL": "", "LITELLM_URL": ""}
    from django.conf import settings

    from oo.lib.llm import Question, ask, reset

    settings.LOCAL_MODEL_URL = address
    reset()

    def plain() -> None:
        reply = ask(Question("tip-generator", TASK, MOMENT, most_tokens=30), timeout_s=WITHIN_S)
        assert reply.is_local, reply
        assert 0 < reply.tokens_out <= 30, reply

    def json_schema() -> None:
        question = Question("tip-generator", TASK, MOMENT, schema=LETTER)
        answer = json.loads(ask(question, timeout_s=WITHIN_S).text)
        assert answer in ({"letter": "A"}, {"letter": "B"}), answer

    def logprobs() -> None:
        question = Question("judge", TASK, f"{MOMENT} Answer A or B.", letters=True)
        letters = ask(question, timeout_s=WITHIN_S).letters
        assert letters, "no log-probabilities"
        assert len(letters) > 1, letters
        assert all(value <= 0 for value in letters.values()), letters

    return {"plain": plain, "json_schema": json_schema, "logprobs": logprobs, "again": logprobs}


def seen(name: str, check: Callable[[], None]) -> bool:
    from oo.lib.llm import ModelError

    began = monotonic()
    try:
        check()
    except (AssertionError, ModelError, ValueError) as error:
        say(f"  {name}: FAILED: {error!r}")
        return False
    say(f"  {name}: {monotonic() - began:.1f} s")
    return True


@contextmanager
def served(key: str) -> Iterator[str]:
    from oo.model.serving import address_on, wait_until_up

    port = free_port()
    server = subprocess.Popen([sys.executable, "-m", "oo.model", "serve", key, "--port", str(port)])
    try:
        wait_until_up(address_on(port), within_s=WITHIN_S)
        yield address_on(port)
    finally:
        server.terminate()
        server.wait(30)


def run(*words: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([sys.executable, "-m", "oo.model", *words], check=False)


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
