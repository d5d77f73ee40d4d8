"""Whose services carry notifications here, for the page that says who gets what. Upper layers say
so, without being named here."""

from __future__ import annotations

from collections.abc import Callable, Iterable

_brought: dict[str, Callable[[], Iterable[str]]] = {}


def register_carriers(name: str, keys: Callable[[], Iterable[str]]) -> None:
    """`keys` is asked when they are needed, for those that this installation has set up. From
    AppConfig.ready; the same name again is once."""
    _brought[name] = keys


def all_carriers() -> frozenset[str]:
    """The keys of their channels. For one that the privacy page does not know it has no words."""
    return frozenset(key for keys in _brought.values() for key in keys())
