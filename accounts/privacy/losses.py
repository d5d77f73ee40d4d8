"""What ends with a consent, in words: brought by the apps whose data rests on it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from uuid import UUID

from oo.lib.words import Words

# Of a person and the key of a consent: one line for each thing that goes.
Losses = Callable[[UUID, str], Iterable[Words]]

_brought: dict[str, Losses] = {}


def register_losses(name: str, losses: Losses) -> None:
    """From AppConfig.ready; the same name again is once."""
    _brought[name] = losses


def losses_of(user_id: UUID, key: str) -> list[Words]:
    """What withdrawing `key` would take, as things stand now; empty if nothing rests on it."""
    return [line for losses in _brought.values() for line in losses(user_id, key)]
