from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable
from dataclasses import asdict
from typing import Any, TypeVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction

from events.catalog import Event
from events.models import EventRecord
from oo.lib.tracing import traceparent, within

E = TypeVar("E", bound=Event)

_subscribers: dict[type[Event], list[Callable[[Any], object]]] = defaultdict(list)
# Those that are called in the transaction.
_noting: set[Callable[[Any], object]] = set()


def subscribe(kind: type[E], handler: Callable[[E], object], *, notes: bool = False) -> None:
    """Call `handler` after each commit that published a `kind`. Handlers only queue tasks.

    A handler that fails is logged and hurts nobody: the rows that it should have looked at are
    found by beat as well. One that hears the same again, later, must do no harm: see replaying.

    notes: it writes in a row that somebody should look. Then it is called in the transaction that
    publishes, so that a process that dies after the commit takes no note with it; whoever
    publishes holds the person (accounts.locks), and what it raises undoes the cause.
    """
    if handler not in _subscribers[kind]:
        _subscribers[kind].append(handler)
    if notes:
        _noting.add(handler)


def name_of(handler: Callable[[Any], object]) -> str:
    """By which a subscriber is known: its app and its function, such as tips.look_again."""
    return f"{(handler.__module__ or '').partition('.')[0]}.{handler.__name__}"


def subscribers() -> dict[str, dict[type[Event], Callable[[Any], object]]]:
    """By name, what each hears, and what it is called with that. Of two functions of one name in
    one app, the first to subscribe to a kind is meant; a test refuses such pairs."""
    found: dict[str, dict[type[Event], Callable[[Any], object]]] = defaultdict(dict)
    for kind, handlers in _subscribers.items():
        for handler in handlers:
            found[name_of(handler)].setdefault(kind, handler)
    return dict(found)


def publish(event: Event) -> None:
    """Record the event in the current transaction; tell subscribers once it is committed.

    One insert. Raises TransactionManagementError outside a transaction: an event whose cause could
    be rolled back without it, or it without its cause, would be a lie.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError(f"{event.subject} outside a transaction")
    body = json.loads(json.dumps(asdict(event), cls=DjangoJSONEncoder))
    del body["user_id"], body["at"]
    trace = traceparent()
    EventRecord.objects.create(
        subject=event.subject,
        version=event.version,
        user_id=event.user_id,
        at=event.at,
        body=body,
        trace=trace,
    )
    for handler in _subscribers[type(event)]:
        if handler in _noting:
            handler(event)
        else:
            transaction.on_commit(_telling(handler, event, trace), robust=True)


def _telling(handler: Callable[[Any], object], event: Event, trace: str) -> Callable[[], None]:
    # A function, not a partial: Django logs the name of a robust callback that failed.
    def tell() -> None:
        with within(trace):
            handler(event)

    return tell
