from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from lab.moments.format import FormatError, load_moments, parse_moment
from lab.tests.moments import FILE, event, moment, past, raw, task

LATER = "2026-03-03T10:00:00+01:00"


def test_a_due_date_is_read_in_each_notation() -> None:
    dues = ["2026-03-03", "2026-03-03T10:00", "2026-03-03T10:00:00+02:00", None]
    found = moment(tasks=[task(f"t{i}", due=due) for i, due in enumerate(dues, 1)]).tasks

    assert found[0].due == date(2026, 3, 3)
    assert not isinstance(found[0].due, datetime)
    assert found[1].due == datetime(2026, 3, 3, 10)
    assert found[2].due == datetime(2026, 3, 3, 8, tzinfo=UTC)
    assert found[3].due is None


def test_the_kind_is_what_stands_before_the_first_hyphen() -> None:
    assert moment(id="sense-blue-bin").kind == "sense"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"now": "2026-03-03T09:30"}, "now: "),
        ({"zone": "Europe/Nowhere"}, "zone: "),
        ({"silence": "golden"}, "silence: "),
        ({"wright": ["t1"]}, "wright: "),
        ({"right": ["t9"]}, "['t9']"),
        ({"right": []}, "nothing would be right"),
        ({"tasks": [task(), task()]}, "there twice: ['t1']"),
        ({"tasks": [task(priority=5)]}, "tasks.0.priority: "),
        ({"tasks": [task(due="soon")]}, "tasks.0.due"),
        ({"tasks": [task(deadline=LATER)]}, "tasks.0.deadline"),
        ({"events": [event(start=None)]}, "events.0.start: "),
        ({"history": [past("done", LATER)]}, "answered after now"),
        ({"history": [past("eaten", LATER)]}, "history.0.what: "),
        ({"history": [past("done", "2026-03-01T10:00:00+01:00", "x1")]}, "has no title"),
    ],
)
def test_what_is_wrong_is_said_with_file_and_line(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(FormatError) as error:
        parse_moment(json.dumps(raw(**fields)), FILE, 7)

    assert str(error.value).startswith("mine.jsonl:7: ")
    assert said in str(error.value)


def test_a_line_that_is_no_json_is_named() -> None:
    with pytest.raises(FormatError, match=r"mine\.jsonl:3: no JSON"):
        parse_moment("{", FILE, 3)


def test_a_folder_is_read_without_its_labels_and_no_id_twice(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(json.dumps(raw()) + "\n\n")
    (tmp_path / "a.labels.jsonl").write_text("{}")
    assert [m.id for m in load_moments(tmp_path)] == ["dates-rent"]

    (tmp_path / "b.jsonl").write_text("\n" + json.dumps(raw()))
    with pytest.raises(FormatError, match=r"b\.jsonl:2: .*there already"):
        load_moments(tmp_path)
