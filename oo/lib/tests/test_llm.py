"""The real LiteLLM against servers that play models: what is asked, and by whom."""

from __future__ import annotations

import json
import math
import socket
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from oo.lib import llm
from oo.lib.llm import Question
from oo.lib.tests.llm_models import CLOUDS, PLAIN, SCHEMA, SECRET, SetUp, cloud, ollama, openai
from oo.lib.tracing import within
from tests.stand_ins.model import ModelStandIn, Turn


def test_a_plain_question_to_ollama(first: ModelStandIn, set_up: SetUp) -> None:
    set_up(ollama(first, num_ctx=4096, keep_alive="10m"))
    first.play(Turn(" Pay the rent. "))

    reply = llm.ask(PLAIN)

    assert (reply.text, reply.model, reply.is_local) == ("Pay the rent.", "ollama_chat/small", True)
    assert (reply.tokens_in, reply.tokens_out, reply.cost_usd) == (11, 3, 0.0)
    assert reply.letters is None
    asked = first.requests[0]
    assert asked.path == "/api/chat"
    assert [(m["role"], m["content"]) for m in asked.body["messages"]] == [
        ("system", "Choose well."),
        ("user", SECRET),
    ]
    assert asked.body["options"] == {"temperature": 0, "num_predict": 200, "num_ctx": 4096}
    assert (asked.body["keep_alive"], asked.body["stream"]) == ("10m", False)


@pytest.mark.parametrize("entry", [ollama, openai])
def test_no_model_is_told_which_questions_belong_together(
    entry: Callable[[ModelStandIn], dict[str, Any]], first: ModelStandIn, set_up: SetUp
) -> None:
    set_up(entry(first))

    with within(f"00-{'a' * 32}-{'b' * 16}-01"):
        llm.ask(PLAIN)

    assert "a" * 32 not in str(first.requests[0].headers)


