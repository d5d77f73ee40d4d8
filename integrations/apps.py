from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, register
from django.utils.translation import gettext_lazy as _


class IntegrationsConfig(AppConfig):
    name = "integrations"
    verbose_name = _("Sources")

    def ready(self) -> None:
        from accounts.settings.sections import Section, register_section
        from integrations.connect.page import settings_section
        from integrations.subscribers import listen

        listen()
        register_section(Section("integrations/settings_section.html", settings_section))
        register(check_sources)


def check_sources(**_kwargs: Any) -> list[CheckMessage]:
    from integrations.registry import SOURCES
    from oo.lib.plugins import check_registry

    return check_registry(SOURCES)
