"""Whether the installed channels can work here: `manage.py check` says so before a person does."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Error

from notifier.registry import CHANNELS
from oo.lib.plugins import check_registry


def check_channels(**_kwargs: Any) -> list[CheckMessage]:
    if broken := check_registry(CHANNELS):
        return broken
    found: list[CheckMessage] = []
    for channel in CHANNELS:
        try:
            channel.check()
        except ValueError as error:
            names = ", ".join(setting.name for setting in channel.manifest.settings)
            found.append(Error(f"{names}: {error}", id="oo.E050"))
    return found
