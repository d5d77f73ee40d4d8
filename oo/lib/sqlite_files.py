"""The files of a SQLite database: for their owner alone, and without what was deleted.

Beside the database lie its log (-wal) and the log's index (-shm), which get the database's mode.
"""

from __future__ import annotations

import os
from pathlib import Path

from django.db import connection

OF_OWNER = 0o600
FOLDER_OF_OWNER = 0o700
BESIDE = ("", "-wal", "-shm", "-journal")


def keep_private(database: Path, *, folder: Path) -> None:
    """Make what is missing, and take from others what they may read. `folder` is oO's own; a
    database that somebody put elsewhere stands in a folder that is not ours to close.

    Before the first connection: SQLite would make a file that everybody may read. Files of another
    user stay as they are: whoever runs oO may not change them.
    """
    if database.parent == folder:
        folder.mkdir(mode=FOLDER_OF_OWNER, parents=True, exist_ok=True)
        _close(folder, FOLDER_OF_OWNER)
    if not database.parent.is_dir():
        return
    if not database.exists():
        os.close(os.open(database, os.O_WRONLY | os.O_CREAT, OF_OWNER))
    for suffix in BESIDE:
        _close(database.with_name(database.name + suffix), OF_OWNER)


def _close(path: Path, mode: int) -> None:
    try:
        status = path.stat()
        if status.st_uid == os.geteuid() and status.st_mode & 0o777 & ~mode:
            path.chmod(status.st_mode & mode)
    except FileNotFoundError:
        pass  # the log goes when the last connection closes


def empty_log() -> None:
    """Write the log into the database and cut it to nothing: it still holds the pages as they were
    before a deletion. Waits for readers, as long as the connection's timeout; not in a transaction.
    """
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            cursor.fetchall()
