from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import User
from agents.base import Reader, ReaderManifest
from agents.models import Correction, Reading
from agents.registry import READERS
from agents.traits import EventKind, EventTraits, EventWords, Origin, TaskWords, Trait, Traits
from agents.understanding.correcting import deny, say, take_back, understanding_of
from agents.understanding.keeping import catch_up
from agents.understanding.loading import load_understood
from agents.view import load_view
from integrations.models import Task
from tests.clock import BERLIN, NOON
from tests.factories import make_event, make_task


class Parrot(Reader):
    """Who waits is the last word; a heard word is no reading."""

    manifest = ReaderManifest(key="words", title="Parrot", version=1)

    def __init__(self) -> None:
        self.read: list[str] = []

    def read_task(self, words: TaskWords) -> Traits:
        self.read.append(words.title)
        return Traits(
            waits=Trait(words.title.split()[-1], words.title.split()[-1]),
            unblocks=Trait("all", "words that nobody wrote"),
        )

    def read_event(self, words: EventWords) -> EventTraits:
        self.read.append(words.title)
        return EventTraits(kind=Trait(EventKind.FOCUS, words.title))


@pytest.fixture
def parrot(monkeypatch: pytest.MonkeyPatch) -> Parrot:
    parrot = Parrot()
    monkeypatch.setitem(READERS.load(), "words", parrot)
    return parrot


def task_of(user: User, title: str, words: str, **fields: Any) -> Task:
    return make_task(user, title, words_digest=words, **fields)


def test_tomorrow_is_that_of_the_day_on_which_it_was_written(alice: User) -> None:
    """A task that was added long ago, and given other words today."""
    added = NOON - timedelta(days=30)
    task_of(alice, "Send it by tomorrow", "a", added_at=added)
    task_of(alice, "Send all by tomorrow", "b", added_at=added, worded_at=NOON)
    catch_up({alice.pk: BERLIN}, at=NOON)
    ends = {r.words: r.traits["last_moment"]["value"]["on"] for r in Reading.objects.all()}
    assert ends == {"a": "2026-04-06", "b": "2026-05-06"}


def ends(user: User, words: str) -> Any:
    return load_understood([user.pk])[user.pk].of_task(words).last_moment


def test_tomorrow_is_another_day_when_the_same_words_are_written_again(alice: User) -> None:
    """Both rows are open: for both the words mean the day that was written last."""
    task_of(alice, "Send it by tomorrow", "a", added_at=NOON - timedelta(days=7))
    assert catch_up({alice.pk: BERLIN}, at=NOON) == 1
    assert ends(alice, "a").value.on == (NOON - timedelta(days=6)).date()
    task_of(alice, "Send it by tomorrow", "a", added_at=NOON)
    assert catch_up({alice.pk: BERLIN}, at=NOON) == 1
    assert ends(alice, "a").value.on == (NOON + timedelta(days=1)).date()
    assert catch_up({alice.pk: BERLIN}, at=NOON) == 0


def test_words_without_a_day_are_read_once_however_often_they_are_written(alice: User) -> None:
    for days in (7, 0):
        task_of(alice, "Call Bob before 5 pm", "a", added_at=NOON - timedelta(days=days))
        catch_up({alice.pk: BERLIN}, at=NOON)
    assert Reading.objects.get().dated_from is None


def test_a_day_of_which_no_source_tells_when_it_was_written_is_read_once(alice: User) -> None:
    task_of(alice, "Send it by tomorrow", "a")
    for minutes, read in ((0, 1), (15, 0)):
        assert catch_up({alice.pk: BERLIN}, at=NOON + timedelta(minutes=minutes)) == read


def test_of_the_same_words_what_no_source_dates_was_written_last(alice: User) -> None:
    task_of(alice, "Send it by tomorrow", "a")
    task_of(alice, "Send it by tomorrow", "a", added_at=NOON - timedelta(days=7))
    catch_up({alice.pk: BERLIN}, at=NOON)
    assert ends(alice, "a").value.on == (NOON + timedelta(days=1)).date()


