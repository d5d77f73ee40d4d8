"""What a consent is. No Django: manifests of sources bring consents of their own."""

from __future__ import annotations

from dataclasses import dataclass

from oo.lib.words import Words


@dataclass(frozen=True, slots=True)
class ConsentKind:
    """What a person agrees to. Changed words are a new version, and need a new consent."""

    key: str
    version: str  # the day on which these words came into force
    title: Words
    words: Words
    withdrawable: bool = True
    url_name: str = ""  # where the full text is, when `words` are not all of it
