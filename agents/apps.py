from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, register
from django.utils.translation import gettext_lazy as _


class AgentsConfig(AppConfig):
    name = "agents"
    verbose_name = _("Agents")

    def ready(self) -> None:
        from accounts.privacy.catalogue import register_kinds
        from accounts.settings.sections import Section, register_section
        from agents.asking.clouds import consent_kinds
        from agents.subscribers import listen

        listen()
        register_kinds("models", consent_kinds)
        register_section(Section("agents/settings_section.html", lambda _user: {}))
        register(check_plugins)


def check_plugins(**_kwargs: Any) -> list[CheckMessage]:
    from agents.registry import AGENTS, INFERENCES, PROMPTS, READERS
    from oo.lib.plugins import check_registry

    registries = (READERS, AGENTS, INFERENCES, PROMPTS)
    found = [complaint for each in registries for complaint in check_registry(each)]
    return found or [*check_readers(), *check_consents(), *check_schemas()]


def check_readers() -> Iterator[CheckMessage]:
    """Under these names stands what models read, and it would be laid over every other reading."""
    from agents.registry import READERS
    from agents.understanding.loading import MODEL_READER, SHADOW_READER

    for key in {MODEL_READER, SHADOW_READER} & READERS.load().keys():
        yield Error(f"reader {key}: models are called so", id="oo.E041", obj="oo.reader")


def check_consents() -> Iterator[CheckMessage]:
    """Nobody can give a consent that there is not: whoever needs it would never be asked."""
    from accounts.privacy.catalogue import all_kinds
    from agents.registry import AGENTS, INFERENCES

    kinds = all_kinds()
    for plugin in (*AGENTS, *INFERENCES):
        for key in sorted(set(plugin.manifest.consents) - kinds.keys()):
            known = ", ".join(kinds)
            yield Error(
                f"{plugin.manifest.key}: no consent {key!r}, only {known}",
                id="oo.E042",
                obj=type(plugin).__module__,
            )


def check_schemas() -> Iterator[CheckMessage]:
    """What a form cannot be drawn from would only be noticed on the page."""
    from agents.profile.preferences import adjustable
    from agents.registry import INFERENCES
    from agents.settings.forms import unfit_fields

    schemas = {key: plugin.prefs for key, plugin in adjustable().items()}
    schemas |= {f"belief {key}": i.manifest.value for key, i in INFERENCES.load().items()}
    for key, schema in schemas.items():
        for name in unfit_fields(schema):
            yield Error(f"{key}: no form for {schema.__name__}.{name}", id="oo.E040")
