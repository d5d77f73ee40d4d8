from __future__ import annotations

from agents.base import Reader
from oo.lib.plugins import Registry

READERS: Registry[Reader] = Registry(Reader, "agents.understanding.readers", "oo.reader")
