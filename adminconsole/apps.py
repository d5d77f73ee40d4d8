from __future__ import annotations

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.core.checks import register
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class AdminconsoleConfig(AppConfig):
    name = "adminconsole"
    verbose_name = _("Console")
    default = True

    def ready(self) -> None:
        from adminconsole.access import signals  # noqa: F401  # hears sign-ins
        from adminconsole.access.groups import make_groups
        from adminconsole.asking.roles import make_roles
        from adminconsole.registry import PAGES
        from oo.lib.plugins import check_registry

        register(lambda **_asked: check_registry(PAGES), "adminconsole")
        post_migrate.connect(make_groups, sender=self)
        post_migrate.connect(make_roles, sender=self)


class ConsoleAdminConfig(AdminConfig):
    """Django's admin, with our site: apps register with admin.site as usual."""

    default = False
    default_site = "adminconsole.site.ConsoleSite"
