from __future__ import annotations

from django.apps import AppConfig
from django.core.checks import register
from django.utils.translation import gettext_lazy as _


class NotifierConfig(AppConfig):
    name = "notifier"
    verbose_name = _("Notifications")

    def ready(self) -> None:
        from accounts.settings.sections import Section, register_section
        from notifier.checks import check_channels
        from notifier.page.views import settings_section

        register_section(Section("notifier/settings_section.html", settings_section))
        register(check_channels)