def test_questions_share_a_connection(
    first: ModelStandIn, set_up: SetUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(openai(first))
    connect, made = socket.socket.connect, []

    def noting(self: socket.socket, address: Any) -> None:
        made.append(address)
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", noting)
    for _ in range(4):
        llm.ask(PLAIN)

    assert len(first.requests) == 4
    assert len(made) == 1


@pytest.mark.parametrize("entry", [ollama, openai])
def test_a_schema_is_sent_and_the_answer_is_json(
    entry: Callable[[ModelStandIn], dict[str, Any]], first: ModelStandIn, set_up: SetUp
) -> None:
    set_up(entry(first))

    reply = llm.ask(Question("tip-generator", "Choose.", "A or B?", schema=SCHEMA))

    assert json.loads(reply.text) == {"letter": "A"}
    body = first.requests[0].body
    sent = body.get("format") or body["response_format"]["json_schema"]
    assert sent in (SCHEMA, {"name": "answer", "strict": True, "schema": SCHEMA})


def test_letters_are_added_up_over_spaces(first: ModelStandIn, set_up: SetUp) -> None:
    set_up(openai(first))
    first.play(Turn("A", letters={"A": math.log(0.5), " A": math.log(0.2), "B": math.log(0.3)}))

    reply = llm.ask(Question("tip-generator", "Choose.", "A or B?", letters=True))

    assert reply.letters == pytest.approx({"A": math.log(0.7), "B": math.log(0.3)})
    body = first.requests[0].body
    assert (body["logprobs"], body["top_logprobs"], body["max_tokens"]) == (True, 8, 1)


def test_a_server_that_gives_no_letters_answers_all_the_same(
    first: ModelStandIn, set_up: SetUp
) -> None:
    set_up(ollama(first))
    first.play(Turn("A"))

    reply = llm.ask(Question("tip-generator", "Choose.", "A or B?", letters=True))

    assert (reply.text, reply.letters) == ("A", None)


def test_letters_and_a_schema_exclude_each_other() -> None:
    with pytest.raises(ValueError, match="exclude each other"):
        Question("judge", "", "", schema=SCHEMA, letters=True)


@pytest.mark.parametrize("kind", ["ollama", "openai"])
def test_one_vector_for_each_text(kind: str, first: ModelStandIn, set_up: SetUp) -> None:
    base = first.url + ("/v1" if kind == "openai" else "")
    params = {"model": f"{kind}/vectors", "api_base": base}
    set_up({"model_name": "embedder", "litellm_params": params})

    found = llm.embed(["a", "abc"])

    assert found.vectors == ((1.0, 1.0), (3.0, 1.0))
    assert (found.model, found.is_local) == (f"{kind}/vectors", True)


def test_a_machine_of_our_own_is_never_given_the_key_of_a_cloud(
    first: ModelStandIn, set_up: SetUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-for-somebody-else")
    set_up(openai(first))

    llm.ask(PLAIN)

    assert first.requests[0].headers["authorization"] == "Bearer none"


def test_many_threads_share_one_client(first: ModelStandIn, set_up: SetUp) -> None:
    set_up(ollama(first))

    with ThreadPoolExecutor(8) as pool:
        texts = {reply.text for reply in pool.map(lambda _n: llm.ask(PLAIN), range(24))}

    assert texts == {"Yes."}
    assert len(first.requests) == 24


@pytest.mark.usefixtures("cloud_key")
def test_a_cloud_is_never_asked_unless_it_is_named(
    first: ModelStandIn, second: ModelStandIn, set_up: SetUp
) -> None:
    set_up(ollama(first), cloud(second))
    first.play(Turn(status=500))

    for clouds in (frozenset[str](), frozenset({"anthropic", "Openai", ""})):
        with pytest.raises(llm.ModelAway):
            llm.ask(PLAIN, allowed_clouds=clouds)

    assert len(first.requests) == 2
    assert second.requests == []


def test_a_cloud_that_is_named_answers_with_its_own_key(
    cloud_key: str, first: ModelStandIn, second: ModelStandIn, set_up: SetUp
) -> None:
    set_up(ollama(first), cloud(second))
    first.play(Turn(status=500))

    reply = llm.ask(PLAIN, allowed_clouds=CLOUDS)

    assert (reply.model, reply.is_local) == ("openai/large", False)
    assert second.requests[0].headers["authorization"] == f"Bearer {cloud_key}"


def test_a_cloud_without_its_key_is_not_asked(second: ModelStandIn, set_up: SetUp) -> None:
    set_up(cloud(second))

    with pytest.raises(llm.NoModel, match="TEST_CLOUD_KEY not set"):
        llm.ask(PLAIN, allowed_clouds=CLOUDS)

    assert second.requests == []


@pytest.mark.usefixtures("cloud_key")
def test_a_cloud_alone_is_no_model_for_who_did_not_agree(
    second: ModelStandIn, set_up: SetUp
) -> None:
    set_up(cloud(second))

    with pytest.raises(llm.NoModel, match="none is allowed"):
        llm.ask(PLAIN)

    assert second.requests == []


def run_python(script: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


BEGIN = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "oo.settings.test"
import django
django.setup()
import oo.urls
from oo.lib import llm
"""


def test_a_web_process_never_loads_it() -> None:
    assert run_python(BEGIN + "print('litellm' in sys.modules)") == "False\n"


def test_nor_does_a_worker_that_has_no_model() -> None:
    ask = """
try:
    llm.ask(llm.Question("tip-generator", "", "x"))
except llm.NoModel as error:
    print(error, 'litellm' in sys.modules)
"""
    assert run_python(BEGIN + ask) == ("tip-generator: LOCAL_MODEL_URL, OLLAMA_URL not set False\n")


def test_without_the_package_there_is_no_model(
    first: ModelStandIn, set_up: SetUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(ollama(first))
    monkeypatch.setitem(sys.modules, "litellm", None)

    with pytest.raises(llm.NoModel, match=r"requirements-model\.txt"):
        llm.ask(PLAIN)