def test_a_day_that_the_person_set_is_that_of_the_words_as_they_stood(alice: User) -> None:
    """What they say of it otherwise holds for good: an hour, and that it is not so."""
    task_of(alice, "Send it by tomorrow", "a", added_at=NOON - timedelta(days=7))
    task_of(alice, "Ring by tomorrow", "b", added_at=NOON - timedelta(days=7))
    catch_up({alice.pk: BERLIN}, at=NOON)
    before = NOON - timedelta(days=6)
    say(alice.pk, "task", "a", "last_moment", {"on": str(before.date())}, at=before)
    say(alice.pk, "task", "a", "effort", "PT20M", at=before)
    deny(alice.pk, "task", "b", "last_moment", at=before)
    task_of(alice, "Send it by tomorrow", "a", added_at=NOON)
    task_of(alice, "Ring by tomorrow", "b", added_at=NOON)
    catch_up({alice.pk: BERLIN}, at=NOON)
    assert ends(alice, "a").value.on == (NOON + timedelta(days=1)).date()
    assert ends(alice, "b") is None
    assert {c.trait for c in Correction.objects.all()} == {"effort", "last_moment"}
    say(alice.pk, "task", "a", "last_moment", {"on": str(NOON.date())}, at=NOON)
    catch_up({alice.pk: BERLIN}, at=NOON)
    assert ends(alice, "a").value.on == NOON.date()


def test_what_the_person_said_holds_wherever_the_words_are_moved(alice: User) -> None:
    """The first half of the digest is of what was written, the second of where it stands."""
    written, here, there = "a" * 16, "b" * 16, "c" * 16
    task_of(alice, "Send it by tomorrow", written + here)
    catch_up({alice.pk: BERLIN}, at=NOON)
    deny(alice.pk, "task", written + here, "last_moment", at=NOON)
    say(alice.pk, "task", written + here, "effort", "PT20M", at=NOON)
    Task.objects.update(words_digest=written + there)
    understood = load_understood([alice.pk])[alice.pk]
    assert understood.of_task(written + there).effort == understood.of_task(written + here).effort
    catch_up({alice.pk: BERLIN}, at=NOON + timedelta(days=2))
    assert ends(alice, written + there) is None
    shown = understanding_of(alice.pk, "task", written + there)
    assert [said.trait for said in shown.denied] == ["last_moment"]
    assert shown.traits == load_understood([alice.pk])[alice.pk].of_task(written + there)
    take_back(alice.pk, "task", written + there, "last_moment")
    assert ends(alice, written + there) is not None


def test_the_same_words_are_read_once_whatever_row_they_stand_in(
    alice: User, parrot: Parrot
) -> None:
    task_of(alice, "Call Bob", "a")
    task_of(alice, "Call Bob", "a")
    task_of(alice, "Call Eve", "b")
    assert catch_up({alice.pk: BERLIN}, at=NOON) == 2
    assert catch_up({alice.pk: BERLIN}, at=NOON) == 0
    assert sorted(parrot.read) == ["Call Bob", "Call Eve"]
    assert Reading.objects.count() == 2


def test_two_queries_when_there_is_nothing_to_read(
    alice: User, parrot: Parrot, django_assert_num_queries: Any
) -> None:
    task_of(alice, "Call Bob", "a")
    catch_up({alice.pk: BERLIN}, at=NOON)
    with django_assert_num_queries(2):
        catch_up({alice.pk: BERLIN}, at=NOON)


def test_a_newer_version_of_a_reader_reads_again(
    alice: User, parrot: Parrot, monkeypatch: pytest.MonkeyPatch
) -> None:
    task_of(alice, "Call Bob", "a")
    catch_up({alice.pk: BERLIN}, at=NOON)
    monkeypatch.setattr(parrot, "manifest", ReaderManifest("words", "Parrot", 2))
    assert catch_up({alice.pk: BERLIN}, at=NOON) == 1
    assert Reading.objects.get().version == 2


