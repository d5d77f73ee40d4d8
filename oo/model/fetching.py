"""Brings a model's file here, from the first place that has it.

It grows beside its place, in a file that ends in .part, which the next try goes on with; it gets
its name when its hash is right.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import IO, Any, Protocol

from oo.model.catalogue import ModelFile
from oo.model.places import CHUNK, NotHere, Place

# Bytes beside the file itself: a package is unzipped from a file of its own.
SPARE = 200 * 1024 * 1024


class NotFetched(Exception):
    """The file is not here; the text says why, and what to do."""


class WrongFile(NotHere):
    """Other bytes than those that the hash is of."""


class Bar(Protocol):
    def update(self, bytes_more: int, /) -> Any: ...


class Show(Protocol):
    """Makes what shows progress of one place. done and of are bytes."""

    def __call__(self, place: Place, *, done: int, of: int) -> AbstractContextManager[Bar]: ...


def fetch(model: ModelFile, folder: Path, *, show: Show) -> Path:
    """The file's path. Costs reading it once if it is there. Raises NotFetched."""
    target = model.path_in(folder)
    part = target.with_name(f"{target.name}.part")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not _is_right(target, model):
            _bring(model, part, target, show)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise NotFetched(f"{error.filename or folder}: {error.strerror}") from error
        part.unlink(missing_ok=True)
        raise NotFetched(_no_room(model, folder)) from error
    return target


def _is_right(target: Path, model: ModelFile) -> bool:
    if not target.exists():
        return False
    with target.open("rb") as file:
        return _digest_of(file).hexdigest() == model.sha256


def _bring(model: ModelFile, part: Path, target: Path, show: Show) -> None:
    with _alone(part) as file:
        _check_room(model, part)
        with _scratch(target) as scratch:
            _from_some_place(model, file, scratch, show)
        os.fsync(file.fileno())
        part.replace(target)


@contextmanager
def _alone(part: Path) -> Iterator[IO[bytes]]:
    """The part, open. What is left empty is taken away. Raises NotFetched if another has it."""
    with part.open("a+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise NotFetched("It is being fetched already, by another process.") from None
        try:
            yield file
        finally:
            file.flush()
            if part.exists() and not part.stat().st_size:
                part.unlink()


@contextmanager
def _scratch(target: Path) -> Iterator[Path]:
    """A folder for what a place needs; on this disk, and of a fixed name, so that the next time
    clears away what a killed process left."""
    folder = target.with_name(f"{target.name}.scratch")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _from_some_place(model: ModelFile, file: IO[bytes], scratch: Path, show: Show) -> None:
    reasons = []
    for place in model.places:
        try:
            _fill(model, place, file, scratch, show)
        except NotHere as reason:
            reasons.append(f"  {place.title}: {reason}")
        else:
            return
    raise NotFetched(
        f"No place has {model.title}:\n" + "\n".join(reasons) + "\n"
        "Is this machine online? Try again, which goes on where it stopped; or set"
        f" OO_MODEL_FILE_URL to an address of the file with the sha256 {model.sha256}."
    )


def _fill(model: ModelFile, place: Place, file: IO[bytes], scratch: Path, show: Show) -> None:
    """What was there already may have been the wrong part: then once more, from the beginning."""
    resumed = os.fstat(file.fileno()).st_size > 0
    try:
        _append(model, place, file, scratch, show)
    except WrongFile:
        file.truncate(0)
        if not resumed:
            raise
        _fill(model, place, file, scratch, show)


def _append(model: ModelFile, place: Place, file: IO[bytes], scratch: Path, show: Show) -> None:
    digest = _digest_of(file)
    done = file.tell()
    if done < model.size:
        with show(place, done=done, of=model.size) as bar:
            for chunk in place.read(model.sha256, done, scratch):
                file.write(chunk)
                digest.update(chunk)
                bar.update(len(chunk))
                if (done := done + len(chunk)) > model.size:
                    break  # whatever it is, no more of it
        file.flush()
    if done < model.size:
        raise NotHere(f"it ended after {done} of {model.size} bytes")
    if digest.hexdigest() != model.sha256:
        raise WrongFile(f"this is another file (sha256 {digest.hexdigest()})")


def _digest_of(file: IO[bytes]) -> hashlib._Hash:
    """Of all there is; the file stands at its end afterwards."""
    digest = hashlib.sha256()
    file.seek(0)
    while chunk := file.read(CHUNK):
        digest.update(chunk)
    return digest


def _check_room(model: ModelFile, part: Path) -> None:
    missing = model.size - part.stat().st_size
    if shutil.disk_usage(part.parent).free < missing + SPARE:
        raise NotFetched(_no_room(model, part.parent))


def _no_room(model: ModelFile, folder: Path) -> str:
    needed = (model.size + SPARE) / 1e9
    return f"{folder} has too little room: {model.title} needs {needed:.1f} GB. Make some."
