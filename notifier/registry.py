from __future__ import annotations

from notifier.base import Channel
from oo.lib.plugins import Registry

CHANNELS: Registry[Channel] = Registry(Channel, "notifier.channels", "oo.channel")
