"""llama.cpp's own HTTP server for one model, on this machine's loopback."""

from __future__ import annotations

import signal
import time
from importlib.util import find_spec
from pathlib import Path
from threading import Event
from typing import Any

import httpx

from oo.model.catalogue import ModelFile

HOST = "127.0.0.1"
# Tokens: the longest question with its answer. More would cost memory that nothing uses.
CONTEXT = 4096
# llama.cpp's level that says errors only; its lines would drown those of the other processes.
ERRORS = 1
# Seconds between two looks whether a server is up.
LOOK_S = 0.1


class NotServed(Exception):
    """No server; the text says what to do."""


def can_serve(model: ModelFile, folder: Path) -> bool:
    return model.is_in(folder) and find_spec("xllamacpp") is not None


def address_on(port: int) -> str:
    """What an OpenAI client calls the base URL."""
    return f"http://{HOST}:{port}/v1"


def serve(model: ModelFile, folder: Path, *, port: int, threads: int, when_up: Any) -> None:
    """Blocks until SIGTERM or SIGINT. Calls when_up with the address. Raises NotServed."""
    if not model.is_in(folder):
        raise NotServed(f"{model.title} is not here. Fetch it: make model")
    server = _start(model, folder, port, threads)
    ended = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    address = f"{server.listening_address}/v1"
    wait_until_up(address, within_s=10)
    when_up(address)
    ended.wait()


def wait_until_up(address: str, *, within_s: float) -> None:
    """Raises NotServed. A model of a gigabyte takes seconds to load."""
    health = f"{address.removesuffix('/v1')}/health"
    ends = time.monotonic() + within_s
    while not _is_up(health):
        if time.monotonic() > ends:
            raise NotServed(f"No model answered at {health} within {within_s:.0f} s.")
        time.sleep(LOOK_S)


def _is_up(health: str) -> bool:
    try:
        return httpx.get(health, timeout=5).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False


def _start(model: ModelFile, folder: Path, port: int, threads: int) -> Any:
    try:
        import xllamacpp  # type: ignore[import-untyped]
    except ImportError:
        raise NotServed(
            "xllamacpp is not installed: pip install -r requirements-model.txt"
        ) from None
    params = xllamacpp.CommonParams()
    params.model.path = str(model.path_in(folder))
    params.model_alias = {model.key}
    params.hostnames, params.port = [HOST], port
    params.n_ctx, params.n_parallel = CONTEXT, 1
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads
    # Nobody looks at pages here, and what was asked is nobody's business.
    params.ui = params.endpoint_slots = False
    params.verbosity = ERRORS
    try:
        return xllamacpp.Server(params)
    except RuntimeError as error:
        raise NotServed(
            f"{model.title} could not be started on port {port}: is it taken? OO_MODEL_PORT names"
            f" another. Is there enough memory? ({error})"
        ) from error
