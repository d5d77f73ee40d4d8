from __future__ import annotations

from tests.model.fixtures import model, use

__all__ = ["model", "use"]
