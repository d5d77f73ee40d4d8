"""A worker whose broker does not hear it."""

from __future__ import annotations

from unittest.mock import Mock
from uuid import uuid4

import pytest
from kombu.asynchronous import Hub
from kombu.message import Message
from kombu.utils.imports import symbol_by_name
from vine import promise

from oo.celery import app
from oo.lib.worker import HeardRequest


def test_a_worker_that_is_not_heard_connects_anew() -> None:
    task = app.tasks["celery.backend_cleanup"]
    assert symbol_by_name(task.Request) is HeardRequest
    channel, hub = Mock(), Hub()
    channel.basic_ack.side_effect = ConnectionError
    message = Message(
        "[[], {}, {}]",
        channel=channel,
        delivery_tag="1",
        headers={"id": str(uuid4()), "task": task.name},
        content_type="application/json",
        content_encoding="utf-8",
    )
    request = HeardRequest(
        message,
        on_ack=promise(hub.call_soon, (message.ack_log_error,)),
        app=app,
        connection_errors=(ConnectionError,),
    )
    request.acknowledge()
    with pytest.raises(ConnectionError):
        hub.run_once()
    hub.close()
