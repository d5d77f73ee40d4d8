"""Which oO this is: that of pyproject.toml, which is not among what is installed."""

from __future__ import annotations

VERSION = "0.1.0"
