"""What a model is asked: a plug-in of words. No Django."""

from __future__ import annotations

import json
from abc import ABC
from dataclasses import asdict, dataclass
from functools import cached_property
from hashlib import blake2b
from inspect import getsource
from pathlib import Path
from typing import Any, Generic, TypeVar, cast

from oo.lib.words import Words

C = TypeVar("C")


@dataclass(frozen=True, slots=True)
class PromptManifest:
    """file: the plug-in's own __file__; what is always asked stands in fixed.txt beside it."""

    key: str
    title: Words
    file: str


class Prompt(ABC, Generic[C]):
    """What a model is asked: a text that is always the same, then a frozen context as JSON.

    The fixed part comes first, so that servers keep what they worked out of it. Pure.
    """

    manifest: PromptManifest

    @cached_property
    def fixed(self) -> str:
        return Path(self.manifest.file).with_name("fixed.txt").read_text(encoding="utf-8")

    @cached_property
    def version(self) -> str:
        """Key and content: other words are another version, whoever forgets to say so."""
        digest = blake2b(self.fixed.encode() + getsource(type(self)).encode(), digest_size=4)
        return f"{self.manifest.key}-{digest.hexdigest()}"

    def variable(self, context: C) -> str:
        """Somebody else's words end where a string of JSON ends, whatever they say."""
        return json.dumps(asdict(cast("Any", context)), ensure_ascii=False)
