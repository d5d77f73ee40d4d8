"""The signature under a deletion receipt: that we wrote it, and that nobody changed it since."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.core.signing import BadSignature, Signer

from oo.lib.types import JSON

KEPT_FOR = timedelta(days=90)

_SEPARATOR = ":"


def _signer() -> Signer:
    return Signer(salt="accounts.receipt", sep=_SEPARATOR)


def _canonical(statement: Mapping[str, JSON]) -> str:
    """One text for one statement, whatever order a file or a database keeps its keys in."""
    return json.dumps(statement, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def sign(statement: Mapping[str, JSON]) -> dict[str, JSON]:
    """What is stored and downloaded: the statement with its signature."""
    return {"receipt": dict(statement), "signature": _signer().signature(_canonical(statement))}


def is_valid(document: Any) -> bool:
    """Whether `document` is what sign() made, under SECRET_KEY or one of its fallbacks."""
    match document:
        case {"receipt": dict() as statement, "signature": str() as signature, **rest} if not rest:
            try:
                _signer().unsign(f"{_canonical(statement)}{_SEPARATOR}{signature}")
            except BadSignature:
                return False
            return True
    return False
