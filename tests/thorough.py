"""How much is tried: enough for every change, and the whole of it each night."""

from __future__ import annotations

import os

IS_THOROUGH = os.environ.get("OO_TEST_THOROUGH") == "1"


def as_many(usually: int, thoroughly: int) -> int:
    """OO_TEST_THOROUGH=1 asks for the larger number, which takes minutes more."""
    return thoroughly if IS_THOROUGH else usually
