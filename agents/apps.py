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
        from agents.asking.clouds import consent_kinds
        from agents.subscribers import listen

        listen()
        register_kinds("models", consent_kinds)
        register(check_plugins)


def check_plugins(**_kwargs: Any) -> list[CheckMessage]:
    from agents.registry import AGENTS, READERS
    from oo.lib.plugins import check_registry

    return [*check_registry(READERS), *check_registry(AGENTS)]
