from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AdminconsoleConfig(AppConfig):
    name = "adminconsole"
    verbose_name = _("Console")
