from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, register
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
    return [complaint for each in registries for complaint in check_registry(each)]
