from __future__ import annotations

import json
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from agents.traits import Door, EventKind, Place
from lab.moments.format import FormatError, load_moments
from lab.moments.labels import Labels, load_labels, problems
from lab.tests.moments import event, raw

DATA = Path(__file__).parent.parent / "moments" / "data"


def write(folder: Path, **label: Any) -> Path:
    file = folder / "mine.jsonl"
    file.write_text(json.dumps(raw(events=[event()])))
    (folder / "mine.labels.jsonl").write_text(json.dumps({"id": "dates-rent", **label}))
    return file


def labels_of(folder: Path, **label: Any) -> Labels:
    return load_labels(write(folder, **label))


def test_values_are_those_of_the_traits(tmp_path: Path) -> None:
    hours = {"door": "shop", "spans": [{"days": [0, 5], "start": "10:00", "end": "20:00"}]}
    traits = {
        "hours": {"value": hours, "quote": "rent"},
        "last_moment": {"value": {"on": "2026-03-04", "lead": "PT30M"}, "quote": "rent"},
        "place": {"value": "phone", "quote": "Pay"},
        "effort": {"value": "PT5M", "quote": "Pay"},
        "waits": None,
    }
    kind = {"kind": {"value": "meeting", "quote": "review"}}
    labels = labels_of(tmp_path, tasks={"t1": traits}, events={"e1": kind})
    tasks, events = labels.labels_for("dates-rent")

    found = tasks["t1"]
    assert found.hours
    assert (found.hours.value.door, found.hours.quote) == (Door.SHOP, "rent")
    assert found.hours.value.spans[0].start == time(10)
    assert found.last_moment
    assert found.last_moment.value.on == date(2026, 3, 4)
    assert found.last_moment.value.lead == timedelta(minutes=30)
    assert found.place
    assert found.place.value is Place.PHONE
    assert found.effort
    assert found.effort.value == timedelta(minutes=5)
    assert found.waits is None
    assert events["e1"].kind
    assert events["e1"].kind.value is EventKind.MEETING


def test_what_is_not_labelled_has_no_traits(tmp_path: Path) -> None:
    assert labels_of(tmp_path).labels_for("another") == ({}, {})


@pytest.mark.parametrize(
    ("traits", "said"),
    [
        ({"plaice": {"value": "phone"}}, "unknown: plaice"),
        ({"hours": {"value": {"door": "shop", "span": []}}}, "unknown: hours.value.span"),
        ({"place": {"value": "moon"}}, "place.value"),
        ({"place": {"quote": "Pay"}}, "place.value"),
    ],
)
def test_a_slip_of_the_pen_is_named(tmp_path: Path, traits: dict[str, Any], said: str) -> None:
    with pytest.raises(FormatError, match=r"mine\.labels\.jsonl:1: dates-rent: ") as error:
        labels_of(tmp_path, tasks={"t1": traits})
    assert said in str(error.value)


def test_a_quote_that_does_not_stand_in_its_row_is_reported(tmp_path: Path) -> None:
    good, bad = ({"place": {"value": "phone", "quote": quote}} for quote in ("rent", "Call"))
    file = write(tmp_path, tasks={"t1": bad, "t9": good}, events={})
    found = list(problems(load_labels(file), load_moments(file)))

    assert found == [
        "dates-rent: t1: place: 'Call' does not stand there",
        "dates-rent: t9: no such item",
    ]


def test_those_that_come_with_oo_quote_their_rows() -> None:
    assert not list(problems(load_labels(DATA), load_moments(DATA)))
