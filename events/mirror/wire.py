"""From a row of the log to what is sent: the envelope of events/proto."""

from __future__ import annotations

import logging
import re

from google.protobuf.json_format import ParseDict, ParseError

from events.catalog import BY_SUBJECT, Event
from events.models import EventRecord
from events.proto.oo.v1.events_pb2 import Envelope

log = logging.getLogger(__name__)


def build_envelope(record: EventRecord) -> Envelope:
    """A row whose body has no message any more, or fits it no more, travels as an envelope alone:
    it happened, and it holds up nothing."""
    envelope = Envelope(
        event_id=str(record.event_id),
        subject=record.subject,
        version=record.version,
        user_id=str(record.user_id),
        traceparent=record.trace or "",
    )
    envelope.at.FromDatetime(record.at)
    kind = BY_SUBJECT.get(record.subject)
    if kind is not None:
        _fill_in(envelope, field_of(kind), record)
    return envelope


def field_of(kind: type[Event]) -> str:
    """The name that the envelope has for it: TipServed is tip_served."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower()


def _fill_in(envelope: Envelope, field: str, record: EventRecord) -> None:
    message = getattr(envelope, field)
    message.SetInParent()  # also without fields it says what it is
    try:
        # A body of an older version may have more than the message knows.
        ParseDict(record.body, message, ignore_unknown_fields=True)
    except ParseError:
        log.warning("event %s does not fit %s", record.event_id, field)
        envelope.ClearField("event")
