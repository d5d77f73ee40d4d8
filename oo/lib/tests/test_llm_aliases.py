from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
from django.conf import settings

from oo.lib.llm import BadAliases, NoModel
from oo.lib.llm.aliases import Aliases, load
from oo.model.catalogue import DEFAULT

GOOD = """
model_list:
  - model_name: tip-generator
    litellm_params:
      model: ollama_chat/small
      api_base: os.environ/OLLAMA_URL
      num_ctx: 4096
  - model_name: tip-generator-openai
    litellm_params:
      model: openai/large
      api_key: os.environ/OPENAI_API_KEY
    model_info:
      cloud: openai
general_settings:
  master_key: os.environ/LITELLM_MASTER_KEY
"""


def read(folder: Path, text: str, **env: str) -> Aliases:
    file = folder / "litellm.yaml"
    file.write_text(dedent(text))
    return load(file, lambda name: env.get(name, ""))


def test_variables_are_filled_in_and_missed(tmp_path: Path) -> None:
    local, cloud = read(tmp_path, GOOD, OLLAMA_URL="http://ollama:11434").deployments

    assert local.params == {
        "model": "ollama_chat/small",
        "api_base": "http://ollama:11434",
        "num_ctx": 4096,
    }
    assert (local.alias, local.cloud, local.missing) == ("tip-generator", None, ())
    assert (cloud.alias, cloud.cloud) == ("tip-generator", "openai")
    assert cloud.missing == ("OPENAI_API_KEY",)


def test_retries_and_rests_can_be_set(tmp_path: Path) -> None:
    said = "router_settings: {num_retries: 1, allowed_fails: 5, cooldown_time: 9, x: y}"

    routing = read(tmp_path, f"{GOOD}{said}\n").routing

    assert (routing.num_retries, routing.allowed_fails, routing.cooldown_time) == (1, 5, 9.0)


def test_the_file_of_this_repository_is_good_and_local() -> None:
    found = load(settings.OO_LITELLM_FILE, lambda _name: "")

    assert {each.alias for each in found.deployments} == {"tip-generator", "embedder", "judge"}
    assert {each.cloud for each in found.deployments} == {None}
    assert {each.missing for each in found.deployments} == {("OLLAMA_URL",), ("LOCAL_MODEL_URL",)}


def test_what_make_model_fetched_is_asked_after_ollama() -> None:
    aliases = load(settings.OO_LITELLM_FILE, lambda name: f"http://{name}.test/v1")

    for alias in ("tip-generator", "judge"):
        first, second = aliases.allowed(alias, frozenset())
        assert first.params["api_base"] == "http://OLLAMA_URL.test/v1"
        assert second.params["api_base"] == "http://LOCAL_MODEL_URL.test/v1"
        assert second.model == f"llamafile/{DEFAULT.key}"
        assert first.params["order"] < second.params["order"]


@pytest.mark.parametrize("setting", ["OLLAMA_URL", "LOCAL_MODEL_URL"])
def test_only_what_is_set_up_is_asked(setting: str) -> None:
    aliases = load(settings.OO_LITELLM_FILE, lambda name: "http://x/v1" * (name == setting))

    (asked,) = (each for each in aliases.allowed("judge", frozenset()) if not each.missing)
    assert asked.params["api_base"] == "http://x/v1"


def test_no_file_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(NoModel, match="OO_LITELLM_FILE says where"):
        load(tmp_path / "none.yaml", lambda _name: "")


def changed(old: str, new: str) -> str:
    assert old in GOOD
    return GOOD.replace(old, new)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "line 1: "),
        ("model_list: [", "line 1: .*not YAML"),
        ("a: 1\n\tb: 2\n", "line 2: .*not YAML"),
        ("model_list: 3", r"line 1, model_list: "),
        (changed("model: openai/large\n", "modl: openai/large\n"), r"line 10, .*\.model: "),
        (
            changed("tip-generator\n", "tip-generater\n"),
            "line 3, .*call it tip-generator, embedder or judge",
        ),
        (changed("tip-generator-openai", "tip-generator"), "line 8, .*with -openai behind it"),
        (changed("      cloud: openai\n", "      mode: chat\n"), "line 8, .*model_name: "),
        (changed("cloud: openai", "cloud: ''"), r"line 13, .*\.cloud: "),
        (
            changed("      api_key: os.environ/OPENAI_API_KEY\n", ""),
            "line 8, .*a cloud needs one",
        ),
        (
            changed("      api_base: os.environ/OLLAMA_URL\n", ""),
            "line 3, .*api_base, or in model_info.cloud whose cloud it is",
        ),
        (changed("ollama_chat/small", "openai/small"), "line 3, .*write llamafile/ instead"),
        (changed("os.environ/OPENAI_API_KEY", "sk-secret"), "line 10, .*into the environment"),
        (
            f"{GOOD}litellm_settings:\n  fallbacks: [{{a: [b]}}]\n",
            "line 17, litellm_settings: take out fallbacks",
        ),
        (f"{GOOD}router_settings:\n  default_fallbacks: [a]\n", "take out default_fallbacks"),
        (f"{GOOD}router_settings:\n  num_retries: -1\n", r"line 17, router_settings\.num_retries"),
    ],
)
def test_a_bad_file_says_where_and_what_to_do(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(BadAliases, match=rf"^litellm\.yaml[,:].*{complaint}") as caught:
        read(tmp_path, text)

    assert "sk-secret" not in str(caught.value)
