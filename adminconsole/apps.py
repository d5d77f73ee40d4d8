from __future__ import annotations

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.utils.translation import gettext_lazy as _


class AdminconsoleConfig(AppConfig):
    name = "adminconsole"
    verbose_name = _("Console")
    default = True


class ConsoleAdminConfig(AdminConfig):
    """Django's admin, with our site: apps register with admin.site as usual."""

    default = False
    default_site = "adminconsole.site.ConsoleSite"
