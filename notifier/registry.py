from __future__ import annotations

from notifier.base import Channel
from oo.lib.plugins import Registry

CHANNELS: Registry[Channel] = Registry(Channel, "notifier.channels", "oo.channel")


def channels_set_up() -> list[str]:
    """The keys of those that this installation can use."""
    return [channel.manifest.key for channel in CHANNELS if channel.is_set_up()]
