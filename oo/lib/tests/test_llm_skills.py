"""A model is asked only for what it was measured to be good enough for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from oo.lib import llm
from oo.lib.llm import BadAliases, NoModel, Question
from oo.lib.llm.aliases import load
from tests.stand_ins.model import ModelStandIn, Turn, entry, use_aliases

CHOOSE = Question("tip-generator", "Choose.", "A or B", skill="chooses")


@pytest.fixture
def models() -> Iterator[tuple[ModelStandIn, ModelStandIn]]:
    with ModelStandIn() as small, ModelStandIn() as large:
        yield small, large


@pytest.fixture(autouse=True)
def _forgotten() -> Iterator[None]:
    yield
    llm.reset()


def test_only_a_model_with_the_skill_is_asked(
    models: tuple[ModelStandIn, ModelStandIn], settings: Any, tmp_path: Path
) -> None:
    small, large = models
    use_aliases(settings, tmp_path, entry(small, "words"), entry(large, "words", "chooses"))
    large.play(Turn("B"))
    assert llm.ask(CHOOSE).text == "B"
    assert small.requests == []


def test_where_none_has_the_skill_nobody_is_asked(
    models: tuple[ModelStandIn, ModelStandIn], settings: Any, tmp_path: Path
) -> None:
    small, _large = models
    use_aliases(settings, tmp_path, entry(small, "words"))
    assert llm.is_askable("tip-generator", "words")
    assert not llm.is_askable("tip-generator", "chooses")
    with pytest.raises(NoModel, match="none has the skill chooses"):
        llm.ask(CHOOSE)
    assert small.requests == []


def test_a_proxy_is_not_asked_when_one_of_the_group_lacks_the_skill(
    models: tuple[ModelStandIn, ModelStandIn], settings: Any, tmp_path: Path
) -> None:
    small, large = models
    settings.LITELLM_URL = small.url
    use_aliases(settings, tmp_path, entry(small, "words"), entry(large, "words", "chooses"))
    assert llm.is_askable("tip-generator", "words")
    assert not llm.is_askable("tip-generator", "chooses")


def test_a_skill_that_nobody_knows_is_complained_of(tmp_path: Path) -> None:
    file = tmp_path / "litellm.yaml"
    params = {"model": "ollama_chat/m", "api_base": "http://m"}
    entries = [{"model_name": "judge", "litellm_params": params, "model_info": {"skills": ["x"]}}]
    file.write_text(yaml.safe_dump({"model_list": entries}))
    with pytest.raises(BadAliases, match="skills: x is none of words, chooses, reads"):
        load(file, lambda _name: "")


def test_clouds_are_named(settings: Any, tmp_path: Path) -> None:
    cloud = {
        "model_name": "judge-somebody",
        "litellm_params": {"model": "openai/m", "api_key": "os.environ/KEY"},
        "model_info": {"cloud": "somebody"},
    }
    use_aliases(settings, tmp_path, cloud)
    assert llm.clouds() == ["somebody"]
