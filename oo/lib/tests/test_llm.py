"""The real LiteLLM against servers that play models."""

from __future__ import annotations

import json
import math
import pickle
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
import yaml

from oo.lib import llm
from oo.lib.llm import Question
from tests.stand_ins.model import ModelStandIn, Turn

SECRET = "Meet Dr. Ada about the results"
PLAIN = Question("tip-generator", "Choose well.", SECRET)
SCHEMA = {"type": "object", "properties": {"letter": {"enum": ["A", "B"]}}, "required": ["letter"]}
CLOUDS = frozenset({"openai"})
# Enough for whatever is asked here, on whatever machine; no test waits for it to end.
TIME_S = 60.0

SetUp = Callable[..., None]


@pytest.fixture
def first() -> Iterator[ModelStandIn]:
    with ModelStandIn() as server:
        yield server


@pytest.fixture
def second() -> Iterator[ModelStandIn]:
    with ModelStandIn() as server:
        yield server


@pytest.fixture
def set_up(tmp_path: Path, settings: Any) -> Iterator[SetUp]:
    """Write a file of aliases with these models, and use it."""
    settings.OO_MODEL_TIMEOUT_S = TIME_S

    def write(*entries: dict[str, Any], **routing: Any) -> None:
        settings.OO_LITELLM_FILE = tmp_path / "litellm.yaml"
        said = {"model_list": list(entries), "router_settings": {"num_retries": 0, **routing}}
        settings.OO_LITELLM_FILE.write_text(yaml.safe_dump(said))
        llm.reset()

    yield write
    llm.reset()


def ollama(server: ModelStandIn | str, **params: Any) -> dict[str, Any]:
    base = server if isinstance(server, str) else server.url
    return {
        "model_name": "tip-generator",
        "litellm_params": {"model": "ollama_chat/small", "api_base": base, **params},
    }


def openai(server: ModelStandIn, alias: str = "tip-generator") -> dict[str, Any]:
    params = {"model": "openai/large", "api_base": f"{server.url}/v1"}
    return {"model_name": alias, "litellm_params": params}


def cloud(server: ModelStandIn) -> dict[str, Any]:
    entry = openai(server, "tip-generator-openai")
    entry["litellm_params"]["api_key"] = "os.environ/TEST_CLOUD_KEY"
    return {**entry, "model_info": {"cloud": "openai"}}


