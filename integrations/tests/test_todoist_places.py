"""Where a task stands in Todoist: its section, and the task that it is a part of."""

from __future__ import annotations

import pytest

from integrations.tests.todoist import Reader, asked
from tests.stand_ins.todoist import TodoistStandIn
from tests.stand_ins.todoist.state import Account


@pytest.fixture
def alice(todoist: TodoistStandIn) -> Account:
    return todoist.alice


def in_section(alice: Account, content: str, section: str) -> str:
    with alice.lock:
        task_id: str = alice.create({"content": content, "section_id": section})["id"]
        return task_id


def move(alice: Account, task_id: str, **to: str) -> None:
    with alice.lock:
        alice.move(task_id, dict(to))


# ---- sections -------------------------------------------------------------------------------


def test_the_first_pull_names_sections(alice: Account, reader: Reader) -> None:
    task = in_section(alice, "A", alice.section("This week", project="Home")["id"])
    plain = alice.add_task("B", project="Home")
    reader.pull()
    assert (reader.tasks[task].project, reader.tasks[task].section) == ("Home", "This week")
    assert reader.tasks[plain].section == ""


def test_a_delta_that_does_not_name_the_section_does(alice: Account, reader: Reader) -> None:
    section = alice.section("This week", project="Home")["id"]
    reader.pull()
    task = in_section(alice, "A", section)
    assert not reader.pull().full
    assert reader.tasks[task].section == "This week"


def test_a_renamed_section_reaches_its_tasks(alice: Account, reader: Reader) -> None:
    section = alice.section("This week", project="Home")["id"]
    task = in_section(alice, "A", section)
    reader.pull()
    alice.store.change("sections", section, name="Next week\n")
    assert reader.pull().full
    assert reader.tasks[task].section == "Next week"
    assert not reader.pull().full


@pytest.mark.parametrize("how", ["is_deleted", "is_archived"])
def test_a_section_that_is_no_more_is_not_named(alice: Account, reader: Reader, how: str) -> None:
    section = alice.section("This week", project="Home")["id"]
    stays, goes = in_section(alice, "A", section), in_section(alice, "B", section)
    reader.pull()
    alice.store.change("sections", section, **{how: True})
    alice.delete(goes)
    reader.pull()
    assert reader.titles == {"A"}
    assert (reader.tasks[stays].project, reader.tasks[stays].section) == ("Home", "")


def test_a_moved_task_is_where_it_was_moved_to(alice: Account, reader: Reader) -> None:
    first, second = (alice.section(name, project="Home")["id"] for name in ("One", "Two"))
    task = in_section(alice, "A", first)
    reader.pull()
    move(alice, task, section_id=second)
    assert not reader.pull().full
    assert reader.tasks[task].section == "Two"
    move(alice, task, project_id=alice.inbox_id)
    reader.pull()
    assert (reader.tasks[task].project, reader.tasks[task].section) == ("Inbox", "")


# ---- parents --------------------------------------------------------------------------------


def test_a_part_names_what_it_is_directly_a_part_of(alice: Account, reader: Reader) -> None:
    top = alice.add_task("**Move** house")
    middle = alice.add_task("Pack", parent_id=top)
    low = alice.add_task("Buy boxes", parent_id=middle)
    reader.pull()
    parents = [reader.tasks[task].parent for task in (top, middle, low)]
    assert parents == ["", "Move house", "Pack"]


def test_a_part_of_a_heading_names_the_heading(alice: Account, reader: Reader) -> None:
    heading = alice.add_task("* For the weekend")
    part = alice.add_task("Sweep", parent_id=heading)
    reader.pull()
    assert reader.tasks[part].parent == "For the weekend"


def test_a_delta_names_the_parent_that_it_does_not_hold(alice: Account, reader: Reader) -> None:
    top = alice.add_task("Move house")
    alice.add_task("Pack", parent_id=top)
    reader.pull()
    part = alice.add_task("Call the landlord", parent_id=top)
    assert not reader.pull().full
    assert reader.tasks[part].parent == "Move house"


def test_parent_and_part_in_one_delta_need_no_more(alice: Account, reader: Reader) -> None:
    reader.pull()
    part = alice.add_task("Pack", parent_id=alice.add_task("Move house"))
    assert not reader.pull().full
    assert reader.tasks[part].parent == "Move house"


def test_the_first_part_of_a_known_task_finds_its_title(
    todoist: TodoistStandIn, alice: Account, reader: Reader
) -> None:
    top = alice.add_task("Move house")
    reader.pull()
    part = alice.add_task("Pack", parent_id=top)
    reader.pull()
    assert reader.tasks[part].parent == "Move house"
    assert asked(todoist)[2:] == ["*"]
    assert not reader.pull().full


def test_a_renamed_parent_reaches_its_parts_and_theirs_stay(alice: Account, reader: Reader) -> None:
    top = alice.add_task("Move house")
    middle = alice.add_task("Pack", parent_id=top)
    low = alice.add_task("Buy boxes", parent_id=middle)
    reader.pull()
    alice.update(top, content="Move to Leeds")
    reader.pull()
    assert [reader.tasks[task].parent for task in (middle, low)] == ["Move to Leeds", "Pack"]
    assert not reader.pull().full


def test_a_parent_that_changes_otherwise_costs_no_full_sync(alice: Account, reader: Reader) -> None:
    top = alice.add_task("Move house")
    alice.add_task("Pack", parent_id=top)
    reader.pull()
    alice.update(top, priority=4)
    assert not reader.pull().full


def test_a_part_that_is_moved_out_has_no_parent(alice: Account, reader: Reader) -> None:
    top, other = alice.add_task("Move house"), alice.add_task("Holidays")
    part = alice.add_task("Pack", parent_id=top)
    reader.pull()
    move(alice, part, parent_id=other)
    reader.pull()
    assert reader.tasks[part].parent == "Holidays"
    move(alice, part, project_id=alice.inbox_id)
    assert not reader.pull().full
    assert reader.tasks[part].parent == ""


def test_what_goes_with_its_parent_costs_no_full_sync(alice: Account, reader: Reader) -> None:
    top, done = alice.add_task("Move house"), alice.add_task("Holidays")
    for parent in (top, done):
        alice.add_task("Pack", parent_id=parent)
    reader.pull()
    alice.delete(top)
    alice.complete(done)
    assert not reader.pull().full
    assert reader.titles == set()


def test_a_parent_that_nobody_names_is_asked_for_once(
    todoist: TodoistStandIn, alice: Account, reader: Reader
) -> None:
    part = alice.add_task("Pack")
    alice.force(part, parent_id="nowhere")
    reader.pull()
    alice.force(part, priority=2)
    reader.pull()
    assert reader.tasks[part].parent == ""
    assert asked(todoist).count("*") == 1
