"""What failed, told to a Sentry: where and of which type, in nobody's words. Loaded only where one
is set."""

from __future__ import annotations

import logging
from typing import Any

import sentry_sdk
from sentry_sdk.integrations.celery import CeleryIntegration
from sentry_sdk.integrations.django import DjangoIntegration
from sentry_sdk.integrations.logging import LoggingIntegration
from sentry_sdk.types import Event

from oo.lib.tracing import trace_and_span

KEPT = ("event_id", "timestamp", "level", "platform", "logger", "transaction", "sdk")
OURS = ("oo", "events", "accounts", "integrations", "notifier", "agents", "tips", "lab")
OF_A_FRAME = ("filename", "function", "module", "lineno", "in_app")


def report_to(dsn: str) -> None:
    """From here on, in this process and in those that are forked from it.

    Of the integrations these three alone: those of HTTP clients would write the trace into requests
    to others.
    """
    sentry_sdk.init(
        dsn=dsn,
        before_send=stripped,
        default_integrations=False,
        auto_enabling_integrations=False,
        integrations=[
            DjangoIntegration(transaction_style="function_name", middleware_spans=False),
            CeleryIntegration(propagate_traces=False),
            LoggingIntegration(level=None, event_level=logging.ERROR),
        ],
        trace_propagation_targets=[],
        send_default_pii=False,
        include_local_variables=False,
        include_source_context=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        auto_session_tracking=False,
        send_client_reports=False,
    )


def stripped(event: Event, _hint: dict[str, Any]) -> Event:
    """A new event of what is known to hold no words of people: an SDK learns to collect more."""
    told: Any = event
    kept: Any = {name: told[name] for name in KEPT if name in told}
    if values := (told.get("exception") or {}).get("values"):
        kept["exception"] = {"values": [_type_and_place(each) for each in values]}
    if said := (told.get("logentry") or {}).get("message"):
        # As it stands in our code, without what is put in; others put in before they log.
        is_ours = str(told.get("logger")).partition(".")[0] in OURS
        kept["logentry"] = {"message": said if is_ours else told.get("logger")}
    trace, span = trace_and_span()
    if trace:
        kept["tags"] = {"trace": trace}
        kept["contexts"] = {"trace": {"trace_id": trace, "span_id": span}}
    found: Event = kept
    return found


def _type_and_place(exception: dict[str, Any]) -> dict[str, Any]:
    frames = (exception.get("stacktrace") or {}).get("frames") or []
    return {
        "type": exception.get("type"),
        "module": exception.get("module"),
        "value": "",  # its words quote rows, addresses and answers
        "stacktrace": {
            "frames": [{k: frame[k] for k in OF_A_FRAME if k in frame} for frame in frames]
        },
    }