@pytest.fixture
def cloud_key(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("TEST_CLOUD_KEY", "sk-of-a-test")
    return "sk-of-a-test"


@pytest.fixture
def nowhere() -> str:
    """An address at which nothing listens."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{held.getsockname()[1]}"


# ---- what is asked, and what comes back -----------------------------------------------------


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


# ---- failures -------------------------------------------------------------------------------


def test_a_hiccup_is_tried_again(first: ModelStandIn, set_up: SetUp) -> None:
    set_up(ollama(first), num_retries=2)
    first.play(Turn(status=500), Turn(status=503), Turn("Pay the rent."))

    assert llm.ask(PLAIN).text == "Pay the rent."
    assert len(first.requests) == 3


@pytest.mark.parametrize("status", [500, 503, 429, 404, 401])
def test_the_next_model_answers_for_one_that_fails(
    status: int, first: ModelStandIn, second: ModelStandIn, set_up: SetUp
) -> None:
    set_up(ollama(first), openai(second))
    first.play(Turn(status=status))

    assert llm.ask(PLAIN).model == "openai/large"
    assert (len(first.requests), len(second.requests)) == (1, 1)


def test_the_order_is_that_of_the_file(
    first: ModelStandIn, second: ModelStandIn, set_up: SetUp
) -> None:
    set_up(openai(second), ollama(first))

    for _ in range(5):
        llm.ask(PLAIN)

    assert (len(first.requests), len(second.requests)) == (0, 5)


def test_the_next_model_answers_for_one_that_is_not_there(
    nowhere: str, second: ModelStandIn, set_up: SetUp
) -> None:
    set_up(ollama(nowhere), openai(second))

    assert llm.ask(PLAIN).model == "openai/large"


def test_one_that_hangs_leaves_time_for_the_next(
    first: ModelStandIn, second: ModelStandIn, set_up: SetUp
) -> None:
    set_up(ollama(first), openai(second))
    first.play(Turn(delay_s=600))

    assert llm.ask(PLAIN, timeout_s=4).model == "openai/large"


@pytest.mark.parametrize("allowed_fails", [0, 2])
def test_after_some_failures_it_is_not_asked_for_a_while(
    allowed_fails: int, first: ModelStandIn, set_up: SetUp
) -> None:
    set_up(ollama(first), allowed_fails=allowed_fails)
    first.play(Turn(status=500))

    for _ in range(allowed_fails + 3):
        with pytest.raises(llm.ModelAway):
            llm.ask(PLAIN)

    assert len(first.requests) == allowed_fails + 1


def test_nor_is_one_that_is_not_there(nowhere: str, set_up: SetUp) -> None:
    set_up(ollama(nowhere))

    with pytest.raises(llm.ModelAway, match="APIConnectionError"):
        llm.ask(PLAIN)
    with pytest.raises(llm.ModelAway, match="resting"):
        llm.ask(PLAIN)


def test_after_the_rest_it_is_asked_again(first: ModelStandIn, set_up: SetUp) -> None:
    set_up(ollama(first), allowed_fails=0, cooldown_time=0.2)
    first.play(Turn(status=500), Turn("Back."))
    with pytest.raises(llm.ModelAway):
        llm.ask(PLAIN)

    ends, text = monotonic() + TIME_S, ""
    while not text and monotonic() < ends:
        with suppress(llm.ModelAway):
            text = llm.ask(PLAIN).text

    assert text == "Back."


def test_an_answer_that_never_comes_is_not_waited_for(first: ModelStandIn, set_up: SetUp) -> None:
    set_up(ollama(first), num_retries=2)
    first.play(Turn(delay_s=600))

    with pytest.raises(llm.ModelTooSlow) as caught:
        llm.ask(PLAIN, timeout_s=0.5)

    assert len(first.requests) == 1
    assert caught.value.ms > 0


@pytest.mark.parametrize("entry", [ollama, openai])
@pytest.mark.parametrize("turn", [Turn(""), Turn("  \n"), Turn(raw=b"<html>"), Turn(raw=b"{}")])
def test_what_is_no_answer_is_a_bad_reply(
    turn: Turn,
    entry: Callable[[ModelStandIn], dict[str, Any]],
    first: ModelStandIn,
    set_up: SetUp,
) -> None:
    set_up(entry(first))
    first.play(turn)

    with pytest.raises(llm.BadReply):
        llm.ask(PLAIN)


@pytest.mark.parametrize("text", ["Sure! Here it is:", '{"letter": "A', "{'letter': 'A'}"])
def test_what_is_not_json_is_a_bad_reply_to_a_schema(
    text: str, first: ModelStandIn, set_up: SetUp
) -> None:
    set_up(ollama(first))
    first.play(Turn(text))

    with pytest.raises(llm.BadReply, match="not JSON"):
        llm.ask(Question("tip-generator", "Choose.", "A or B?", schema=SCHEMA))


def test_the_failure_that_may_pass_is_the_one_that_is_told(
    first: ModelStandIn, second: ModelStandIn, set_up: SetUp
) -> None:
    set_up(ollama(first), openai(second))
    first.play(Turn(status=404))
    second.play(Turn(status=503))

    with pytest.raises(llm.ModelAway, match="503"):
        llm.ask(PLAIN)


@pytest.mark.parametrize(
    "turn",
    [
        Turn(status=400, raw=json.dumps({"error": f"cannot read: {SECRET}"}).encode()),
        Turn(status=500, raw=json.dumps({"error": {"message": SECRET}}).encode()),
        Turn(raw=SECRET.encode()),
    ],
)
def test_no_error_and_no_log_says_what_was_asked(
    turn: Turn,
    first: ModelStandIn,
    second: ModelStandIn,
    set_up: SetUp,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    set_up(ollama(first), openai(second))
    first.play(turn)
    second.play(turn)

    with caplog.at_level("DEBUG"), pytest.raises(llm.ModelError) as caught:
        llm.ask(PLAIN)

    said = [str(caught.getrepr(chain=True)), caplog.text, *capfd.readouterr()]
    assert "did not answer" in caplog.text
    assert not [text for text in said if SECRET in text]


def test_errors_keep_their_time_through_celery() -> None:
    copy = pickle.loads(pickle.dumps(llm.ModelAway("judge: 503", ms=17)))

    assert (type(copy), str(copy), copy.ms) == (llm.ModelAway, "judge: 503", 17)


# ---- clouds ---------------------------------------------------------------------------------


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


# ---- through a proxy ------------------------------------------------------------------------


@pytest.fixture
def proxy(first: ModelStandIn, settings: Any) -> ModelStandIn:
    settings.LITELLM_URL, settings.LITELLM_KEY = first.url + "/v1", "sk-of-the-proxy"
    return first


def test_the_proxy_is_asked_for_the_group_and_must_not_fall_back(
    proxy: ModelStandIn, set_up: SetUp
) -> None:
    set_up(ollama("os.environ/NOT_SET_HERE"))

    reply = llm.ask(PLAIN)

    assert (reply.text, reply.is_local) == ("Yes.", True)
    asked = proxy.requests[0]
    assert (asked.body["model"], asked.body["disable_fallbacks"]) == ("tip-generator", True)
    assert asked.headers["authorization"] == "Bearer sk-of-the-proxy"


def test_the_proxy_is_asked_for_a_cloud_only_if_that_is_named(
    proxy: ModelStandIn, second: ModelStandIn, set_up: SetUp
) -> None:
    set_up(ollama("os.environ/NOT_SET_HERE"), cloud(second))
    proxy.play(Turn(status=404))
    with pytest.raises(llm.NoModel):
        llm.ask(PLAIN)
    assert [each.body["model"] for each in proxy.requests] == ["tip-generator"]

    proxy.play(Turn(status=404), Turn("Pay the rent."))
    assert not llm.ask(PLAIN, allowed_clouds=CLOUDS).is_local
    assert proxy.requests[-1].body["model"] == "tip-generator-openai"


def test_what_another_group_of_the_proxy_answers_is_not_used(
    proxy: ModelStandIn, set_up: SetUp
) -> None:
    set_up(ollama("os.environ/NOT_SET_HERE"))
    proxy.play(Turn(headers={"x-litellm-model-group": "tip-generator-openai"}))

    with pytest.raises(llm.BadReply, match="another group"):
        llm.ask(PLAIN)


def test_vectors_come_through_the_proxy_too(proxy: ModelStandIn, set_up: SetUp) -> None:
    set_up({**ollama("http://ollama.test"), "model_name": "embedder"})

    assert llm.embed(["abc"]).vectors == ((3.0, 1.0),)
    assert proxy.requests[0].body["model"] == "embedder"


# ---- what it costs who does not ask ---------------------------------------------------------


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
