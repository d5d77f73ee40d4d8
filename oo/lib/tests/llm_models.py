"""Models for the tests of oo.lib.llm: questions, and entries of a file of aliases."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from oo.lib.llm import Question
from tests.stand_ins.model import ModelStandIn

SECRET = "Meet Dr. Ada about the results"
PLAIN = Question("tip-generator", "Choose well.", SECRET)
SCHEMA = {"type": "object", "properties": {"letter": {"enum": ["A", "B"]}}, "required": ["letter"]}
CLOUDS = frozenset({"openai"})
# Enough for whatever is asked here, on whatever machine; no test waits for it to end.
TIME_S = 60.0

SetUp = Callable[..., None]


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
