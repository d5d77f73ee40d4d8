"""What a question took at all models together, and whether it left the house, answered or not."""

from __future__ import annotations

from typing import Any

import pytest

from oo.lib import llm
from oo.lib.llm import Question
from oo.lib.tests.llm_models import CLOUDS, PLAIN, SCHEMA, SetUp, cloud, ollama
from tests.stand_ins.model import ModelStandIn, Turn

pytestmark = pytest.mark.usefixtures("cloud_key")
TOKENS = (11, 3)  # of each answer of the stand-in, in and out
USD = 11 * 0.5 + 3 * 2.0


def priced(server: ModelStandIn) -> dict[str, Any]:
    entry = cloud(server)
    entry["litellm_params"] |= {"input_cost_per_token": 0.5, "output_cost_per_token": 2.0}
    return entry


@pytest.mark.parametrize(
    ("turn", "answers"),
    [(Turn(""), 2), (Turn(status=400), 1), (Turn(status=401), 1), (Turn(status=503), 1)],
)
def test_a_reply_says_that_a_cloud_was_asked_before(
    turn: Turn, answers: int, first: ModelStandIn, second: ModelStandIn, set_up: SetUp
) -> None:
    set_up(priced(first), ollama(second))
    first.play(turn)

    reply = llm.ask(PLAIN, allowed_clouds=CLOUDS)

    assert (reply.model, reply.is_local) == ("ollama_chat/small", False)
    assert (reply.tokens_in, reply.tokens_out) == (answers * TOKENS[0], answers * TOKENS[1])
    assert reply.cost_usd == (USD if answers == 2 else 0.0)


def test_a_cloud_that_was_not_needed_was_not_asked(
    first: ModelStandIn, second: ModelStandIn, set_up: SetUp
) -> None:
    set_up(ollama(first), priced(second))

    assert llm.ask(PLAIN, allowed_clouds=CLOUDS).is_local


def test_vectors_say_so_too(first: ModelStandIn, second: ModelStandIn, set_up: SetUp) -> None:
    elsewhere, here = cloud(first), ollama(second)
    elsewhere["model_name"], here["model_name"] = "embedder-openai", "embedder"
    here["litellm_params"]["model"] = "ollama/vectors"
    set_up(elsewhere, here)
    first.play(Turn(status=400))

    found = llm.embed(["abc"], allowed_clouds=CLOUDS)

    assert (found.model, found.is_local) == ("ollama/vectors", False)


@pytest.mark.parametrize("schema", [None, SCHEMA])
def test_answers_of_no_use_cost_what_they_cost(
    schema: Any, first: ModelStandIn, second: ModelStandIn, set_up: SetUp
) -> None:
    set_up(priced(first), ollama(second))
    for server in (first, second):
        server.play(Turn("no json" if schema else ""))

    with pytest.raises(llm.BadReply) as caught:
        llm.ask(Question("tip-generator", "", "A or B?", schema=schema), allowed_clouds=CLOUDS)

    assert caught.value.spent == llm.Spent(2, 2 * TOKENS[0], 2 * TOKENS[1], USD, is_local=False)


@pytest.mark.parametrize("is_wanted", [True, False])
def test_a_cloud_that_hangs_was_asked(is_wanted: bool, first: ModelStandIn, set_up: SetUp) -> None:
    set_up(cloud(first))
    first.play(Turn(delay_s=600))

    with pytest.raises(llm.ModelTooSlow if is_wanted else llm.Overtaken) as caught:
        llm.ask(PLAIN, allowed_clouds=CLOUDS, timeout_s=1.5, is_wanted=lambda: is_wanted)

    assert (caught.value.spent.asked, caught.value.spent.is_local) == (1, False)


def test_a_question_that_was_left_before_a_cloud_had_it_stayed_here(
    first: ModelStandIn, second: ModelStandIn, set_up: SetUp
) -> None:
    set_up(ollama(first), cloud(second))
    first.play(Turn(delay_s=600))

    with pytest.raises(llm.Overtaken) as caught:
        llm.ask(PLAIN, allowed_clouds=CLOUDS, is_wanted=lambda: False)

    assert caught.value.spent.is_local
    assert second.requests == []


def test_who_takes_no_key_was_asked_and_who_is_not_set_up_was_not(
    first: ModelStandIn, set_up: SetUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(cloud(first))
    first.play(Turn(status=401))
    with pytest.raises(llm.NoModel) as caught:
        llm.ask(PLAIN, allowed_clouds=CLOUDS)
    assert (caught.value.spent.asked, caught.value.spent.is_local) == (1, False)

    monkeypatch.delenv("TEST_CLOUD_KEY")
    set_up(cloud(first))
    with pytest.raises(llm.NoModel) as caught:
        llm.ask(PLAIN, allowed_clouds=CLOUDS)
    assert (caught.value.spent.asked, caught.value.spent.is_local) == (0, True)
