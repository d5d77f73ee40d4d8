"""How every plug-in is found: one package, one class per file, one manifest per class.

A package from elsewhere joins through the entry-point group of its kind, one entry a class. The
groups stand where the registries are made: `<app>/registry.py`.

    [project.entry-points."oo.source"]
    trello = "oo_trello:Trello"
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from pkgutil import iter_modules
from threading import RLock
from typing import Any, Generic, Protocol, TypeVar, cast

from django.core.checks import CheckMessage, Error

from oo.lib.words import Words

KEY = re.compile(r"[a-z0-9]+([._-][a-z0-9]+)*")
LONGEST_KEY = 40  # of the columns that hold one


class Manifest(Protocol):
    @property
    def key(self) -> str: ...
    @property
    def title(self) -> Words: ...


class Plugin(Protocol):
    @property
    def manifest(self) -> Manifest: ...


P = TypeVar("P", bound=Plugin)


class RegistryError(Exception):
    """A plug-in breaks the convention. `manage.py check` says so, so that no request has to."""


class Registry(Generic[P]):
    """All plug-ins of one kind, by manifest.key, made once, at first use."""

    def __init__(self, base: type[P], package: str, group: str) -> None:
        self.base, self.package, self.group = base, package, group
        # Reentrant: a plug-in that looks into its own registry on import must fail, not hang.
        self._lock = RLock()
        self._by_key: dict[str, P] | None = None

    def __iter__(self) -> Iterator[P]:
        return iter(self.load().values())

    def __len__(self) -> int:
        return len(self.load())

    def __contains__(self, key: object) -> bool:
        return key in self.load()

    def __getitem__(self, key: str) -> P:
        return self.load()[key]

    def get(self, key: str) -> P | None:
        return self.load().get(key)

    def title(self, key: str) -> str:
        """In the language that is active now; the key itself when its package is gone."""
        plugin = self.get(key)
        return str(plugin.manifest.title) if plugin else key

    def choices(self) -> list[tuple[str, str]]:
        """For a form or a model field; titles in the language that is active now."""
        return [(key, self.title(key)) for key in self.load()]

    def load(self) -> dict[str, P]:
        """Every plug-in by key, in the order of keys. Raises RegistryError."""
        with self._lock:
            if self._by_key is None:
                self._by_key = self._find()
            return self._by_key

    def _find(self) -> dict[str, P]:
        found: dict[str, tuple[str, P]] = {}
        for where, kind in self._classes():
            plugin = self._make(where, kind)
            key = plugin.manifest.key
            if key in found:
                raise RegistryError(f"{where}: key {key!r} is taken by {found[key][0]}")
            found[key] = where, plugin
        return {key: found[key][1] for key in sorted(found)}

    def _classes(self) -> Iterator[tuple[str, type[P]]]:
        for info in iter_modules(_import(self.package).__path__):
            if not info.name.startswith("_") and info.name not in ("tests", "conftest"):
                name = f"{self.package}.{info.name}"
                yield name, self._only_class_in(name)
        for entry in entry_points(group=self.group):
            yield f"entry point {self.group}:{entry.name}", self._class_of(entry)

    def _only_class_in(self, name: str) -> type[P]:
        own = {v for v in vars(_import(name)).values() if self._is_ours(v) and _is_from(v, name)}
        if len(own) != 1:
            raise RegistryError(f"{name}: {len(own)} {self.base.__name__} classes, want one")
        return cast("type[P]", own.pop())

    def _class_of(self, entry: EntryPoint) -> type[P]:
        try:
            kind = entry.load()
        except Exception as error:
            raise RegistryError(f"entry point {self.group}:{entry.name}: {error!r}") from error
        if not self._is_ours(kind):
            raise RegistryError(f"entry point {self.group}:{entry.name}: not {self.base.__name__}")
        return cast("type[P]", kind)

    def _make(self, where: str, kind: type[P]) -> P:
        try:
            plugin = kind()
            key = plugin.manifest.key
        except Exception as error:
            raise RegistryError(f"{where}: {error!r}") from error
        if not isinstance(key, str) or not KEY.fullmatch(key) or len(key) > LONGEST_KEY:
            raise RegistryError(
                f"{where}: {key!r} is no key: small letters, digits, . _ -, at most {LONGEST_KEY}"
            )
        return plugin

    def _is_ours(self, value: object) -> bool:
        return isinstance(value, type) and issubclass(value, self.base) and value is not self.base


def _import(name: str) -> Any:
    try:
        return import_module(name)
    except Exception as error:
        raise RegistryError(f"{name}: {error!r}") from error


def _is_from(kind: type, name: str) -> bool:
    """Written in this file, or in a part of this package: an imported parent does not count."""
    return kind.__module__ == name or kind.__module__.startswith(f"{name}.")


def check_registry(registry: Registry[Any]) -> list[CheckMessage]:
    """For a function under @django.core.checks.register: what is wrong with these plug-ins."""
    try:
        registry.load()
    except RegistryError as error:
        return [Error(str(error), id="oo.E020", obj=registry.package)]
    return []
