"""Several readers of the same words: whose reading counts, and what a bad one costs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError

from accounts.models import User
from agents.base import Reader, ReaderManifest
from agents.models import Reading
from agents.registry import READERS
from agents.traits import NO_EVENT_READ, EventTraits, EventWords, Origin, TaskWords, Trait, Traits
from agents.understanding.correcting import say, understanding_of
from agents.understanding.keeping import catch_up
from agents.understanding.loading import load_understood
from tests.clock import BERLIN, NOON
from tests.factories import make_event, make_task

pytestmark = pytest.mark.django_db
WORDS = "a" * 32


class Says(Reader):
    """The same of every task, and counts how often it is asked."""

    def __init__(self, key: str, **traits: Any) -> None:
        self.manifest = ReaderManifest(key, key.title(), 1)
        self.traits, self.asked = Traits(**traits), 0

    def read_task(self, words: TaskWords) -> Traits:
        self.asked += 1
        return self.traits

    def read_event(self, words: EventWords) -> EventTraits:
        return NO_EVENT_READ


class Breaks(Says):
    def read_task(self, words: TaskWords) -> Traits:
        self.asked += 1
        raise RuntimeError(words.title)


@pytest.fixture(autouse=True)
def readers(monkeypatch: pytest.MonkeyPatch) -> dict[str, Reader]:
    found: dict[str, Reader] = {}
    monkeypatch.setattr(READERS, "_by_key", found)
    return found


def waits(name: str, confidence: float = 1.0, **fields: Any) -> Trait[str]:
    return Trait(name, name, confidence, **fields)


def install(readers: dict[str, Reader], *several: Reader) -> None:
    readers.update({each.manifest.key: each for each in several})


def known(user: User) -> Traits:
    """The same for a decision and on the page."""
    make_task(user, "Anna and Ben wait", words_digest=WORDS)
    catch_up({user.pk: BERLIN}, at=NOON)
    return known_again(user)


def known_again(user: User) -> Traits:
    understood = load_understood([user.pk])
    found = understood[user.pk].of_task(WORDS) if understood else Traits()
    assert understanding_of(user.pk, "task", WORDS).traits == found
    return found


@pytest.mark.parametrize("key", ["aardvark", "zebra"])
@pytest.mark.parametrize(("sure", "who"), [(0.4, "Anna"), (0.5, "Anna"), (0.6, "Ben")])
def test_the_surer_reader_counts_and_words_at_a_tie(
    alice: User, readers: dict[str, Reader], key: str, sure: float, who: str
) -> None:
    words, other = Says("words", waits=waits("Anna", 0.5)), Says(key, waits=waits("Ben", sure))
    install(readers, other, words)
    assert known(alice).waits == waits(who, 0.5 if who == "Anna" else sure)


def test_of_two_others_as_sure_the_first_key_counts(
    alice: User, readers: dict[str, Reader]
) -> None:
    install(readers, Says("z", waits=waits("Ben")), Says("a", waits=waits("Anna")))
    assert known(alice).waits == waits("Anna")


def test_what_one_alone_reads_is_known(alice: User, readers: dict[str, Reader]) -> None:
    other = Says("other", unblocks=waits("Ben", 0.1))
    install(readers, Says("words", waits=waits("Anna")), other)
    assert known(alice) == Traits(waits=waits("Anna"), unblocks=waits("Ben", 0.1))
    assert set(Reading.objects.values_list("reader", "version")) == {("words", 1), ("other", 1)}


def test_each_is_asked_once_and_again_at_its_own_next_version(
    alice: User, readers: dict[str, Reader], monkeypatch: pytest.MonkeyPatch
) -> None:
    words, other = Says("words"), Says("other")
    install(readers, words, other)
    known(alice)
    assert catch_up({alice.pk: BERLIN}, at=NOON) == 0
    monkeypatch.setattr(other, "manifest", replace(other.manifest, version=2))
    assert catch_up({alice.pk: BERLIN}, at=NOON) == 1
    assert (words.asked, other.asked) == (1, 2)


@pytest.mark.parametrize("several", [1, 2, 3])
def test_two_queries_a_reader_when_nothing_is_new(
    alice: User, readers: dict[str, Reader], several: int, django_assert_num_queries: Any
) -> None:
    install(readers, *(Says(f"r{n}") for n in range(several)))
    known(alice)
    with django_assert_num_queries(2 * several):
        catch_up({alice.pk: BERLIN}, at=NOON)
    with django_assert_num_queries(2):
        load_understood([alice.pk])


def test_a_model_is_above_the_surest_reader_and_the_person_above_all(
    alice: User, readers: dict[str, Reader]
) -> None:
    install(readers, Says("words"), Says("zealous", waits=waits("Ben", 1.0)))
    assert known(alice).waits == waits("Ben")
    stored = {"value": "Anna", "quote": "Anna", "confidence": 0.7, "origin": "model"}
    same = {"user": alice, "kind": "task", "words": WORDS}
    Reading.objects.create(
        **same, reader="model", version=2, traits={"waits": stored}, read_at=NOON
    )
    assert known_again(alice).waits == waits("Anna", 0.7, origin=Origin.MODEL)
    say(alice.pk, "task", WORDS, "waits", "Cleo", at=NOON)
    assert known_again(alice).waits == Trait("Cleo", origin=Origin.PERSON)


@pytest.mark.parametrize(
    "boast",
    [
        Trait("Ben", "", origin=Origin.PERSON),
        Trait("Ben", "Ben", origin=Origin.PERSON),
        Trait("Ben", "Ben", 99.0),
        Trait("Ben", "Ben", float("nan")),
        Trait("Ben", "Ben", -1.0),
        Trait("Ben", "who is not in the row"),
    ],
)
def test_a_reader_cannot_say_what_only_the_person_can_nor_be_more_than_certain(
    alice: User, readers: dict[str, Reader], boast: Trait[str]
) -> None:
    install(readers, Says("words", waits=waits("Anna", 0.3)), Says("other", waits=boast))
    assert known(alice).waits == waits("Anna", 0.3)


def test_a_reader_that_calls_itself_a_model_is_not_above_a_surer_one(
    alice: User, readers: dict[str, Reader]
) -> None:
    other = Says("other", waits=waits("Ben", 0.3, origin=Origin.MODEL))
    install(readers, Says("words", waits=waits("Anna", 0.5)), other)
    assert known(alice).waits == waits("Anna", 0.5)


@pytest.mark.parametrize("key", ["aardvark", "zebra"])
def test_one_that_raises_hurts_no_other_and_no_person_and_tells_no_words(
    alice: User,
    bob: User,
    readers: dict[str, Reader],
    key: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    install(readers, Breaks(key), Says("words", waits=waits("Anna")))
    make_task(bob, "Anna is here", words_digest=WORDS)
    catch_up({bob.pk: BERLIN}, at=NOON)
    assert known(alice).waits == known_again(bob).waits == waits("Anna")
    assert f"reader {key} failed: RuntimeError" in caplog.text
    assert "Anna" not in caplog.text


def test_one_that_raised_is_asked_again_at_its_next_version_only(
    alice: User, readers: dict[str, Reader], monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = Breaks("bad")
    install(readers, bad)
    assert known(alice) == Traits()
    assert catch_up({alice.pk: BERLIN}, at=NOON) == 0
    assert bad.asked == 1
    monkeypatch.setattr(bad, "manifest", replace(bad.manifest, version=2))
    monkeypatch.setattr(bad, "read_task", lambda _words: Traits(waits=waits("Ben")))
    assert catch_up({alice.pk: BERLIN}, at=NOON) == 1
    assert known_again(alice).waits == waits("Ben")


@pytest.mark.parametrize("answer", [None, "nothing", {"waits": "Anna"}])
def test_an_answer_that_is_none_is_as_bad_as_raising(
    alice: User, readers: dict[str, Reader], answer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = Says("bad")
    install(readers, bad, Says("words", waits=waits("Anna")))
    monkeypatch.setattr(bad, "read_task", lambda _words: answer)
    assert known(alice).waits == waits("Anna")


def test_what_a_reader_said_that_is_gone_says_nothing(
    alice: User, readers: dict[str, Reader]
) -> None:
    install(readers, Says("words"), Says("other", waits=waits("Ben")))
    assert known(alice).waits == waits("Ben")
    del readers["other"]
    assert known_again(alice).waits is None


@pytest.mark.parametrize("key", ["model", "model.shadow"])
def test_none_may_be_called_what_models_are(readers: dict[str, Reader], key: str) -> None:
    install(readers, Says("words"))
    call_command("check")
    install(readers, Says(key))
    with pytest.raises(SystemCheckError, match=f"reader {key}: "):
        call_command("check")


def test_events_are_read_by_all(
    alice: User, readers: dict[str, Reader], monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Says("other")
    traits = EventTraits(may_interrupt=Trait(True, "drop in"))
    monkeypatch.setattr(other, "read_event", lambda _words: traits)
    install(readers, Says("words"), other)
    make_event(alice, title="Open desk: drop in", words_digest="e")
    catch_up({alice.pk: BERLIN}, at=NOON)
    assert load_understood([alice.pk])[alice.pk].of_event("e") == traits
