"""Places to fetch a made-up model from: wheels in a folder, and a server on this machine."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from zipfile import ZipFile

from oo.model.catalogue import ModelFile
from oo.model.places import Place

CONTENT = b"".join(number.to_bytes(2, "big") for number in range(10_000))
PIECE = 8_000
PIECES = [CONTENT[start : start + PIECE] for start in range(0, len(CONTENT), PIECE)]
PINS = tuple(f"made-up-part{number}==1.0" for number in range(1, len(PIECES) + 1))


class Counter:
    """In place of a progress bar."""

    def __init__(self) -> None:
        self.seen = 0

    def update(self, more: int, /) -> None:
        self.seen += more


def unseen(place: Place, *, done: int, of: int) -> Any:
    return nullcontext(Counter())


def model(*places: Place, content: bytes = CONTENT) -> ModelFile:
    sha256 = hashlib.sha256(content).hexdigest()
    return ModelFile("made-up", "Made up", sha256, len(content), "Apache-2.0", places)


def make_wheel(folder: Path, number: int, piece: bytes, *, members: int = 1) -> Path:
    folder.mkdir(exist_ok=True)
    name, path = f"made_up_part{number}", folder / f"made_up_part{number}-1.0-py3-none-any.whl"
    info = f"{name}-1.0.dist-info"
    files = {
        f"{name}/__init__.py": "raise SystemExit('the code of a package was run')",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: made-up-part{number}\nVersion: 1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/RECORD": "",
    }
    with ZipFile(path, "w") as wheel:
        for member in range(members):
            wheel.writestr(f"{name}/data/{member}.bin", piece)
        for file, text in files.items():
            wheel.writestr(file, text)
    return path


@dataclass
class Server:
    """One file at one address.

    knows_ranges  as most servers do; http.server's own handler does not
    cut_after     bytes of an answer before the connection ends, as when a network goes away
    asked         what each request wanted, as its header says it
    """

    content: bytes = CONTENT
    knows_ranges: bool = True
    cut_after: int | None = None
    asked: list[str] = field(default_factory=list)
    url: str = ""


@contextmanager
def serving(server: Server) -> Iterator[Server]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            server.asked.append(wanted := self.headers["Range"])
            start = int(wanted[len("bytes=") : -1]) if server.knows_ranges else 0
            body = server.content[start:]
            self.send_response(206 if start else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: server.cut_after])

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        Thread(target=listening.serve_forever, daemon=True).start()
        server.url = f"http://127.0.0.1:{listening.server_port}/made-up.gguf"
        yield server
        listening.shutdown()
