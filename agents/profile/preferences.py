"""What people set of plug-ins, by the plug-in's own key and schema."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from pydantic import ValidationError

from accounts.locks import lock_person
from agents.base import Prefs
from agents.models import LookSchedule, Preference
from agents.registry import AGENTS
from events.bus import publish
from events.catalog import PreferencesChanged
from oo.lib.among import Among
from oo.lib.plugins import Registry
from oo.lib.words import Words


@dataclass(frozen=True, slots=True)
class Adjustable:
    """A plug-in that has settings."""

    key: str
    title: Words
    prefs: type[Prefs]
    about: Words


_registries: dict[str, Registry[Any]] = {"agents": AGENTS}


def register_plugins(name: str, registry: Registry[Any]) -> None:
    """Add the plug-ins of a layer above; called from AppConfig.ready."""
    _registries[name] = registry


def adjustable() -> dict[str, Adjustable]:
    """Plug-ins with `prefs` in their manifest, by key; of two with one key the first stays."""
    found: dict[str, Adjustable] = {}
    for plugin in _plugins():
        manifest = plugin.manifest
        if manifest.prefs:
            one = Adjustable(manifest.key, manifest.title, manifest.prefs, manifest.about)
            found.setdefault(manifest.key, one)
    return found


def _plugins() -> Iterator[Any]:
    for registry in _registries.values():
        yield from registry


def load_preferences(user_ids: Collection[UUID]) -> dict[UUID, dict[str, Prefs]]:
    """By person and plug-in; one query. Values that no longer fit the schema are left out."""
    schemas = adjustable()
    found: dict[UUID, dict[str, Prefs]] = defaultdict(dict)
    rows = Preference.objects.filter(Among("user_id", user_ids))
    for user_id, key, values in rows.values_list("user_id", "plugin", "values"):
        if key in schemas and (prefs := _read(schemas[key].prefs, values)):
            found[user_id][key] = prefs
    return found


def _read(schema: type[Prefs], values: Mapping[str, Any]) -> Prefs | None:
    try:
        return schema.model_validate(values)
    except ValidationError:
        return None


def set_preferences(user_id: UUID, key: str, prefs: Prefs, *, at: datetime) -> bool:
    """False: the person has left. Agents look again, and tips are decided anew."""
    with transaction.atomic():
        if not lock_person(user_id):
            return False
        Preference.objects.update_or_create(
            user_id=user_id,
            plugin=key,
            defaults={"values": prefs.model_dump(mode="json"), "set_at": at},
        )
        LookSchedule.objects.note_change(user_id)
        publish(PreferencesChanged(user_id=user_id, at=at, plugin=key))
    return True
