"""A package that somebody else wrote: a source, a reader, a policy. Nothing in oO names it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from agents.registry import READERS
from integrations.registry import SOURCES
from tips.registry import POLICIES

SOURCE = """
from datetime import timedelta

from accounts.privacy.kinds import ConsentKind
from integrations.base import (
    Account, Field, OAuth, Pull, SignalSource, SourceManifest, TaskSignal,
)
from oo.lib.configuration import value_of
from oo.lib.manifests import Setting
from oo.lib.words import gettext_lazy as _

CLIENT_ID = Setting("SHELF_CLIENT_ID", help="The app at Bookshelf.", unit="text")
CLIENT_SECRET = Setting("SHELF_CLIENT_SECRET", help="Its secret.", unit="text")
GENRE = Setting("SHELF_GENRE", help="What to read.", unit="one word", default="novel")


class Bookshelf(SignalSource):
    returned = []

    manifest = SourceManifest(
        key="bookshelf",
        title="Bookshelf",
        version=1,
        description="The books that wait for you.",
        consents=frozenset({"books"}),
        own_consents=(
            ConsentKind(
                key="books",
                version="2026-05-01",
                title="Your books",
                words="oO reads what you have not read.",
            ),
        ),
        sync_every=timedelta(hours=1),
        oauth=OAuth(
            authorize_url="https://shelf.example/yes",
            token_url="https://shelf.example/token",
            client_id=CLIENT_ID,
            client_secret=CLIENT_SECRET,
            scopes=("read",),
        ),
        fields=(Field("card", "Library card", "secret"),),
        settings=(GENRE,),
        can_complete=True,
    )

    def identify(self, credentials, document):
        return Account("reader-1", "reader@shelf.example")

    def pull(self, link, *, at):
        book = TaskSignal("b1", "The Trial\\u202e\\nby Kafka", project=value_of(GENRE))
        return Pull(full=True, cursor={}, tasks=(book,))

    def complete(self, link, external_id, *, key):
        self.returned.append(external_id)
"""
READER = """
import re

from agents.base import Reader, ReaderManifest
from agents.traits import NO_EVENT_READ, Trait, Traits


class Librarian(Reader):
    manifest = ReaderManifest(key="librarian", title="Librarian", version=1)

    def read_task(self, words):
        author = re.search(r"by (\\w+)$", words.title)
        if author is None:
            raise LookupError(words.title)
        return Traits(waits=Trait(author[1], author[0], 0.8))

    def read_event(self, words):
        return NO_EVENT_READ
"""
POLICY = """
from dataclasses import replace

from oo.lib.words import length
from tips.base import Choice, Kind, Policy, PolicyManifest, Scored


class Bookish(Policy):
    manifest = PolicyManifest(
        key="bookish",
        title="Bookish",
        version=1,
        reasons={"unread": lambda facts: "Has not been read yet"},
        silences={"all_read": "You have read everything."},
    )

    def decide(self, view, candidates, rng):
        ranking = tuple(Scored(c, 1.0, reasons=("unread",)) for c in candidates)
        if not ranking:
            return Choice((), None, 1.0, 1.0, silence="all_read")
        is_heard = any(answer.candidate == "advice:slowly" for answer in view.answers)
        if view.now.astimezone(view.zone).hour >= 22 and not is_heard:
            slow = replace(
                ranking[0].candidate,
                key="advice:slowly",
                kind=Kind.ADVICE,
                content="Read slowly tonight.",
            )
            ranking = (Scored(slow, 2.0), *ranking)
        return Choice(ranking, ranking[0], 1.0, 1.0)
"""
ENTRY_POINTS = """
[oo.source]
bookshelf = oo_bookshelf.source:Bookshelf
[oo.reader]
librarian = oo_bookshelf.reader:Librarian
[oo.policy]
bookish = oo_bookshelf.policy:Bookish
"""


@contextmanager
def installed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As pip leaves it: modules on the path, and entry points beside them."""
    package, info = folder / "oo_bookshelf", folder / "oo_bookshelf-1.0.dist-info"
    package.mkdir()
    info.mkdir()
    (package / "__init__.py").touch()
    (package / "source.py").write_text(SOURCE)
    (package / "reader.py").write_text(READER)
    (package / "policy.py").write_text(POLICY)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: oo-bookshelf\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(ENTRY_POINTS)
    monkeypatch.syspath_prepend(str(folder))
    for registry in (SOURCES, READERS, POLICIES):
        monkeypatch.setattr(registry, "_by_key", None)
    yield
    for name in [name for name in sys.modules if name.split(".")[0] == "oo_bookshelf"]:
        del sys.modules[name]
