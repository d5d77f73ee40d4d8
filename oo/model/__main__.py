"""`python -m oo.model fetch | serve | where`, for the default model or the one that is named."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings

from oo.model.catalogue import DEFAULT, MODELS, ModelFile
from oo.model.fetching import Bar, NotFetched, fetch
from oo.model.places import Place
from oo.model.serving import NotServed, serve

INTERRUPTED = 130  # what a shell would say


def main(words: list[str]) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oo.settings.local")
    asked = _parser().parse_args(words)
    try:
        asked.do(MODELS[asked.model], settings.OO_MODEL_FOLDER, asked)
    except (NotFetched, NotServed) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("\nStopped. The next time goes on from here.\n")
        return INTERRUPTED
    return 0


def _parser() -> ArgumentParser:
    parser = ArgumentParser(prog="python -m oo.model")
    commands = parser.add_subparsers(required=True)
    for name, do in (("fetch", _fetch), ("serve", _serve), ("where", _where)):
        command = commands.add_parser(name)
        command.set_defaults(do=do)
        command.add_argument("model", nargs="?", choices=MODELS, default=DEFAULT.key)
        if do is _serve:
            command.add_argument("--port", type=int, help="default: OO_MODEL_PORT")
    return parser


def _fetch(model: ModelFile, folder: Path, _asked: Namespace) -> None:
    _say(f"{model.title}, {model.size / 1e9:.1f} GB, {model.licence}")
    _say(f"It is in {fetch(model, folder, show=_shown)}")


def _serve(model: ModelFile, folder: Path, asked: Namespace) -> None:
    serve(
        model,
        folder,
        port=settings.OO_MODEL_PORT if asked.port is None else asked.port,
        threads=settings.OO_MODEL_THREADS,
        when_up=lambda address: _say(f"{model.title} answers at {address}"),
    )


def _where(model: ModelFile, folder: Path, _asked: Namespace) -> None:
    if not model.is_in(folder):
        raise NotFetched(f"{model.title} is not here. Fetch it: make model")
    _say(str(model.path_in(folder)))


@contextmanager
def _shown(place: Place, *, done: int, of: int) -> Iterator[Bar]:
    """A bar, where somebody looks at a terminal."""
    try:
        from tqdm import tqdm  # type: ignore[import-untyped]
    except ImportError:
        raise NotFetched("tqdm is not installed: pip install -r requirements-model.txt") from None
    # It goes away in the end: most places are asked in vain.
    options: dict[str, Any] = {"unit": "B", "unit_scale": True, "leave": False}
    # None: quiet where stderr is no terminal.
    with tqdm(desc=f"From {place.title}", initial=done, total=of, disable=None, **options) as bar:
        yield bar


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
