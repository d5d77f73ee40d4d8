"""What stands in the streams of a NATS server, read as somebody else would."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import nats
from nats.js.errors import NotFoundError

from events.proto.oo.v1.events_pb2 import Envelope

PATIENCE_S = 20.0


@dataclass(frozen=True, slots=True)
class Found:
    stream: str
    number: int
    subject: str
    id: str
    envelope: Envelope


def read(url: str) -> list[Found]:
    """Every message of every stream, in the order of its numbers."""
    return asyncio.run(asyncio.wait_for(_read(url), PATIENCE_S))


def configure(url: str, stream: str, **changes: Any) -> None:
    """Make or change a stream, as whoever runs NATS could."""
    asyncio.run(asyncio.wait_for(_configure(url, stream, changes), PATIENCE_S))


def configuration(url: str, stream: str) -> Any:
    async def look() -> Any:
        async with await nats.connect(url) as client:
            return (await client.jetstream().stream_info(stream)).config

    return asyncio.run(asyncio.wait_for(look(), PATIENCE_S))


def forget(url: str, stream: str) -> None:
    async def work() -> None:
        async with await nats.connect(url) as client:
            await client.jetstream().delete_stream(stream)

    asyncio.run(asyncio.wait_for(work(), PATIENCE_S))


async def _read(url: str) -> list[Found]:
    found = []
    async with await nats.connect(url) as client:
        jetstream = client.jetstream()
        for info in await jetstream.streams_info():
            name = str(info.config.name)
            for number in range(max(1, info.state.first_seq), info.state.last_seq + 1):
                try:
                    message = await jetstream.get_msg(name, number)
                except NotFoundError:
                    continue
                envelope = Envelope.FromString(message.data or b"")
                message_id = (message.headers or {}).get("Nats-Msg-Id", "")
                found.append(Found(name, number, str(message.subject), message_id, envelope))
    return found


async def _configure(url: str, stream: str, changes: dict[str, Any]) -> None:
    async with await nats.connect(url) as client:
        jetstream = client.jetstream()
        there = (await jetstream.stream_info(stream)).config
        await jetstream.update_stream(there, **changes)
