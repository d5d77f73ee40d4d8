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
from oo.lib.llm import ModelAway, NoModel, Overtaken, Question
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
