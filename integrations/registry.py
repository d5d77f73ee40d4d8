from __future__ import annotations

from integrations.base import SignalSource
from oo.lib.plugins import Registry

SOURCES: Registry[SignalSource] = Registry(SignalSource, "integrations.sources", "oo.source")
