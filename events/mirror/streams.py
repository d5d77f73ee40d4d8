"""NATS JetStream: the only place that knows it.

What is asked here is asked from one thread. Between two questions nothing is read from the
connection, so whoever waits does it here (`rest`), where the server's pings are answered.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TypeVar

import nats
from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.errors import MaxPayloadError
from nats.js import JetStreamContext
from nats.js.api import StreamConfig
from nats.js.errors import APIError, BadRequestError, NotFoundError, ServerError

log = logging.getLogger(__name__)

# The first word of a subject is its stream.
ROOTS = ("signals", "feedback", "accounts", "agents", "delivery")
# Within it a message that comes again is dropped: longer than a relay or NATS may be away between
# a message and its mark.
SAME_ID = timedelta(days=2)
# Seconds, each of them short: whoever is asked to end has five.
CONNECT_S = 3.0
ANSWER_S = 2.0

T = TypeVar("T")
# The trouble of a connection; what else goes wrong is a bug.
TROUBLE = (NatsError, OSError, asyncio.TimeoutError)
# JetStream's own number: larger than whoever runs it lets messages be.
TOO_LARGE = 10054
NOT_TAKEN = 0  # instead of a number


class Away(Exception):
    """NATS cannot be reached, or takes nothing at this moment: try again later."""


class Refused(Exception):
    """NATS answers, and does not do this, nor will it: the stream does not allow it."""


@dataclass(frozen=True, slots=True)
class Message:
    id: str
    subject: str
    payload: bytes


class Streams:
    """`kept`: how long the streams keep a message; at least SAME_ID, or JetStream refuses."""

    def __init__(self, url: str, *, kept: timedelta) -> None:
        self._url, self._kept = url, max(kept, SAME_ID)
        self._runner = asyncio.Runner()
        self._client: Client | None = None
        self._jetstream: JetStreamContext | None = None

    def connect(self) -> None:
        """Nothing when there is a connection. Makes the streams, or changes them. Raises Away."""
        if self._client is None or not self._client.is_connected:
            self._close_client()
            self._run(self._connect(), limit_s=CONNECT_S)

    def send(self, messages: Sequence[Message], *, limit_s: float) -> list[int]:
        """One after another, each once the one before is on disk there. Returns their numbers in
        their streams, from the first on: of fewer than all when NATS stopped taking them or
        `limit_s` were over; NOT_TAKEN for what no stream will ever take. Raises Away when it took
        none."""
        numbers: list[int] = []
        try:
            self._run(self._send(messages, numbers, limit_s), limit_s=limit_s + 2 * ANSWER_S)
        except Away:
            if not numbers:
                raise
        return numbers

    def delete(self, message_id: str, subject: str, number: int | None) -> None:
        """Overwritten there, not only hidden. Nothing when it is gone. Raises Away, Refused.

        number  None: not known, nor whether it is there. An empty message with the same id is sent,
                and answered by its number, or becomes what is deleted
        """
        self._run(self._delete(message_id, subject, number), limit_s=2 * ANSWER_S)

    def rest(self, seconds: float, *, until: Callable[[], bool]) -> None:
        """Wait, but not for much longer than it takes until `until` is true."""
        step = 0.2
        for _ in range(max(1, round(seconds / step))):
            if until():
                return
            self._runner.run(asyncio.sleep(step))

    def close(self) -> None:
        self._close_client()
        self._runner.close()

    def _run(self, work: Awaitable[T], *, limit_s: float) -> T:
        async def limited() -> T:
            return await asyncio.wait_for(work, limit_s)

        try:
            return self._runner.run(limited())
        except TROUBLE as error:
            self._close_client()
            raise Away(f"{type(error).__name__}: {error}") from error

    def _close_client(self) -> None:
        client, self._client, self._jetstream = self._client, None, None
        if client is not None:
            with suppress(*TROUBLE):
                self._runner.run(asyncio.wait_for(client.close(), 1.0))

    async def _connect(self) -> None:
        # Its own way of connecting again keeps what it could not send, and sends it late, out of
        # order. A client that has failed is thrown away here, and the rows are read again.
        self._client = await nats.connect(
            self._url,
            name="oo-relay",
            allow_reconnect=False,
            max_reconnect_attempts=1,
            reconnect_time_wait=0.2,
            connect_timeout=round(ANSWER_S),
            error_cb=_note,
        )
        self._jetstream = self._client.jetstream(timeout=ANSWER_S)
        for root in ROOTS:
            await self._refresh_stream(self._jetstream, root)

    async def _refresh_stream(self, jetstream: JetStreamContext, root: str) -> None:
        """What whoever runs NATS has set beside (replicas, place, limits) stays."""
        ours = {
            "subjects": [f"{root}.>"],
            "max_age": self._kept.total_seconds(),
            "duplicate_window": SAME_ID.total_seconds(),
        }
        try:
            there = (await jetstream.stream_info(root)).config
        except NotFoundError:
            await jetstream.add_stream(StreamConfig(name=root, **ours))  # type: ignore[arg-type]
            return
        if any(getattr(there, name) != value for name, value in ours.items()):
            await jetstream.update_stream(replace(there, **ours))  # type: ignore[arg-type]

    async def _send(self, messages: Sequence[Message], numbers: list[int], limit_s: float) -> None:
        assert self._jetstream is not None
        loop = asyncio.get_running_loop()
        end = loop.time() + limit_s
        for message in messages:
            numbers.append(await self._publish(message))
            if loop.time() > end:
                return

    async def _publish(self, message: Message) -> int:
        assert self._jetstream is not None
        root = message.subject.partition(".")[0]
        if root not in ROOTS:
            return _not_taken(message, "no stream")
        try:
            answer = await self._jetstream.publish(
                message.subject,
                message.payload,
                stream=root,
                headers={"Nats-Msg-Id": message.id},
            )
        except MaxPayloadError:
            return _not_taken(message, "too large")
        except APIError as error:
            if error.err_code != TOO_LARGE:
                raise
            return _not_taken(message, "too large")
        return answer.seq

    async def _delete(self, message_id: str, subject: str, number: int | None) -> None:
        assert self._jetstream is not None
        if number is None:
            number = await self._publish(Message(message_id, subject, b""))
        if number == NOT_TAKEN:
            return
        stream = subject.partition(".")[0]
        with suppress(NotFoundError):
            found = await self._jetstream.get_msg(stream, number)
            # A stream that was made anew counts anew.
            if (found.headers or {}).get("Nats-Msg-Id") != message_id:
                return
            try:
                await self._jetstream.delete_msg(stream, number)
            except (BadRequestError, ServerError) as error:
                raise Refused(f"{error.err_code}: {error.description}") from error


def _not_taken(message: Message, why: str) -> int:
    log.error("the mirror does not take %s: %s", message.id, why)
    return NOT_TAKEN


async def _note(error: Exception) -> None:
    """Not a traceback for each attempt, as the client would print: the relay says it once."""
    log.debug("nats: %s", error)
