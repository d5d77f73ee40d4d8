"""A place for the files of each process that counts, for as long as it lives."""

from __future__ import annotations

import fcntl
import json
import os
import sys
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any

from prometheus_client.mmap_dict import MmapedDict

KINDS = ("counter", "histogram")
# More than all routes and tasks need. It is written at once: a disk that is full later would kill
# the process that counts.
FILE_BYTES = 1024 * 1024


class Slot:
    """The lowest number that no living process has, in this folder.

    Whoever dies leaves it to the next, who goes on counting from there: there are never more files
    than there were processes at once. The ids of processes would not do, since containers that
    share the folder have the same ones.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._process, self._number, self._lock = 0, 0, -1

    def __call__(self) -> int:
        """Raises OSError where there is no place. Another one after a fork."""
        if self._process != os.getpid():
            self._let_go()
            self._take()
            self._process = os.getpid()
        return self._number

    def _let_go(self) -> None:
        """Of the parent's, which keeps it."""
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def _take(self) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for number in count():
            lock = os.open(self.folder / f"{number}.lock", os.O_RDWR | os.O_CREAT, 0o600)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(lock)
                continue
            for kind in KINDS:
                make_room(self.folder / f"{kind}_{number}.db")
            self._number, self._lock = number, lock
            return


def make_room(file: Path) -> None:
    """What cannot be read is begun anew."""
    if not is_readable(file):
        with suppress(FileNotFoundError):
            file.unlink()
        file.write_bytes(bytes(FILE_BYTES))


def is_readable(file: Path) -> bool:
    """Whether it is what the library writes. A power cut may leave anything behind."""
    read: Any = MmapedDict.read_all_values_from_file
    try:
        with file.open("rb") as opened:
            used = int.from_bytes(opened.read(4), sys.byteorder, signed=True)
        return 0 <= used <= file.stat().st_size - 4 and all(
            json.loads(key) for key, *_value in read(str(file))
        )
    except Exception:  # the library expects its own files, and fails at others as it happens
        return False
