from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("People")

    def ready(self) -> None:
        from accounts.sign_in import signals  # noqa: F401  # hears allauth
        from accounts.subscribers import listen

        listen()
