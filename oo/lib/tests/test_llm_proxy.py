"""The same through a LiteLLM proxy."""

from __future__ import annotations

from typing import Any

import pytest

from oo.lib import llm
from oo.lib.tests.llm_models import CLOUDS, PLAIN, SetUp, cloud, ollama
from tests.stand_ins.model import ModelStandIn, Turn


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

    with pytest.raises(llm.CallFailed, match="another group") as caught:
        llm.ask(PLAIN)
    assert not caught.value.spent.is_local


def test_vectors_come_through_the_proxy_too(proxy: ModelStandIn, set_up: SetUp) -> None:
    set_up({**ollama("http://ollama.test"), "model_name": "embedder"})

    assert llm.embed(["abc"]).vectors == ((3.0, 1.0),)
    assert proxy.requests[0].body["model"] == "embedder"
