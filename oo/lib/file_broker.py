"""A message broker made of files, for one machine and nothing to install.

Each message is a file in its queue's folder. It is written beside and renamed into place, so that
no reader sees half of one, and whoever removes it has it: the file system lets exactly one succeed.
Nothing else is kept between processes, so any of them may die at any line. kombu's own `filesystem`
transport shows messages while it writes them, and a worker that reads one then ends.
"""

from __future__ import annotations

import logging
import os
import time
from collections import defaultdict, deque
from pathlib import Path
from queue import Empty
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from kombu.transport import virtual
from kombu.utils.json import dumps, loads

log = logging.getLogger(__name__)

# Seconds after which a file that was never renamed into place belongs to a process that died.
UNFINISHED_S = 3600


class Channel(virtual.Channel):
    """Where queues are bound is known to each process from the declarations that it makes itself.

    Transport option `folder`: where the queues lie; made when it is missing.
    """

    from_transport_options = (*virtual.Channel.from_transport_options, "folder")
    folder = "broker"

    def __init__(self, connection: Any, **kwargs: Any) -> None:
        super().__init__(connection, **kwargs)
        root = Path(self.folder)
        self.queues, self.unfinished, self.refused = (
            root / name for name in ("queues", "unfinished", "refused")
        )
        for made in (self.queues, self.unfinished, self.refused):
            made.mkdir(parents=True, exist_ok=True)
        forget_unfinished(self.unfinished)
        # Names seen at the last look, so that a queue of n messages is listed once, not n times.
        self._seen: dict[str, deque[Path]] = defaultdict(deque)
        self._immovable: set[Path] = set()

    def _queue_folder(self, queue: str) -> Path:
        return self.queues / quote(queue, safe="")

    def _new_queue(self, queue: str, **_kwargs: Any) -> None:
        self._queue_folder(queue).mkdir(exist_ok=True)

    def _put(self, queue: str, message: dict[str, Any], **_kwargs: Any) -> None:
        self._new_queue(queue)
        name = f"{time.time_ns():020}-{uuid4().hex}"
        written = self.unfinished / name
        written.write_text(dumps(message), "utf-8")
        written.rename(self._queue_folder(queue) / name)

    def _get(self, queue: str, timeout: float | None = None) -> dict[str, Any]:
        seen = self._seen[queue]
        if not seen:
            seen.extend(sorted(self._files(queue)))
        while seen:
            if (message := self._take(seen.popleft())) is not None:
                return message
        raise Empty

    def _take(self, path: Path) -> dict[str, Any] | None:
        """The message, or None: another reader has it, or it is none and was set aside."""
        try:
            message = self._understood(path.read_text("utf-8"))
            path.unlink()
        except FileNotFoundError:
            return None
        except Exception as error:  # whatever lies there must not end the worker
            self._set_aside(path, error)
            return None
        return message

    def _understood(self, text: str) -> dict[str, Any]:
        """Raises what kombu raises of a message that it could not deliver or put back."""
        message: dict[str, Any] = loads(text)
        info = self.Message(message, channel=self).delivery_info
        if not isinstance(info["exchange"], str) or not isinstance(info["routing_key"], str):
            raise TypeError("a message without a destination")
        return message

    def _set_aside(self, path: Path, error: Exception) -> None:
        if path in self._immovable:
            return
        try:
            path.rename(self.refused / f"{path.parent.name}-{uuid4().hex}")
        except FileNotFoundError:
            return
        except OSError:
            self._immovable.add(path)
        # The type alone: the error's text can quote the message.
        log.warning("set aside %s: no message (%s)", path, type(error).__name__)

    def _files(self, queue: str) -> list[Path]:
        try:
            return [Path(entry.path) for entry in os.scandir(self._queue_folder(queue))]
        except FileNotFoundError:
            return []

    def _size(self, queue: str) -> int:
        return len(self._files(queue))

    def _purge(self, queue: str) -> int:
        self._seen[queue].clear()
        return sum(self._take(path) is not None for path in self._files(queue))

    def _has_queue(self, queue: str, **_kwargs: Any) -> bool:
        return self._queue_folder(queue).is_dir()


def forget_unfinished(folder: Path) -> None:
    """Removes what processes left that died between writing and renaming."""
    for path in folder.iterdir():
        try:
            if path.stat().st_mtime < time.time() - UNFINISHED_S:
                path.unlink()
        except OSError:
            continue


class Transport(virtual.Transport):
    Channel = Channel

    # One for the process: connections come and go, what they declared stays.
    global_state = virtual.BrokerState()
    implements = virtual.Transport.implements.extend(exchange_type=frozenset(["direct", "topic"]))
    default_port = 0
    driver_type = driver_name = "file"

    def __init__(self, client: Any, **kwargs: Any) -> None:
        super().__init__(client, **kwargs)
        self.state = self.global_state

    def driver_version(self) -> str:
        return "1"
