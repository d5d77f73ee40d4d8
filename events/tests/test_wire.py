from __future__ import annotations

import subprocess
import sys
from dataclasses import fields
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from events.catalog import BY_SUBJECT, Event, TipReacted
from events.mirror.streams import ROOTS
from events.mirror.wire import build_envelope, field_of
from events.models import EventRecord
from events.proto.oo.v1 import events_pb2
from events.proto.oo.v1.events_pb2 import Envelope
from tests.clock import NOON

PROTO = Path(__file__).resolve().parent.parent / "proto"
BUF = Path(sys.executable).parent / "buf"
# By the type of a field of the catalogue: how it is sent.
SENT_AS = {
    "UUID": ("TYPE_STRING", "", False),
    "str": ("TYPE_STRING", "", False),
    "int": ("TYPE_INT64", "", False),
    "float": ("TYPE_DOUBLE", "", False),
    "float | None": ("TYPE_DOUBLE", "", False),
    "datetime": ("TYPE_MESSAGE", "google.protobuf.Timestamp", False),
    "tuple[str, ...]": ("TYPE_STRING", "", True),
}
TYPES = {9: "TYPE_STRING", 3: "TYPE_INT64", 1: "TYPE_DOUBLE", 11: "TYPE_MESSAGE"}


def row(subject: str, body: dict[str, object], *, version: int = 1) -> EventRecord:
    return EventRecord(
        subject=subject, version=version, user_id=UUID(int=7), at=NOON, body=body, trace="00-a-b-00"
    )


@pytest.mark.parametrize("kind", BY_SUBJECT.values(), ids=BY_SUBJECT)
def test_every_event_has_a_message_with_the_same_fields(kind: type[Event]) -> None:
    message = events_pb2.DESCRIPTOR.message_types_by_name[kind.__name__]
    own = [f for f in fields(kind) if f.name not in {"user_id", "at"}]

    assert set(message.fields_by_name) == {f.name for f in own}
    for f in own:
        sent = message.fields_by_name[f.name]
        of = sent.message_type.full_name if sent.message_type else ""
        assert (TYPES[sent.type], of, sent.is_repeated) == SENT_AS[str(f.type)]
        assert sent.has_presence == (str(f.type) in {"float | None", "datetime"})
    assert Envelope.DESCRIPTOR.fields_by_name[field_of(kind)].message_type is message


def test_there_is_no_message_without_an_event() -> None:
    inside = Envelope.DESCRIPTOR.oneofs_by_name["event"].fields
    assert {f.name for f in inside} == {field_of(kind) for kind in BY_SUBJECT.values()}
    messages = set(events_pb2.DESCRIPTOR.message_types_by_name) - {"Envelope"}
    assert messages == {kind.__name__ for kind in BY_SUBJECT.values()}


def test_every_event_has_a_stream_to_go_to() -> None:
    assert {subject.partition(".")[0] for subject in BY_SUBJECT} <= set(ROOTS)


def test_the_python_of_the_messages_is_what_would_be_written_now(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "grpc_tools.protoc", "-I", str(PROTO)]
    command += [f"--python_out={tmp_path}", f"--pyi_out={tmp_path}", "oo/v1/events.proto"]
    subprocess.run(command, check=True, timeout=30)

    for name in ("oo/v1/events_pb2.py", "oo/v1/events_pb2.pyi"):
        assert (tmp_path / name).read_text() == (PROTO / name).read_text(), "run make proto"


def breaking(proto: Path) -> int:
    against = ["breaking", str(proto), "--against", str(PROTO / "released.binpb")]
    return subprocess.run([str(BUF), *against], capture_output=True, check=False).returncode


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        ("", "", 0),
        ("message DepartureAsked {}", "message DepartureAsked {\n  string by = 1;\n}", 0),
        ("int64 task_id = 1;", "int64 task_id = 3;", 100),
        ("string candidate = 2;", "bytes candidate = 2;", 100),
        ("message DepartureAsked {}", "message DepartureSaid {}", 100),
    ],
)
def test_what_would_break_readers_is_found(
    before: str, after: str, code: int, tmp_path: Path
) -> None:
    text = (PROTO / "oo/v1/events.proto").read_text()
    file = tmp_path / "oo/v1/events.proto"
    file.parent.mkdir(parents=True)
    file.write_text(text.replace(before, after) if before else text)
    (tmp_path / "buf.yaml").write_text((PROTO / "buf.yaml").read_text())

    assert breaking(tmp_path) == code


def test_an_envelope_says_what_the_row_says() -> None:
    body: dict[str, object] = {
        "tip_id": str(UUID(int=3)),
        "candidate": "task:17",
        "reaction": "done",
        "answered_at": (NOON - timedelta(seconds=5)).isoformat(),
        "dwell_s": None,
        "reward": 1.5,
    }
    record = row(TipReacted.subject, body, version=2)
    read = Envelope.FromString(build_envelope(record).SerializeToString())

    assert read.event_id == str(record.event_id)
    assert (read.subject, read.version) == ("feedback.tip.reacted", 2)
    assert read.user_id == str(UUID(int=7))
    assert read.at.ToDatetime(NOON.tzinfo) == NOON
    assert read.traceparent == "00-a-b-00"
    assert read.WhichOneof("event") == "tip_reacted"
    assert read.tip_reacted.candidate == "task:17"
    assert not read.tip_reacted.HasField("dwell_s")
    assert read.tip_reacted.answered_at.ToDatetime(NOON.tzinfo) == NOON - timedelta(seconds=5)


def test_an_event_without_fields_says_which_it_is() -> None:
    envelope = build_envelope(row("accounts.departure.asked", {}))
    assert envelope.WhichOneof("event") == "departure_asked"


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("signals.gone", {"x": 1}),
        ("signals.task.completed", {"task_id": "seventeen", "by": "oo"}),
        ("signals.task.completed", {"task_id": 1, "by": ["oo"]}),
    ],
)
def test_what_fits_no_message_travels_alone(subject: str, body: dict[str, object]) -> None:
    envelope = build_envelope(row(subject, body))
    assert envelope.subject == subject
    assert envelope.WhichOneof("event") is None


def test_a_body_of_an_older_version_gives_what_it_has() -> None:
    envelope = build_envelope(row("signals.task.completed", {"task_id": 5, "was": "here"}))
    assert (envelope.task_completed.task_id, envelope.task_completed.by) == (5, "")
