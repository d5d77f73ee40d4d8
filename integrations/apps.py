from __future__ import annotations

from django.apps import AppConfig
from django.core.checks import register
from django.utils.translation import gettext_lazy as _


class IntegrationsConfig(AppConfig):
    name = "integrations"
    verbose_name = _("Sources")

    def ready(self) -> None:
        from accounts.privacy.catalogue import register_kinds
        from accounts.privacy.losses import register_losses
        from accounts.settings.sections import Section, register_section
        from accounts.sign_in.demo import register_furnishing
        from integrations.checks import check_sources, own_consents
        from integrations.connect.losses import lost_connections
        from integrations.connect.page import settings_section
        from integrations.connect.sample import connect_sample
        from integrations.subscribers import listen

        listen()
        register_section(Section("integrations/settings_section.html", settings_section))
        register_kinds("sources", own_consents)
        register_losses("connections", lost_connections)
        register_furnishing(connect_sample)
        register(check_sources)
