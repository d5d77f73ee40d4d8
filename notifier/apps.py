from __future__ import annotations

from django.apps import AppConfig
from django.core.checks import register
from django.utils.translation import gettext_lazy as _


class NotifierConfig(AppConfig):
    name = "notifier"
    verbose_name = _("Notifications")

    def ready(self) -> None:
        from accounts.privacy.carriers import register_carriers
        from accounts.settings.sections import Section, register_section
        from accounts.sign_in.session_end import register_devices
        from notifier.checks import check_channels
        from notifier.devices import remove_devices
        from notifier.page.views import settings_section
        from notifier.registry import channels_set_up

        register_section(Section("notifier/settings_section.html", settings_section))
        register_carriers("channels", channels_set_up)
        register_devices("notifier", remove_devices)
        register(check_channels)
