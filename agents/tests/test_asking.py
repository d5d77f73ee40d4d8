"""What asking a model for a person costs, and who is asked when the money is spent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from accounts.models import User
from accounts.privacy.consents import grant
from agents.asking.asking import affordable_clouds, ask, may_ask
from agents.models import ModelCall
from oo.lib import llm
from oo.lib.llm import BadReply, ModelAway, NoModel, Overtaken, Question
from tests.clock import NOON
from tests.model.fixtures import Use
from tests.stand_ins.model import ModelStandIn, Turn, entry, use_aliases

pytestmark = pytest.mark.django_db
PLAIN = Question("tip-generator", "Choose well.", "Pay the rent")
HOUR = timedelta(hours=1)


@pytest.fixture
def use(model: ModelStandIn, alice: User, settings: Any, tmp_path: Path) -> Iterator[Use]:
    """The stand-in in these clouds, to which alice agrees; "" is a machine of our own."""

    def write(*clouds: str) -> None:
        use_aliases(settings, tmp_path, *(entry(model, cloud=cloud) for cloud in clouds))
        for cloud in filter(None, clouds):
            grant(alice.pk, f"model.{cloud}", by="settings", at=NOON)

    yield write
    llm.reset()


def spent(user: User, usd: float, at: datetime, *, is_local: bool = False) -> None:
    ModelCall.objects.create(
        user=user, at=at, purpose="words", alias="m", prompt="", outcome="used",
        cost_usd=usd, is_local=is_local,
    )  # fmt: skip


def test_the_money_is_everybodys_and_of_24_hours(
    alice: User, bob: User, use: Use, settings: Any
) -> None:
    settings.OO_MODEL_USD_ALL = 1.0
    use("somebody")
    spent(alice, 50.0, NOON - 24 * HOUR)
    spent(alice, 50.0, NOON - HOUR, is_local=True)
    spent(bob, 0.6, NOON - HOUR)
    assert affordable_clouds(alice.pk, at=NOON) == {"somebody"}
    assert may_ask(alice.pk, "tip-generator", "", at=NOON)
    spent(alice, 0.4, NOON - HOUR)
    assert affordable_clouds(alice.pk, at=NOON) == frozenset()
    assert not may_ask(alice.pk, "tip-generator", "", at=NOON)


def test_a_cloud_is_not_asked_without_money_left(
    alice: User, model: ModelStandIn, use: Use, settings: Any
) -> None:
    settings.OO_MODEL_USD_ALL = 0.0
    use("somebody")
    with pytest.raises(NoModel):
        ask(alice.pk, PLAIN, "p", at=NOON)
    assert model.requests == []
    assert not ModelCall.objects.exists()


def test_a_machine_of_our_own_answers_instead(
    alice: User, model: ModelStandIn, use: Use, settings: Any
) -> None:
    use("somebody", "")
    before, _call = ask(alice.pk, PLAIN, "p", at=NOON)
    settings.OO_MODEL_USD_ALL = 0.0
    after, _call = ask(alice.pk, PLAIN, "p", at=NOON)
    assert (before.is_local, after.is_local) == (False, True)


def test_no_cloud_is_asked_where_only_our_own_may_be(
    alice: User, model: ModelStandIn, use: Use
) -> None:
    use("somebody")
    assert not may_ask(alice.pk, "tip-generator", "", at=NOON, is_local_only=True)
    with pytest.raises(NoModel):
        ask(alice.pk, PLAIN, "p", at=NOON, is_local_only=True)
    assert model.requests == []


def test_a_question_that_was_overtaken_is_on_record(
    alice: User, model: ModelStandIn, use: Use
) -> None:
    use("")
    model.play(Turn(delay_s=600))
    with pytest.raises(Overtaken):
        ask(alice.pk, PLAIN, "p", at=NOON, is_wanted=lambda: False)
    call = ModelCall.objects.get()
    assert (call.outcome, call.tokens_in) == ("overtaken", 0)
    assert call.ms > 0
    assert model.is_left_within(2)


@pytest.mark.parametrize(("cloud", "is_local"), [("somebody", False), ("", True)])
def test_a_question_that_failed_may_have_left(
    alice: User, model: ModelStandIn, use: Use, cloud: str, is_local: bool
) -> None:
    use(cloud)
    model.play(Turn(status=500))
    with pytest.raises(ModelAway):
        ask(alice.pk, PLAIN, "p", at=NOON)
    assert ModelCall.objects.get().is_local is is_local


@pytest.mark.parametrize("turn", [Turn(""), Turn(status=400), Turn(status=401)])
def test_what_a_cloud_was_asked_has_left_though_our_own_answers(
    alice: User, model: ModelStandIn, use: Use, turn: Turn
) -> None:
    use("somebody", "")
    model.play(turn, Turn("Pay it."))
    reply, call = ask(alice.pk, PLAIN, "p", at=NOON)
    assert (reply.model, call.model, call.outcome) == ("llamafile/m", "llamafile/m", "used")
    call.refresh_from_db()
    assert not call.is_local


def test_a_cloud_that_was_never_reached_has_nothing(
    alice: User, model: ModelStandIn, use: Use
) -> None:
    use("", "somebody")
    model.play(Turn(delay_s=600))
    with pytest.raises(Overtaken):
        ask(alice.pk, PLAIN, "p", at=NOON, is_wanted=lambda: False)
    assert ModelCall.objects.get().is_local


def test_who_is_not_there_hides_nobody_who_answered(
    alice: User, model: ModelStandIn, use: Use
) -> None:
    use("somebody", "")
    model.play(Turn(status=404), Turn(""))
    with pytest.raises(BadReply):
        ask(alice.pk, PLAIN, "p", at=NOON)
    call = ModelCall.objects.get()
    assert (call.outcome, call.is_local) == ("unusable", False)


def test_who_does_not_take_our_key_has_seen_the_question(
    alice: User, model: ModelStandIn, use: Use
) -> None:
    use("somebody")
    model.play(Turn(status=401))
    with pytest.raises(NoModel):
        ask(alice.pk, PLAIN, "p", at=NOON)
    call = ModelCall.objects.get()
    assert (call.outcome, call.is_local) == ("unusable", False)


def test_answers_of_no_use_are_spent_all_the_same(
    alice: User, model: ModelStandIn, use: Use, settings: Any
) -> None:
    use("somebody", "")
    settings.OO_MODEL_TOKENS_PERSON = 28  # two answers of the stand-in
    model.play(Turn(""))
    with pytest.raises(BadReply):
        ask(alice.pk, PLAIN, "p", at=NOON)
    call = ModelCall.objects.get()
    assert (call.tokens_in, call.tokens_out) == (22, 6)
    assert not may_ask(alice.pk, "tip-generator", "", at=NOON + HOUR)


def test_the_money_of_an_answer_of_no_use_is_spent(
    alice: User, model: ModelStandIn, use: Use, settings: Any, tmp_path: Path
) -> None:
    use("somebody")
    priced = entry(model, cloud="somebody")
    priced["litellm_params"] |= {"input_cost_per_token": 1.0, "output_cost_per_token": 0.0}
    use_aliases(settings, tmp_path, priced)
    settings.OO_MODEL_USD_ALL = 10.0
    model.play(Turn(""))
    with pytest.raises(BadReply):
        ask(alice.pk, PLAIN, "p", at=NOON)
    assert ModelCall.objects.get().cost_usd == 11.0
    assert affordable_clouds(alice.pk, at=NOON + HOUR) == frozenset()
