from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.utils.translation import gettext_lazy as _


class TipsConfig(AppConfig):
    name = "tips"
    verbose_name = _("Tips")

    def ready(self) -> None:
        from accounts.privacy.catalogue import register_kinds
        from accounts.settings.sections import Section, register_section
        from agents.profile.preferences import register_plugins
        from tips.deliver.trying import consent_kinds
        from tips.page.section import settings_section
        from tips.registry import POLICIES
        from tips.subscribers import listen

        listen()
        register_kinds("tips", consent_kinds)
        register_section(Section("tips/settings_section.html", settings_section))
        register_plugins("policies", POLICIES)
        register(check_policies)


def check_policies(**_kwargs: Any) -> list[CheckMessage]:
    from oo.lib.plugins import check_registry
    from tips.registry import POLICIES, PROMPTS

    if broken := [*check_registry(POLICIES), *check_registry(PROMPTS)]:
        return broken
    if settings.OO_POLICY not in POLICIES:
        known = ", ".join(POLICIES.load())
        return [Error(f"OO_POLICY: no {settings.OO_POLICY!r}, only {known}", id="oo.E030")]
    return []