def test_what_is_closed_or_over_is_not_read(alice: User, parrot: Parrot) -> None:
    task_of(alice, "Call Bob", "a", completed_at=NOON)
    make_event(alice, starts_in_min=-120, lasts_min=60, words_digest="e")
    assert catch_up({alice.pk: BERLIN}, at=NOON) == 0


def test_what_is_not_quoted_from_the_row_is_not_believed(alice: User, parrot: Parrot) -> None:
    task_of(alice, "Call Bob", "a")
    catch_up({alice.pk: BERLIN}, at=NOON)
    traits = load_understood([alice.pk])[alice.pk].of_task("a")
    assert traits.waits == Trait("Bob", "Bob")
    assert traits.unblocks is None


def test_the_view_carries_what_is_understood(alice: User, parrot: Parrot) -> None:
    task_of(alice, "Call Bob", "a")
    make_event(alice, title="Deep work", words_digest="e")
    catch_up({alice.pk: BERLIN}, at=NOON)
    view = load_view(alice.pk, at=NOON)
    assert view.tasks[0].traits.waits == Trait("Bob", "Bob")
    assert view.events[0].traits.kind == Trait(EventKind.FOCUS, "Deep work")


def test_the_persons_word_beats_what_was_read(alice: User, parrot: Parrot) -> None:
    task_of(alice, "Call Bob", "a")
    catch_up({alice.pk: BERLIN}, at=NOON)
    correction = Correction.objects.create(
        user=alice, kind="task", words="a", trait="waits", value="Eve", made_at=NOON
    )
    waits = load_understood([alice.pk])[alice.pk].of_task("a").waits
    assert waits == Trait("Eve", origin=Origin.PERSON)
    correction.value = None
    correction.save()
    assert load_understood([alice.pk])[alice.pk].of_task("a").waits is None


def test_a_correction_that_fits_no_schema_changes_nothing(alice: User, parrot: Parrot) -> None:
    task_of(alice, "Call Bob", "a")
    catch_up({alice.pk: BERLIN}, at=NOON)
    Correction.objects.create(
        user=alice, kind="task", words="a", trait="effort", value="soon", made_at=NOON
    )
    assert load_understood([alice.pk])[alice.pk].of_task("a").effort is None


def test_words_of_another_person_are_theirs(alice: User, bob: User, parrot: Parrot) -> None:
    task_of(alice, "Call Bob", "a")
    catch_up({alice.pk: BERLIN}, at=NOON)
    assert load_understood([bob.pk]) == {}


def test_a_first_import_is_read_in_batches(
    alice: User, parrot: Parrot, django_assert_max_num_queries: Any
) -> None:
    row = task_of(alice, "Call Bob", "a")
    Task.objects.bulk_create(
        Task(
            user=alice,
            connection=row.connection,
            external_id=f"t{n}",
            title=f"Call {n}",
            changed_at=NOON - timedelta(hours=1),
            words_digest=f"w{n}",
        )
        for n in range(1_200)
    )
    with django_assert_max_num_queries(16):
        assert catch_up({alice.pk: BERLIN}, at=NOON) == 1_201


def test_a_quote_may_stand_in_the_task_that_it_is_a_part_of(
    alice: User, parrot: Parrot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_task(words: TaskWords) -> Traits:
        return Traits(waits=Trait("Anna", "for Anna"), unblocks=Trait("x", f"{words.section} ?"))

    monkeypatch.setattr(parrot, "read_task", read_task)
    part = task_of(alice, "Pack", "a", section="Soon", parent="Boxes for Anna")
    alone = task_of(alice, "Pack", "b", section="Soon")
    catch_up({alice.pk: BERLIN}, at=NOON)
    found = {task.id: task.traits for task in load_view(alice.pk, at=NOON).tasks}
    assert found[part.pk].waits == Trait("Anna", "for Anna")
    assert found[alone.pk].waits is None
    assert found[part.pk].unblocks is None
