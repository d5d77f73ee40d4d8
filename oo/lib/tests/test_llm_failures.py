"""What a model that fails costs, and who answers for it."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from contextlib import suppress
from time import monotonic, time
from typing import Any

import pytest

from oo.lib import llm
from oo.lib.llm import Question, gateway, wire
from oo.lib.tests.llm_models import PLAIN, SCHEMA, SECRET, TIME_S, SetUp, ollama, openai
from tests.stand_ins.model import ModelStandIn, Turn


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


def test_a_rest_holds_for_other_processes_too(nowhere: str, set_up: SetUp) -> None:
    """Another one has its own router, and the same cache."""
    set_up(ollama(nowhere))
    with pytest.raises(llm.ModelAway, match="APIConnectionError"):
        llm.ask(PLAIN)

    gateway._keeper.forget()

    with pytest.raises(llm.ModelAway, match="resting"):
        llm.ask(PLAIN)


def test_who_rests_is_told_and_until_when(
    nowhere: str, second: ModelStandIn, set_up: SetUp
) -> None:
    set_up(ollama(nowhere), openai(second))
    assert [circuit.until for circuit in llm.circuits()] == [None, None]
    began = time()

    llm.ask(PLAIN)

    resting, asked = llm.circuits()
    assert (resting.model, asked.model) == ("ollama_chat/small", "openai/large")
    assert asked.until is None
    assert resting.until is not None
    assert resting.until > began

    llm.reset()
    assert [circuit.until for circuit in llm.circuits()] == [None, None]


def test_an_answer_that_never_comes_is_not_waited_for(first: ModelStandIn, set_up: SetUp) -> None:
    set_up(ollama(first), num_retries=2)
    first.play(Turn(delay_s=600))

    with pytest.raises(llm.ModelTooSlow) as caught:
        llm.ask(PLAIN, timeout_s=0.5)

    assert len(first.requests) == 1
    assert caught.value.ms > 0


@pytest.mark.parametrize("entry", [ollama, openai])
@pytest.mark.parametrize("text", ["", "  \n"])
def test_what_says_nothing_is_a_bad_reply(
    text: str,
    entry: Callable[[ModelStandIn], dict[str, Any]],
    first: ModelStandIn,
    set_up: SetUp,
) -> None:
    set_up(entry(first))
    first.play(Turn(text))

    with pytest.raises(llm.BadReply):
        llm.ask(PLAIN)


@pytest.mark.parametrize("entry", [ollama, openai])
@pytest.mark.parametrize(
    "turn",
    [Turn(status=400), Turn(status=422), Turn(raw=b"<html>"), Turn(raw=b"{}")],
)
def test_what_no_model_said_is_a_call_that_failed(
    turn: Turn,
    entry: Callable[[ModelStandIn], dict[str, Any]],
    first: ModelStandIn,
    set_up: SetUp,
) -> None:
    set_up(entry(first))
    first.play(turn)

    with pytest.raises(llm.CallFailed):
        llm.ask(PLAIN)


def test_so_is_a_mistake_in_the_code_that_asks() -> None:
    assert type(wire.failure_of("judge", TypeError())) is llm.CallFailed


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
    ("turns", "told"),
    [
        ([Turn(status=404), Turn("")], llm.BadReply),
        ([Turn(status=404), Turn(status=400)], llm.CallFailed),
        ([Turn(status=400), Turn("")], llm.BadReply),
        ([Turn(""), Turn(status=429)], llm.ModelAway),
    ],
)
@pytest.mark.parametrize("is_turned", [False, True])
def test_that_a_model_had_its_chance_is_told_before_that_another_had_none(
    turns: list[Turn],
    told: type[llm.ModelError],
    is_turned: bool,
    first: ModelStandIn,
    second: ModelStandIn,
    set_up: SetUp,
) -> None:
    set_up(ollama(first), openai(second))
    for server, turn in zip((first, second), reversed(turns) if is_turned else turns, strict=True):
        server.play(turn)

    with pytest.raises(told):
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


def test_errors_keep_what_they_took_through_celery() -> None:
    error = llm.ModelAway("judge: 503", ms=17)
    error.spent = llm.Spent(asked=1, tokens_in=3, is_local=False)
    copy = pickle.loads(pickle.dumps(error))

    assert (type(copy), str(copy), copy.ms) == (llm.ModelAway, "judge: 503", 17)
    assert copy.spent == error.spent


@pytest.mark.parametrize("entry", [ollama, openai])
def test_what_is_not_wanted_any_more_is_not_waited_for(
    entry: Callable[[ModelStandIn], dict[str, Any]],
    first: ModelStandIn,
    second: ModelStandIn,
    set_up: SetUp,
) -> None:
    """The server hears of it, and nobody else is asked instead."""
    set_up(entry(first), openai(second))
    first.play(Turn(delay_s=600))

    with pytest.raises(llm.Overtaken) as caught:
        llm.ask(PLAIN, is_wanted=lambda: not first.requests)

    assert first.is_left_within(2)
    assert (len(first.requests), second.requests) == (1, [])
    assert 0 < caught.value.ms < TIME_S * 1000


def test_a_model_is_asked_as_before_after_one_that_was_left(
    first: ModelStandIn, set_up: SetUp
) -> None:
    set_up(ollama(first), allowed_fails=0)
    first.play(Turn(delay_s=600))
    for _ in range(2):
        with pytest.raises(llm.Overtaken):
            llm.ask(PLAIN, is_wanted=lambda: False)

    first.play(Turn("Pay the rent."))
    assert llm.ask(PLAIN).text == "Pay the rent."


def test_a_slow_answer_that_stays_wanted_arrives(first: ModelStandIn, set_up: SetUp) -> None:
    set_up(ollama(first))
    first.play(Turn("Pay the rent.", delay_s=1.5))
    asked = []

    def is_wanted() -> bool:
        asked.append(True)
        return True

    assert llm.ask(PLAIN, is_wanted=is_wanted).text == "Pay the rent."
    assert asked


def test_who_cannot_say_whether_it_is_wanted_leaves_no_question_behind(
    first: ModelStandIn, set_up: SetUp
) -> None:
    set_up(ollama(first))
    first.play(Turn(delay_s=600))

    def broken() -> bool:
        raise OSError

    with pytest.raises(OSError):  # noqa: PT011
        llm.ask(PLAIN, is_wanted=broken)

    assert first.is_left_within(2)
