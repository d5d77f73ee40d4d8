from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, register
from django.utils.translation import gettext_lazy as _


class TipsConfig(AppConfig):
    name = "tips"
    verbose_name = _("Tips")

    def ready(self) -> None:
        from tips.subscribers import listen

        listen()
        register(check_policies)


def check_policies(**_kwargs: Any) -> list[CheckMessage]:
    from oo.lib.plugins import check_registry
    from tips.registry import POLICIES

    return check_registry(POLICIES)
