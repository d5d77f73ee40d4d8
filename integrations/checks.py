"""Whether the installed sources can work here: `manage.py check` says so before a person does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.core.checks import CheckMessage, Error

from accounts.privacy import catalogue
from accounts.privacy.kinds import ConsentKind
from integrations.base import SourceManifest
from integrations.registry import SOURCES
from oo.lib.configuration import value_of
from oo.lib.plugins import RegistryError, check_registry


def own_consents() -> Iterable[ConsentKind]:
    """The kinds that sources bring along. None while the sources cannot be loaded: see below."""
    try:
        return [kind for source in SOURCES for kind in source.manifest.own_consents]
    except RegistryError:
        return []


def check_sources(**_kwargs: Any) -> list[CheckMessage]:
    if broken := check_registry(SOURCES):
        return broken
    return [message for source in SOURCES for message in _check(source.manifest)]


def _check(manifest: SourceManifest) -> Iterator[CheckMessage]:
    kinds = catalogue.all_kinds()
    for key in sorted(manifest.consents - kinds.keys()):
        yield Error(f"{manifest.key}: nobody has words for the consent {key!r}", id="oo.E021")
    for kind in manifest.own_consents:
        if kinds[kind.key] != kind:
            yield Error(f"{manifest.key}: the consent {kind.key!r} is another's", id="oo.E022")
    oauth = manifest.oauth
    if oauth and value_of(oauth.client_id) and not value_of(oauth.client_secret):
        yield Error(
            f"{oauth.client_id.name} is set, and {oauth.client_secret.name} is not", id="oo.E023"
        )
