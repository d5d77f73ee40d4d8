"""A model reads in shadow: kept apart, compared with the rules, and nothing is decided by it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import User
from accounts.privacy.consents import grant
from agents import subscribers, tasks
from agents.eraser import AgentsEraser
from agents.models import LookSchedule, ModelCall, Reading
from agents.traits import Traits
from agents.understanding.by_model import MOST_IN_SHADOW, VERSION, may_read, read_with_model
from agents.understanding.correcting import understanding_of
from agents.understanding.shadow import Compared, Comparison, compare
from agents.view import load_view
from events.catalog import TasksSynced
from integrations.models import Task
from tests.clock import NOON
from tests.factories import make_task
from tests.model.fixtures import Use, told
from tests.stand_ins.model import ModelStandIn, entry, use_aliases

pytestmark = pytest.mark.django_db
WORDS = "a" * 32
LIST = "/console/agents/reading/"
TOKENS = 14  # of each answer of the stand-in, in and out


@pytest.fixture
def use(use: Use, settings: Any) -> Use:
    """The one of all these tests, and shadow on."""
    settings.OO_MODEL_READS_IN_SHADOW = True
    return use


def draft(user: User, words: str = WORDS, **fields: Any) -> Task:
    description = "costs a fine"
    return make_task(
        user, "Send Priya the draft", description=description, words_digest=words, **fields
    )


WAITS_AND_STAKES = told(waits=("Priya", "Send Priya"), stakes=("money", "costs a fine"))


def traits_of(user: User) -> Traits:
    return load_view(user.pk, at=NOON).tasks[0].traits


def reading(user: User, reader: str, words: str = WORDS, **traits: Any) -> Reading:
    stored = {name: {"value": value, "quote": "draft"} for name, value in traits.items()}
    return Reading.objects.create(
        user=user, kind="task", words=words, reader=reader, version=1, traits=stored, read_at=NOON
    )


@pytest.mark.parametrize("skills", [(), ("words",)])
def test_without_the_skill_it_reads_and_decides_nothing(
    alice: User, model: ModelStandIn, use: Use, skills: tuple[str, ...]
) -> None:
    use(*skills)
    draft(alice)
    before = traits_of(alice)
    model.play(WAITS_AND_STAKES)
    assert read_with_model(alice.pk, at=NOON) == 1
    assert read_with_model(alice.pk, at=NOON) == 0

    kept = Reading.objects.get(reader="model.shadow")
    assert kept.traits["waits"]["value"] == "Priya"
    assert not Reading.objects.filter(reader="model").exists()
    assert traits_of(alice) == before
    assert traits_of(alice).waits is None
    shown = understanding_of(alice.pk, "task", WORDS)
    assert "waits" not in {said.trait for said in shown.said}
    assert ModelCall.objects.get().purpose == "shadow"


def test_it_is_off_unless_somebody_says_so(
    alice: User, model: ModelStandIn, use: Use, settings: Any
) -> None:
    use("words")
    settings.OO_MODEL_READS_IN_SHADOW = False
    draft(alice)
    assert read_with_model(alice.pk, at=NOON) == 0
    assert model.requests == []


def test_one_answer_serves_what_it_is_trusted_with_and_shadow(
    alice: User, model: ModelStandIn, use: Use
) -> None:
    use("reads.stakes")
    draft(alice)
    model.play(WAITS_AND_STAKES)
    assert read_with_model(alice.pk, at=NOON) == 1
    assert read_with_model(alice.pk, at=NOON) == 0

    kept = {r.reader: set(r.traits) for r in Reading.objects.filter(reader__startswith="model")}
    assert kept == {"model": {"stakes"}, "model.shadow": {"stakes", "waits"}}
    assert len(model.requests) == 1
    assert traits_of(alice).waits is None
    assert ModelCall.objects.get().purpose == "reads"


def test_it_leaves_half_of_the_tokens_to_what_decides(
    alice: User, model: ModelStandIn, use: Use, settings: Any
) -> None:
    use()
    settings.OO_MODEL_TOKENS_PERSON = 4 * TOKENS
    for n in range(4):
        draft(alice, words=f"{n:032}")
    model.play(told())
    assert read_with_model(alice.pk, at=NOON) == 2


def test_it_reads_few_at_once_and_is_told_of_section_and_parent(
    alice: User, model: ModelStandIn, use: Use
) -> None:
    use()
    for n in range(MOST_IN_SHADOW + 1):
        draft(alice, words=f"{n:032}", section="Today", parent="Book")
    model.play(told())
    assert read_with_model(alice.pk, at=NOON) == MOST_IN_SHADOW
    given = json.loads(model.requests[0].body["messages"][-1]["content"])
    assert (given["section"], given["parent"]) == ("Today", "Book")


def test_nobody_has_to_look_again_for_what_decides_nothing(
    alice: User, model: ModelStandIn, use: Use
) -> None:
    use()
    draft(alice)
    model.play(WAITS_AND_STAKES)
    assert tasks.read_with_model(str(alice.pk)) == 1
    assert not LookSchedule.objects.filter(user=alice, is_changed=True).exists()


@pytest.mark.parametrize(("is_on", "asked"), [(True, 1), (False, 0)])
def test_new_tasks_are_read_where_it_is_on(
    alice: User, use: Use, settings: Any, monkeypatch: pytest.MonkeyPatch, is_on: bool, asked: int
) -> None:
    use("words")
    settings.OO_MODEL_READS_IN_SHADOW = is_on
    looked: list[Any] = []
    monkeypatch.setattr(subscribers, "look_now", lambda *call: looked.append(call))
    synced = TasksSynced(user_id=alice.pk, at=NOON, connection_id=uuid4(), changed=1, removed=0)
    subscribers.read_new_words(synced)
    assert len(looked) == asked


def test_it_is_exported_erased_and_forgotten_like_any_reading(alice: User, bob: User) -> None:
    reading(alice, "model.shadow", someday=True)
    reading(bob, "model.shadow", someday=True)
    exported: Any = AgentsEraser().export(alice.pk)
    assert [row["by"] for row in exported["understood"]] == ["model.shadow"]
    AgentsEraser().erase(alice.pk)
    assert [r.user for r in Reading.objects.all()] == [bob]
    tasks.purge()
    assert not Reading.objects.exists()


def test_shadow_and_rules_are_compared_trait_by_trait(
    alice: User, bob: User, django_assert_num_queries: Any
) -> None:
    reading(alice, "words", waits="Priya", place="phone", energy="low")
    reading(alice, "model.shadow", waits="to priya", place="home", someday=True)
    reading(bob, "words", place="home")
    reading(bob, "model.shadow", place="home")
    # Another's words, and those that the rules never read, are nobody's measure.
    reading(alice, "words", words="b" * 32, stakes="money")
    reading(bob, "model.shadow", words="b" * 32, stakes="money")
    with django_assert_num_queries(1):
        found = compare()
    assert found == Comparison(
        words=2,
        traits={
            "waits": Compared(agreed=1),
            "place": Compared(agreed=1, differed=1),
            "energy": Compared(rules_alone=1),
            "someday": Compared(model_alone=1),
        },
    )


def test_the_console_says_so_and_shows_no_words_of_people(
    alice: User, alice_client: Client
) -> None:
    alice.is_staff = alice.is_superuser = True
    alice.save()
    assert "No model has read in shadow." in alice_client.get(LIST).content.decode()
    row = reading(alice, "model.shadow", waits="Priya")
    reading(alice, "words", waits="Bob")
    page = alice_client.get(LIST).content.decode()
    assert "waits: 0 agree, 1 differ, 0 by rules alone, 0 by the model alone" in page
    assert "Priya" not in alice_client.get(f"{LIST}{row.pk}/change/").content.decode()


def test_words_that_were_read_by_another_version_are_read_again(
    alice: User, model: ModelStandIn, use: Use
) -> None:
    use()
    draft(alice)
    old = reading(alice, "model.shadow")
    Reading.objects.update(version=VERSION - 1)
    model.play(WAITS_AND_STAKES)
    assert read_with_model(alice.pk, at=NOON) == 1
    old.refresh_from_db()
    assert (old.version, set(old.traits)) == (VERSION, {"waits", "stakes"})


def test_no_cloud_reads_in_shadow_whatever_is_allowed(
    alice: User, model: ModelStandIn, settings: Any, use: Use, tmp_path: Path
) -> None:
    """What does nothing for a person sends no word of theirs away."""
    use()
    use_aliases(settings, tmp_path, entry(model, "words", cloud="somebody"))
    grant(alice.pk, "model.somebody", by="settings", at=NOON)
    draft(alice)
    model.play(WAITS_AND_STAKES)
    assert not may_read(frozenset({"somebody"}))
    assert read_with_model(alice.pk, at=NOON) == 0
    assert model.requests == []


def test_a_machine_of_our_own_reads_in_shadow_beside_a_cloud(
    alice: User, model: ModelStandIn, settings: Any, use: Use, tmp_path: Path
) -> None:
    use()
    use_aliases(settings, tmp_path, entry(model, cloud="somebody"), entry(model))
    grant(alice.pk, "model.somebody", by="settings", at=NOON)
    draft(alice)
    model.play(WAITS_AND_STAKES)
    assert read_with_model(alice.pk, at=NOON) == 1
    assert ModelCall.objects.get().is_local
